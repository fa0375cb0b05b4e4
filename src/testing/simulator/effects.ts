import { err, ResultAsync } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import type { Clock } from '../../core/clock'
import type { Gateway, GatewayError, PaymentGateway } from '../../providers/gateway'
import type { Op, Store } from '../../storage/store'
import type { Decisions } from './decisions'
import type { Owner, Scheduler } from './scheduler'

/** On whose behalf something happens: a verb of a process. */
export type Context = { readonly owner: Owner; readonly verb: string }

/** What the wrapped ports of one process need. */
export type Effects = {
  readonly scheduler: Scheduler
  readonly decisions: Decisions
  /** Whose work is going on right now. */
  readonly current: () => Context
  readonly enter: (context: Context) => void
  /** Counts a place where a process may die, and lets it die there. */
  readonly pass: (context: Context, point: string) => boolean
  /** Effects take no time: for counting boundaries one after the other. */
  readonly instant: boolean
}

/** A promise of its own each time: a shared one would keep everybody who ever waited for it. */
const never = (): Promise<never> => new Promise(() => {})

/** How long an effect takes, in ms. Most take nothing worth mentioning: that is what makes them meet. */
const delayOf = ({ decisions, instant }: Effects, where: string): number => {
  if (instant) return 0
  const { random } = decisions
  if (decisions.fires('slow_effect', where)) return random.pick([400, 2_000, 9_000, 25_000])
  return random.chance(0.6) ? 0 : random.int(40)
}

/** Waits for its turn. Whoever runs afterwards runs on behalf of the same verb. */
export const turn = (effects: Effects, context: Context, label: string): Promise<void> => {
  const text = `${context.verb}/${label}`
  return effects.scheduler.wait(context.owner, delayOf(effects, text), text, () => effects.enter(context))
}

/** A place where the process may die. What comes after it then never happens. */
const crashPoint = async (effects: Effects, context: Context, label: string): Promise<void> => {
  await turn(effects, context, label)
  if (effects.pass(context, `${context.verb}/${label}`)) await never()
}

/** `attempt.approved+order.confirmed` says more about a commit than its number. */
const nameOf = (ops: readonly Op[]): string => {
  const events = ops.flatMap((op) => (op.op === 'insert' && op.kind === 'events' ? [op.row.type] : []))
  if (events.length > 0) return events.join('+')
  return [...new Set(ops.map(({ op, kind }) => `${op} ${kind}`))].join('+')
}

const lostConnection = (): Error => new Error('simulated: the connection to the store was lost')

/** A store whose every call waits for its turn, and may fail before the write or after it. */
export const storeWithFaults = <Tx>(inner: Store<Tx>, effects: Effects): Store<Tx> => ({
  get: async (kind, id) => {
    const context = effects.current()
    await turn(effects, context, `get ${kind}`)
    if (effects.decisions.fires('read_fails', `${context.verb} get ${kind}`)) throw lostConnection()
    return inner.get(kind, id)
  },
  find: async (kind, query) => {
    const context = effects.current()
    await turn(effects, context, `find ${kind}`)
    if (effects.decisions.fires('read_fails', `${context.verb} find ${kind}`)) throw lostConnection()
    return inner.find(kind, query)
  },
  ...(inner.findAmong === undefined
    ? {}
    : {
        findAmong: async (kind, by, values) => {
          const context = effects.current()
          await turn(effects, context, `find ${kind}`)
          if (effects.decisions.fires('read_fails', `${context.verb} find ${kind}`)) throw lostConnection()
          return (await inner.findAmong?.(kind, by, values)) ?? []
        },
      }),
  ...(inner.getWithOrder === undefined
    ? {}
    : {
        getWithOrder: async (attemptId) => {
          const context = effects.current()
          await turn(effects, context, 'get attempts')
          if (effects.decisions.fires('read_fails', `${context.verb} get attempts`)) throw lostConnection()
          return inner.getWithOrder?.(attemptId)
        },
      }),
  commit: async (ops, within) => {
    const context = effects.current()
    const name = `commit ${nameOf(ops)}`
    await crashPoint(effects, context, `${name}/before`)
    if (effects.decisions.fires('commit_fails', `${context.verb} ${name}`)) throw lostConnection()
    const outcome = await inner.commit(ops, within)
    await crashPoint(effects, context, `${name}/after`)
    if (effects.decisions.fires('commit_answer_lost', `${context.verb} ${name}`)) throw lostConnection()
    return outcome
  },
})

export type ProviderCall = 'begin' | 'confirm' | 'lookup' | 'void' | 'refund'
/** Stands between our gateway and the provider, for providers without a network of their own. */
export type Interference = <T>(
  call: ProviderCall,
  attempt: Attempt,
  run: () => ResultAsync<T, GatewayError>,
) => ResultAsync<T, GatewayError>

/** A gateway whose every call waits for its turn before it goes out and before its answer comes in. */
export const gatewayWithFaults = <G extends Gateway>(
  inner: G,
  effects: Effects,
  options: { readonly interfere?: Interference; readonly clock?: Clock },
): G => ({
  ...inner,
  connect: (wiring) => {
    const gateway = inner.connect(options.clock === undefined ? wiring : { ...wiring, clock: options.clock })
    const { interfere = (_call, _attempt, run) => run() } = options
    const called = <T>(
      call: ProviderCall,
      attempt: Attempt,
      run: () => ResultAsync<T, GatewayError>,
    ): ResultAsync<T, GatewayError> =>
      ResultAsync.fromThrowable(
        async () => {
          const context = effects.current()
          await crashPoint(effects, context, `${inner.name}.${call}/before`)
          const answer = await interfere(call, attempt, run)
          await crashPoint(effects, context, `${inner.name}.${call}/after`)
          return answer
        },
        (): GatewayError => ({ code: 'network', outcome: 'unknown', message: 'a gateway threw', retryable: true }),
      )().andThen((answer) => answer)
    const { void: end } = gateway
    const wrapped: PaymentGateway = {
      ...gateway,
      begin: (attempt, context) => called('begin', attempt, () => gateway.begin(attempt, context)),
      confirm: (attempt, returned) => called('confirm', attempt, () => gateway.confirm(attempt, returned)),
      lookup: (attempt) => called('lookup', attempt, () => gateway.lookup(attempt)),
      refund: (refund, context) => called('refund', context.attempt, () => gateway.refund(refund, context)),
      ...(end === undefined ? {} : { void: (attempt) => called('void', attempt, () => end(attempt)) }),
    }
    return wrapped
  },
})

export const timedOut = <T>(): ResultAsync<T, GatewayError> =>
  new ResultAsync(
    Promise.resolve(
      err({ code: 'timeout', outcome: 'unknown', message: 'the provider did not answer in time', retryable: true }),
    ),
  )
