import type { Result } from 'neverthrow'
import type { AttemptCommand } from '../../core/attempt'
import { type Attempt, decideAttempt, evolveAttempt } from '../../core/attempt'
import type { Ids } from '../../core/ids'
import type { Money } from '../../core/money'
import type { Refund } from '../../core/refund'
import type { BeginContext, Checkout, GatewayError, PaymentGateway, Returned } from '../../providers/gateway'
import type { LogEntry } from '../../providers/http'
import type { Store } from '../../storage/store'
import { testIds } from '../ids'
import { createDrain } from '../simulator/poison'
import { expectEqual, fail, granted } from './expectations'
import type { GatewaySubject } from './subject'

/** One subject in use: its gateway connected, and everything it said. */
export type World = {
  readonly subject: GatewaySubject
  readonly gateway: PaymentGateway
  readonly logged: readonly LogEntry[]
  readonly ids: Ids
  /** Waits for an answer. Time moves only when nothing else does. A throw or a rejection ends the case. */
  readonly ask: <T, E>(what: string, call: () => PromiseLike<Result<T, E>> | Result<T, E>) => Promise<Result<T, E>>
  /** Moves time, and lets everything that follows from it happen. */
  readonly pass: (ms: number) => Promise<void>
  readonly takenMinor: (attempt: Attempt) => Promise<number>
  readonly refundedMinor: (attempt: Attempt) => Promise<number>
  readonly now: () => Date
}

/** So many turns of the event loop without an answer mean that somebody waits for time to pass. */
const TURNS = 80
/** The first calls load code, which takes as long as it takes. */
const TURNS_WHILE_LOADING = 100_000
const STEP_MS = 1_000
const MOST_PATIENCE_MS = 15 * 60_000

const NO_STORE = new Proxy({}, { get: () => () => Promise.reject(new Error('this gateway has no store of its own')) })

export const openWorld = async (
  subject: GatewaySubject,
  { isFirst = false }: { readonly isFirst?: boolean } = {},
): Promise<World> => {
  const drain = createDrain()
  const logged: LogEntry[] = []
  const ids = testIds()
  const { clock, gateway, book } = subject
  const turns = isFirst ? TURNS_WHILE_LOADING : TURNS
  await subject.prepare?.()

  const settle = async (until: () => boolean): Promise<void> => {
    for (let turn = 0; turn < turns && !until(); turn += 1) await drain()
  }

  const ask: World['ask'] = async <T, E>(what: string, call: () => PromiseLike<Result<T, E>> | Result<T, E>) => {
    const state: { answer?: Result<T, E>; isThrown?: true } = {}
    void (async () => call())().then(
      (answer) => {
        state.answer = answer
      },
      () => {
        state.isThrown = true
      },
    )
    for (let waitedMs = 0; waitedMs <= MOST_PATIENCE_MS; waitedMs += STEP_MS) {
      await settle(() => state.answer !== undefined || state.isThrown === true)
      if (state.isThrown) return fail(what, 'an answer as a value', 'an exception')
      if (state.answer !== undefined) return state.answer
      await clock.advance(STEP_MS)
    }
    return fail(what, `an answer within ${MOST_PATIENCE_MS} ms`, 'none')
  }

  return {
    subject,
    gateway: gateway.connect({
      clock,
      ids,
      store: subject.store ?? (NO_STORE as Store), // Any use of it fails the call.
      log: (entry) => void logged.push(entry),
    }),
    logged,
    ids,
    ask,
    pass: async (ms) => {
      await clock.advance(ms)
      for (let turn = 0; turn < TURNS; turn += 1) await drain()
    },
    takenMinor: async ({ id }) => book.takenMinor(id),
    refundedMinor: async ({ id }) => book.refundedMinor(id),
    now: () => clock.now(),
  }
}

const BUYER = 'buyer-1'

