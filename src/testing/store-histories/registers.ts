import type { Row } from '../../storage/schema'
import type { ConflictReason, Op } from '../../storage/store'
import { adjust, emptyRowOf, insert, remove, rowOf, update } from '../store-conformance/rows'

/**
 * What the clients of a history read and write. Each register is checked by itself, and its state is a text:
 * - `order-0`, `order-1` …: empty while there is no row, otherwise `version:token`. Every write has its own token, so a
 *   state names the one write that made it.
 * - `pool`: how many places are free.
 * - `seat`: a unique key; who has it, empty while nobody does.
 */
export type Register = string
export const POOL: Register = 'pool'
export const SEAT: Register = 'seat'
export const orderRegister = (at: number): Register => `order-${at}`

export type Action =
  | { readonly does: 'create'; readonly token: string }
  | { readonly does: 'write'; readonly at: number; readonly token: string }
  | { readonly does: 'remove'; readonly at: number }
  | { readonly does: 'adjust'; readonly by: number; readonly min: number }
  | { readonly does: 'claim'; readonly token: string }
  | { readonly does: 'release'; readonly token: string }
  | { readonly does: 'read'; readonly saw: string }
export type Part = { readonly register: Register; readonly action: Action }

export const ABSENT = ''
const stateOf = (version: number, token: string): string => `${version}:${token}`
export const versionIn = (state: string): number => Number(state.slice(0, state.indexOf(':')))

/** The state an action makes of another, or undefined where it could not have succeeded. */
export const stateAfter = (action: Action, state: string): string | undefined => {
  switch (action.does) {
    case 'create':
      return state === ABSENT ? stateOf(1, action.token) : undefined
    case 'write':
      return isAt(state, action.at) ? stateOf(action.at + 1, action.token) : undefined
    case 'remove':
      return isAt(state, action.at) ? ABSENT : undefined
    case 'adjust': {
      const sum = Number(state) + action.by
      return sum >= action.min ? String(sum) : undefined
    }
    case 'claim':
      return state === ABSENT ? action.token : undefined
    case 'release':
      return state === action.token ? ABSENT : undefined
    case 'read':
      return state === action.saw ? state : undefined
  }
}

const isAt = (state: string, version: number): boolean => state !== ABSENT && versionIn(state) === version

/**
 * Whether the state justifies refusing the action for the reason.
 *
 * `version` may also be said of a row that is not there: a store finds that nothing was updated first, and looks why
 * afterwards, when somebody may have created the row again.
 */
export const isRefusedFor = (action: Action, reason: ConflictReason, state: string): boolean => {
  switch (action.does) {
    case 'create':
    case 'claim':
      return reason === 'exists' && state !== ABSENT
    case 'write':
    case 'remove':
      return (reason === 'missing' && state === ABSENT) || (reason === 'version' && !isAt(state, action.at))
    case 'adjust':
      return reason === 'guard' && Number(state) + action.by < action.min
    case 'release':
      return (reason === 'missing' || reason === 'version') && state !== action.token
    case 'read':
      return false
  }
}

/** The rows of one history carry its name, so that many histories fit into one database. */
export const rowIdOf = (run: string, register: Register): string => `${run}-${register}`

export const opOf = (run: string, { register, action }: Part): Op | undefined => {
  const id = rowIdOf(run, register)
  switch (action.does) {
    case 'create':
      return insert('orders', { ...emptyRowOf('orders', id, 1), buyerId: run, title: action.token })
    case 'write':
      return update('orders', id, action.at, { title: action.token })
    case 'remove':
      return remove('orders', id, action.at)
    case 'adjust':
      return adjust('pools', id, 'available', action.by, action.min)
    case 'claim':
      return insert('claims', rowOf('claims', action.token, 1, { resourceGroup: run, resourceId: SEAT }))
    case 'release':
      return remove('claims', action.token, 1)
    case 'read':
      return undefined
  }
}

export const orderState = (row: Row<'orders'> | undefined): string =>
  row === undefined ? ABSENT : stateOf(row.version, row.title)
