import type { Ending, History, Operation } from './history'
import { type Call, isLinearizable, offendingPart } from './linearize'
import { type Action, isRefusedFor, type Part, type Register, stateAfter } from './registers'

/** Which commits of unknown outcome are taken to have happened. */
type Decided = ReadonlyMap<Operation, boolean>

/** Every one more doubles the work; further ones may have happened in one row and not in the other. */
const MAX_DECIDED = 8

const stateText = (state: string): string => (state === '' ? 'nothing' : state)

const askedText = (action: Action): string => {
  switch (action.does) {
    case 'create':
      return `create ${action.token}`
    case 'write':
      return `write ${action.token} at version ${action.at}`
    case 'remove':
      return `remove at version ${action.at}`
    case 'adjust':
      return `adjust by ${action.by}, at least ${action.min}`
    case 'claim':
    case 'release':
      return `${action.does} ${action.token}`
    case 'read':
      return 'read'
  }
}

const callOf = ({ client, calledAt, returnedAt, ending }: Operation, { action }: Part): Call => {
  const changes = action.does !== 'read'
  const next = (state: string) => stateAfter(action, state)
  const call = { client, calledAt, returnedAt, hasHappened: true, changes, next, asked: askedText(action) }
  if (action.does === 'read') return { ...call, answered: stateText(action.saw) }
  if (ending === 'done') return { ...call, answered: 'committed' }
  if (typeof ending === 'string') return { ...call, hasHappened: false, answered: 'the answer was lost' }
  const { reason } = ending
  const refused = (state: string) => (isRefusedFor(action, reason, state) ? state : undefined)
  return { ...call, changes: false, next: refused, answered: `conflict ${reason}` }
}

const isUndone = (ending: Ending): boolean => ending === 'rolled back' || ending === 'not executed'

/** What the operations say about one register; a commit that is not decided may have happened. */
const callsOn = (register: Register, operations: readonly Operation[], decided: Decided = new Map()): readonly Call[] =>
  operations.flatMap((operation) => {
    const { parts, ending } = operation
    if (isUndone(ending) || decided.get(operation) === false) return []
    const isConflict = typeof ending !== 'string'
    return parts.flatMap((part, at) => {
      // Of a refused commit only the op it was refused for says something: the others were taken back.
      if (part.register !== register || (isConflict && ending.op !== at)) return []
      const call = callOf(operation, part)
      return decided.get(operation) === true ? [{ ...call, hasHappened: true }] : [call]
    })
  })

const lineOf = ({ client, calledAt, returnedAt, asked, answered }: Call): string =>
  `  client ${client} [${calledAt}, ${Number.isFinite(returnedAt) ? returnedAt : '…'}] ${asked}: ${answered}`

const described = (register: Register, initial: string, calls: readonly Call[]): string => {
  const sorted = calls.toSorted((left, right) => left.calledAt - right.calledAt)
  return [`${register}, at first ${stateText(initial)}:`, ...sorted.map(lineOf)].join('\n')
}

/** Every way to decide about the commits: each happened, or did not. */
const decisions = (operations: readonly Operation[]): readonly Decided[] =>
  Array.from({ length: 2 ** operations.length }, (_, bits) => {
    return new Map(operations.map((operation, at) => [operation, (bits & (1 << at)) !== 0]))
  })

/** Whether each lost commit can have happened in all its rows, or in none. */
const areWhole = ({ initial, operations }: History, lost: readonly Operation[]): boolean => {
  const registers = new Set(lost.flatMap(({ parts }) => parts.map(({ register }) => register)))
  return decisions(lost).some((decided) =>
    [...registers].every((register) =>
      isLinearizable(initial.get(register) ?? '', callsOn(register, operations, decided)),
    ),
  )
}

const isUnchanging = ({ parts, ending }: Operation): boolean =>
  typeof ending !== 'string' || isUndone(ending) || parts.every(({ action }) => action.does === 'read')

/** A lost commit that happened in one row and not in another, and what shows it. */
const tornCommitIn = (history: History): string | undefined => {
  const several = history.operations.filter(({ ending, parts }) => ending === 'unknown' && parts.length > 1)
  const lost = several.slice(0, MAX_DECIDED)
  if (areWhole(history, lost)) return undefined
  const culprit = lost.find((operation) => !areWhole(history, [operation]))
  const blamed = culprit === undefined ? lost : [culprit]
  const { initial } = history
  let { operations } = history
  for (const operation of operations.filter(isUnchanging)) {
    const rest = operations.filter((other) => other !== operation)
    if (!areWhole({ initial, operations: rest }, blamed)) operations = rest
  }
  const registers = new Set(blamed.flatMap(({ parts }) => parts.map(({ register }) => register)))
  const rows = [...registers].map((register) =>
    described(register, initial.get(register) ?? '', callsOn(register, operations)),
  )
  const commits = blamed.map(({ client, calledAt }) => `of client ${client} at ${calledAt}`).join(', or ')
  return [`the commit ${commits} happened in one row and not in another`, ...rows].join('\n')
}

/** What is wrong with a history, or undefined. */
export const violationIn = (history: History): string | undefined => {
  const { initial, operations } = history
  const misplaced = operations.find(({ ending, parts }) => typeof ending !== 'string' && !parts[ending.op])
  if (misplaced !== undefined) return 'a conflict was reported for an op that the commit does not have'
  for (const [register, first] of initial) {
    const calls = callsOn(register, operations)
    if (isLinearizable(first, calls)) continue
    const part = described(register, first, offendingPart(first, calls))
    return `no order of these calls explains their answers\n${part}`
  }
  return tornCommitIn(history)
}
