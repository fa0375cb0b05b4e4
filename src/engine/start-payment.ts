import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import { isOpen } from '../core/attempt'
import { isPayable, type Order, type PayableOrder } from '../core/order'
import { decideOrder } from '../core/order-machine'
import type { Checkout } from '../providers/gateway'
import { allow } from './authorize'
import { changeOrder, type DecidedChange } from './change'
import { type Checked, checkInput, type InputOf } from './check-input'
import { byRequest, type ConnectedGateway, type Engine } from './engine'
import { CONTENTION, type ConfirmError, gatewayFailure, invalid, notFound, type StartPaymentError } from './errors'
import { endUnaskedAttempt, expireIfDue } from './expiry'
import { fromStore, load, loadOrder } from './load'
import { type Loaded, UNREAD } from './write'

export type StartPaymentInput = InputOf<'StartPaymentInput'>
export type AbandonInput = InputOf<'AbandonInput'>

export type StartedPayment = { readonly order: PayableOrder; readonly attempt: Attempt; readonly checkout: Checkout }

/** Opens an attempt and says what the buyer's browser does next. See `Orders.startPayment`. */
export const startPayment = (
  engine: Engine,
  input: StartPaymentInput,
): ResultAsync<StartedPayment, StartPaymentError> =>
  checkInput(engine, 'StartPaymentInput', input).andThen((checked) => {
    const gateway = engine.gateways.get(checked.gateway)
    if (gateway === undefined) return errAsync(invalid('gateway', 'is not one of the configured gateways'))
    const { methods } = gateway.capabilities
    if (checked.method !== undefined && !methods.includes(checked.method)) {
      const { method } = checked
      return errAsync({ code: 'method_unavailable' as const, outcome: 'not_executed' as const, method })
    }
    return loadOrder(engine, checked.order)
      .andThen((order) => allow(engine, checked.actor, 'order.pay', order.buyerId).map(() => order))
      .andThen((order) => openAttempt(engine, gateway, checked, order))
      .andThen((opened) => beginCheckout(gateway, checked, opened))
  })

type Start = Checked<'StartPaymentInput'>
type Opened = { readonly order: PayableOrder; readonly attempt: Attempt }

const openAttempt = (
  engine: Engine,
  gateway: ConnectedGateway,
  input: Start,
  order: Order,
): ResultAsync<Opened, StartPaymentError> => {
  // Its claims stay as they are until it is paid, so they are not read here.
  const read: Loaded = { order, attempt: null, refund: null, claims: UNREAD, lines: [] }
  const attemptId = engine.ids.next('att')
  const decide = (loaded: Loaded): Result<DecidedChange, StartPaymentError> => {
    const at = engine.clock.now()
    const { order } = loaded
    return decideOrder(order, { type: 'start_paying', attemptId, at }).map((events) => ({
      events,
      // The table lets only an order that can be paid start paying.
      from: isPayable(order) ? { ...loaded, attempt: newAttempt(gateway, input, order, attemptId, at) } : loaded,
    }))
  }
  return changeOrder(engine, { orderId: input.order }, byRequest(input), decide, read)
    .andThen(({ after }) => openedOf(after.order, after.attempt))
    .orElse((error) => instead(engine, gateway, input, error))
}

const openedOf = (order: Order, attempt: Attempt | null): Result<Opened, StartPaymentError> =>
  attempt !== null && isPayable(order) ? ok({ order, attempt }) : err(notFound('attempt'))