/** An attempt as the library stores it before anything is asked. */
export const newAttempt = ({ subject, ids, now }: World, changes: Partial<Attempt> = {}): Attempt => ({
  id: ids.next('att'),
  version: 1,
  orderId: ids.next('ord'),
  buyerId: BUYER,
  number: 1,
  gateway: subject.gateway.name,
  mode: subject.gateway.mode,
  method: subject.pays.method,
  amount: subject.pays.amount,
  status: 'CREATED',
  capturedMinor: 0,
  refundedMinor: 0,
  providerRef: null,
  chargeRequestedAt: null,
  keyGeneration: 0,
  createdAt: now(),
  openedAt: now(),
  approvedAt: null,
  closedAt: null,
  failureCode: null,
  depositDueAt: null,
  callbackSecretHash: null,
  checks: 0,
  nextCheckAt: null,
  ...changes,
})

/** The attempt after what a command means for it: by the same rules as in the library. */
export const after = (attempt: Attempt, command: AttemptCommand): Attempt =>
  decideAttempt(attempt, command).match(
    (events) => events.reduce(evolveAttempt, { ...attempt, version: attempt.version + 1 }),
    ({ code }) => fail(`attempt ${attempt.status}`, `room for ${command.type}`, code),
  )

export const newRefund = ({ ids, now }: World, attempt: Attempt, amount: Money): Refund => ({
  id: ids.next('rfd'),
  version: 1,
  orderId: attempt.orderId,
  attemptId: attempt.id,
  buyerId: attempt.buyerId,
  purpose: 'requested',
  status: 'PROCESSING',
  amount,
  reason: 'changed my mind',
  providerRef: null,
  failureCode: null,
  keyGeneration: 0,
  requestedAt: now(),
  sentAt: now(),
  completedAt: null,
  providerCode: null,
  checks: 0,
  nextCheckAt: null,
})

export const contextOf = ({ subject }: World): BeginContext => ({
  title: 'Two seats',
  successUrl: 'https://shop.example/success',
  failUrl: 'https://shop.example/fail',
  customer: null,
  ...subject.pays.context,
})

export const begin = async (world: World, attempt: Attempt): Promise<Checkout> =>
  granted('begin', await world.ask('begin', () => world.gateway.begin(attempt, contextOf(world))))

/** An attempt whose charge may be asked for, with what the browser brought back. */
export type Ready = { readonly attempt: Attempt; readonly returned: Returned }

/** Opens a payment, lets the buyer pay, and accepts what comes back. */
export const agree = async (world: World, attempt = newAttempt(world)): Promise<Ready> => {
  const checkout = await begin(world, attempt)
  const returned = (await world.subject.buyer.pay(attempt, checkout)) ?? {}
  return accept(world, attempt, returned)
}

/** What the library does with a return that is good: the intent to charge is stored, with the provider's reference. */
export const accept = async (world: World, attempt: Attempt, returned: Returned): Promise<Ready> => {
  const { providerRef } = granted(
    'readReturn',
    await world.ask('readReturn', () => world.gateway.readReturn(attempt, returned)),
  )
  const at = world.now()
  return { attempt: after(attempt, { type: 'request_charge', providerRef, nextCheckAt: at, at }), returned }
}

/** A payment that is made: approved, and in the book. */
export const buy = async (world: World): Promise<Attempt> => {
  const { attempt, returned } = await agree(world)
  const charge = granted('confirm', await world.ask('confirm', () => world.gateway.confirm(attempt, returned)))
  expectEqual('the money in the book', await world.takenMinor(attempt), attempt.amount.amountMinor)
  return charge.status === 'approved'
    ? approvedAs(world, attempt, charge)
    : fail('confirm', 'an approval', charge.status)
}

export const approvedAs = (
  { now }: World,
  attempt: Attempt,
  charge: {
    readonly providerRef: string
    readonly captured: Money
    readonly approvedAt: Date
    readonly method: string | null
  },
): Attempt => {
  const { providerRef, captured, approvedAt, method } = charge
  return after(attempt, {
    type: 'approve_attempt',
    providerRef,
    captured,
    approvedAt,
    method,
    callbackSecretHash: null,
    at: now(),
  })
}

export const lookup = (world: World, attempt: Attempt) => world.ask('lookup', () => world.gateway.lookup(attempt))

export const minor = ({ subject }: World, amountMinor: number): Money => ({ ...subject.pays.amount, amountMinor })

export const isDefinite = ({ outcome }: GatewayError): boolean => outcome === 'not_executed'
