import type { Random } from '../simulator/random'
import type { Ending } from './history'
import { ABSENT, type Action, type Part, POOL, type Register, SEAT, stateAfter, versionIn } from './registers'

export type Choice =
  | { readonly does: 'read'; readonly what: Register | 'orders' }
  | {
      readonly does: 'commit'
      readonly parts: readonly Part[]
      readonly within: 'none' | 'done' | 'throws'
      /** How long `within` takes. */
      readonly turns: number
    }

/** What one client does next, from what it knows: often too little by then, which is what makes conflicts. */
export type Chooser = {
  readonly choose: (at: number) => Choice
  readonly learn: (parts: readonly Part[]) => void
  readonly conclude: (parts: readonly Part[], ending: Ending) => void
}

const MAX_TURNS = 20

export const createChooser = (
  random: Random,
  initial: ReadonlyMap<Register, string>,
  tokenOf: (at: number) => string,
): Chooser => {
  const known = new Map(initial)
  const orders = [...initial.keys()].filter((register) => register !== POOL && register !== SEAT)
  /** Claims of the seat that are this client's own, or may be. */
  let claims: readonly string[] = []

  const onOrder = (register: Register, token: string): Part | undefined => {
    const state = known.get(register)
    if (state === undefined) return undefined
    if (state === ABSENT || random.chance(0.05)) return { register, action: { does: 'create', token } }
    const at = versionIn(state)
    return { register, action: random.chance(0.15) ? { does: 'remove', at } : { does: 'write', at, token } }
  }
  const onPool = (): Part => {
    const by = random.int(9) - 4
    return { register: POOL, action: { does: 'adjust', by, min: 0 } }
  }
  const onSeat = (token: string): Part | undefined => {
    const claim = claims[0]
    if (claim === undefined && known.get(SEAT) !== ABSENT && random.chance(0.7)) return undefined
    const action: Action = claim === undefined ? { does: 'claim', token } : { does: 'release', token: claim }
    return { register: SEAT, action }
  }

  /**
   * Always in one order, orders before pool and seat: two commits that lock the same rows the other way round may
   * deadlock, which a database ends by a fault after a second. That would be slow, and say nothing about the answers.
   */
  const onSeveral = (token: string): readonly (Part | undefined)[] => {
    const from = random.int(orders.length)
    const one = onOrder(orders[from] ?? POOL, token)
    const later = orders.slice(from + 1)
    if (later.length > 0 && random.chance(0.7)) return [one, onOrder(random.pick(later), token)]
    return random.chance(0.5) ? [one, onPool()] : [one, onSeat(token)]
  }

  const commitOf = (parts: readonly (Part | undefined)[]): Choice => {
    const whole = parts.filter((part) => part !== undefined)
    // What is not known has to be read first.
    if (whole.length < parts.length) return { does: 'read', what: 'orders' }
    const within = random.chance(0.7) ? 'none' : random.pick(['done', 'throws'] as const)
    return { does: 'commit', parts: whole, within, turns: random.int(MAX_TURNS) }
  }

  return {
    choose: (at) => {
      const token = tokenOf(at)
      const what = random.int(20)
      if (what < 4) return { does: 'read', what: random.pick(orders) }
      if (what < 6) return { does: 'read', what: 'orders' }
      if (what < 8) return { does: 'read', what: random.pick([POOL, SEAT]) }
      if (what < 13) {
        const register = random.pick(orders)
        const part = onOrder(register, token)
        return part === undefined ? { does: 'read', what: register } : commitOf([part])
      }
      if (what < 15) return commitOf([onPool()])
      if (what < 16) return commitOf([onSeat(token)])
      return commitOf(onSeveral(token))
    },
    learn: (parts) => {
      for (const { register, action } of parts) if (action.does === 'read') known.set(register, action.saw)
    },
    conclude: (parts, ending) => {
      for (const { register, action } of parts) {
        if (ending === 'rolled back' || ending === 'not executed') continue
        const after = ending === 'done' ? stateAfter(action, known.get(register) ?? ABSENT) : undefined
        if (after === undefined) known.delete(register)
        else known.set(register, after)
        if (action.does === 'claim' && (ending === 'done' || ending === 'unknown')) claims = [...claims, action.token]
        const isOver = ending === 'done' || (typeof ending !== 'string' && parts[ending.op]?.register === SEAT)
        if (action.does === 'release' && isOver) claims = claims.filter((claim) => claim !== action.token)
      }
    },
  }
}