/** The same buyer asking for the same payment again goes on with the attempt that is open; a dead hold ends here. */
const instead = (
  engine: Engine,
  gateway: ConnectedGateway,
  input: Start,
  error: StartPaymentError,
): ResultAsync<Opened, StartPaymentError> => {
  if (error.code === 'hold_expired') {
    return expireIfDue(engine, input.order, byRequest(input)).andThen(() => errAsync(error))
  }
  if (error.code !== 'attempt_in_progress' || !('attemptId' in error)) return errAsync(error)
  return load(engine, { orderId: input.order, attemptId: error.attemptId }).andThen(({ order, attempt }) => {
    const isBuyers = gateway.capabilities.capturedBy === 'buyer'
    const isSame =
      attempt !== null &&
      // Where our own request takes the money, a second window beside it could take more.
      (isBuyers || attempt.chargeRequestedAt === null) &&
      attempt.gateway === input.gateway &&
      attempt.method === (input.method ?? null)
    if (!isSame || !isOpen(attempt)) return errAsync(error)
    return isBuyers ? reopen(engine, order, attempt) : openedOf(order, attempt)
  })
}

/** Stored before the window is opened again: from then on the buyer may pay in it for as long as it lives. */
const reopen = (engine: Engine, order: Order, attempt: Attempt): ResultAsync<Opened, StartPaymentError> => {
  const { id, version: expectedVersion } = attempt
  const openedAt = engine.clock.now()
  const set = { openedAt }
  return fromStore(() => engine.store.commit([{ op: 'update', kind: 'attempts', id, expectedVersion, set }])).andThen(
    ({ kind }) =>
      kind === 'committed'
        ? openedOf(order, { ...attempt, openedAt, version: expectedVersion + 1 })
        : err<Opened, StartPaymentError>(CONTENTION),
  )
}

const newAttempt = (
  gateway: ConnectedGateway,
  input: Start,
  order: PayableOrder,
  id: string,
  createdAt: Date,
): Attempt => ({
  id,
  version: 0,
  orderId: order.id,
  buyerId: order.buyerId,
  number: order.attemptCount + 1,
  gateway: input.gateway,
  mode: gateway.mode,
  method: input.method ?? null,
  amount: order.total,
  status: 'CREATED',
  capturedMinor: 0,
  refundedMinor: 0,
  providerRef: null,
  chargeRequestedAt: null,
  keyGeneration: 0,
  createdAt,
  openedAt: createdAt,
  approvedAt: null,
  closedAt: null,
  failureCode: null,
  depositDueAt: null,
  callbackSecretHash: null,
  checks: 0,
  // Nobody has to ask before the deadline: until then the buyer may be at the provider's window.
  nextCheckAt: order.holdExpiresAt,
})

const beginCheckout = (
  gateway: ConnectedGateway,
  input: Start,
  { order, attempt }: Opened,
): ResultAsync<StartedPayment, StartPaymentError> =>
  gateway
    .begin(attempt, {
      title: order.title,
      successUrl: addressOf(input.successUrl, attempt),
      failUrl: addressOf(input.failUrl, attempt),
      customer: input.customer ?? null,
    })
    .map((checkout) => ({ order, attempt, checkout }))
    .mapErr((error) => gatewayFailure(error, attempt))

/** The host writes the address before there is an attempt. */
const addressOf = (url: string | undefined, { id, orderId }: Attempt): string | null =>
  url?.replaceAll('{attemptId}', id).replaceAll('{orderId}', orderId) ?? null

/** Ends an attempt whose money nobody has asked for, so that the buyer can pay in another way. */
export const abandonAttempt = (engine: Engine, input: AbandonInput): ResultAsync<Order, ConfirmError> =>
  checkInput(engine, 'AbandonInput', input).andThen((checked) =>
    loadOrder(engine, checked.order)
      .andThen((order) => allow(engine, checked.actor, 'order.pay', order.buyerId))
      .andThen(() =>
        changeOrder<ConfirmError>(
          engine,
          { orderId: checked.order, attemptId: checked.attemptId },
          byRequest(checked),
          (loaded) => {
            const events = endUnaskedAttempt(engine, loaded, 'abandoned')
            const { attempt } = loaded
            if (events.length > 0 || attempt === null || !isOpen(attempt)) return ok({ events })
            return err({ code: 'attempt_in_progress', outcome: 'not_executed', attemptId: attempt.id })
          },
        ),
      )
      .map(({ after }) => after.order),
  )
