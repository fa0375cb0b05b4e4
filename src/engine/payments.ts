import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import { isOpen, MISMATCH } from '../core/attempt'
import { decidePayment } from '../core/checkout'
import { isPayable, type Order, type PayableOrder } from '../core/order'
import { decideOrder } from '../core/order-machine'
import type { Charge, Checkout, DepositAccount, GatewayError, Returned } from '../providers/gateway'
import { allow } from './authorize'
import { changeOrder } from './change'
import { type Checked, checkInput, type InputOf } from './check-input'
import { conclude, nextCheck } from './conclude'
import type { ConnectedGateway, Door, Engine } from './engine'
import { type CommonError, type ConfirmError, type GatewayFailure, notFound, type StartPaymentError } from './errors'
import { endUnaskedAttempt, expireIfDue } from './expiry'
import { load, loadOrder } from './load'
import { reconcileAttempt } from './reconcile'
import { asRepeat, refundsOf, returnSurplus } from './refund-execution'
import type { Loaded } from './write'

export type StartPaymentInput = InputOf<'StartPaymentInput'>
export type ConfirmInput = InputOf<'ConfirmInput'>
export type AbandonInput = InputOf<'AbandonInput'>

export type StartedPayment = { readonly order: PayableOrder; readonly attempt: Attempt; readonly checkout: Checkout }

/**
 * `confirmed`: the money is there. `waiting`: the provider has accepted, the money comes later (`deposit` says where to).
 */
export type PaymentResult = {
  readonly status: 'confirmed' | 'waiting'
  readonly order: Order
  readonly attempt: Attempt
  readonly action: 'none' | 'wait_webhook'
  readonly deposit: DepositAccount | null
}

const doorOf = (input: { readonly actor: Door['actor'] }): Door => ({ actor: input.actor, cause: 'request' })

/** Opens an attempt and says what the buyer's browser does next. See `Orders.startPayment`. */
export const startPayment = (
  engine: Engine,
  input: StartPaymentInput,
): ResultAsync<StartedPayment, StartPaymentError> =>
  checkInput('StartPaymentInput', input).andThen((checked) => {
    const gateway = engine.gateways.get(checked.gateway)
    if (gateway === undefined) return errAsync(invalid('gateway', 'is not one of the configured gateways'))
    const { methods } = gateway.capabilities
    if (checked.method !== undefined && !methods.includes(checked.method)) {
      const { method } = checked
      return errAsync({ code: 'method_unavailable' as const, outcome: 'not_executed' as const, method })
    }
    return loadOrder(engine, checked.order)
      .andThen((order) => allow(engine, checked.actor, 'order.pay', order.buyerId))
      .andThen(() => openAttempt(engine, gateway, checked))
      .andThen((opened) => beginCheckout(gateway, checked, opened))
  })

const invalid = (field: string, message: string): CommonError => ({
  code: 'validation',
  field,
  message,
  outcome: 'not_executed',
})

type Start = Checked<'StartPaymentInput'>
type Opened = { readonly order: PayableOrder; readonly attempt: Attempt }

const openAttempt = (
  engine: Engine,
  gateway: ConnectedGateway,
  input: Start,
): ResultAsync<Opened, StartPaymentError> => {
  const attemptId = engine.ids.next('att')
  return changeOrder<StartPaymentError>(engine, { orderId: input.order }, doorOf(input), (loaded) => {
    const at = engine.clock.now()
    const { order } = loaded
    return decideOrder(order, { type: 'start_paying', attemptId, at }).map((events) => ({
      events,
      // The table lets only an order that can be paid start paying.
      from: isPayable(order) ? { ...loaded, attempt: newAttempt(gateway, input, order, attemptId, at) } : loaded,
    }))
  })
    .andThen(({ after }) => openedOf(after.order, after.attempt))
    .orElse((error) => instead(engine, input, error))
}

const openedOf = (order: Order, attempt: Attempt | null): Result<Opened, StartPaymentError> =>
  attempt !== null && isPayable(order) ? ok({ order, attempt }) : err(notFound('attempt'))

/** The same buyer asking for the same payment again goes on with the attempt that is open; a dead hold ends here. */
const instead = (engine: Engine, input: Start, error: StartPaymentError): ResultAsync<Opened, StartPaymentError> => {
  if (error.code === 'hold_expired') {
    return expireIfDue(engine, input.order, doorOf(input)).andThen(() => errAsync(error))
  }
  if (error.code !== 'attempt_in_progress' || !('attemptId' in error)) return errAsync(error)
  return load(engine, { orderId: input.order, attemptId: error.attemptId }).andThen(({ order, attempt }) => {
    const isSame =
      attempt !== null &&
      attempt.chargeRequestedAt === null &&
      attempt.gateway === input.gateway &&
      attempt.method === (input.method ?? null)
    return isSame && isOpen(attempt) ? openedOf(order, attempt) : err(error)
  })
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
      successUrl: input.successUrl ?? null,
      failUrl: input.failUrl ?? null,
      customer: input.customer ?? null,
    })
    .map((checkout) => ({ order, attempt, checkout }))
    .mapErr((error) => failure(error, attempt))

const failure = (error: GatewayError, attempt: Attempt): GatewayFailure => ({
  ...error,
  attemptId: attempt.id,
  gateway: attempt.gateway,
})

/** Ends an attempt whose money nobody has asked for, so that the buyer can pay in another way. */
export const abandonAttempt = (engine: Engine, input: AbandonInput): ResultAsync<Order, ConfirmError> =>
  checkInput('AbandonInput', input).andThen((checked) =>
    loadOrder(engine, checked.order)
      .andThen((order) => allow(engine, checked.actor, 'order.pay', order.buyerId))
      .andThen(() =>
        changeOrder<ConfirmError>(
          engine,
          { orderId: checked.order, attemptId: checked.attemptId },
          doorOf(checked),
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

/** Takes the payment the buyer authorised and confirms the order. See `Orders.confirm`. */
export const confirm = (engine: Engine, input: ConfirmInput): ResultAsync<PaymentResult, ConfirmError> =>
  checkInput('ConfirmInput', input).andThen((checked) =>
    load(engine, { orderId: checked.order, attemptId: checked.attemptId }).andThen((loaded) =>
      allow(engine, checked.actor, 'order.pay', loaded.order.buyerId).andThen(() =>
        confirmLoaded(engine, loaded, checked),
      ),
    ),
  )

const confirmLoaded = (
  engine: Engine,
  { order, attempt }: Loaded,
  input: Checked<'ConfirmInput'>,
): ResultAsync<PaymentResult, ConfirmError> => {
  if (attempt === null) return errAsync(notFound('attempt'))
  const gateway = engine.gateways.get(attempt.gateway)
  if (gateway === undefined) return errAsync(invalid('gateway', 'of this attempt is not configured any more'))
  if (!isOpen(attempt)) return resultOf(engine, attempt, order, null)
  const accepted = gateway.readReturn(attempt, input.returned)
  if (accepted.isErr()) return errAsync(failure(accepted.error, attempt))
  const door = doorOf(input)
  if (attempt.chargeRequestedAt !== null) return repeatCharge(engine, gateway, attempt, input.returned, door)
  return requestCharge(engine, attempt, accepted.value.providerRef, door)
    .andThen(({ requested, isFirst }) =>
      isFirst
        ? charge(engine, gateway, requested, input.returned, door, (answer) => answer)
        : repeatCharge(engine, gateway, requested, input.returned, door),
    )
    .orElse((error) =>
      error.code === 'hold_expired'
        ? expireIfDue(engine, order.id, door).andThen(() => errAsync<PaymentResult, ConfirmError>(error))
        : errAsync(error),
    )
}

/**
 * Intent before effect: that we ask for the money is stored before we ask. Of two tabs one is first; the other's request
 * is a repeat, whose refusal says nothing about the first one.
 */
const requestCharge = (
  engine: Engine,
  { orderId, id }: Attempt,
  providerRef: string | null,
  door: Door,
): ResultAsync<{ readonly requested: Attempt; readonly isFirst: boolean }, ConfirmError> =>
  changeOrder<ConfirmError>(engine, { orderId, attemptId: id }, door, (loaded, lost) => {
    const { attempt } = loaded
    if (attempt === null) return err(notFound('attempt'))
    if (lost?.reason === 'exists') {
      // The provider's reference already belongs to another attempt: this return was made for that one.
      return err(
        failure(
          { code: 'return_invalid', outcome: 'not_executed', message: 'belongs to another attempt', retryable: false },
          attempt,
        ),
      )
    }
    const at = engine.clock.now()
    return decidePayment(
      { ...loaded, attempt },
      { type: 'request_charge', providerRef, nextCheckAt: nextCheck(engine, 0, at), at },
      { graceMs: 0, late: 'refund', extendHoldTo: null },
      { refundId: '', nextCheckAt: at },
    ).map((events) => ({ events }))
  }).andThen(({ after: { attempt }, events }) =>
    attempt === null ? err(notFound('attempt')) : ok({ requested: attempt, isFirst: events.length > 0 }),
  )

type Reading = (answer: Result<Charge, GatewayError>) => Result<Charge, GatewayError>

const charge = (
  engine: Engine,
  gateway: ConnectedGateway,
  attempt: Attempt,
  returned: Returned,
  door: Door,
  reading: Reading,
): ResultAsync<PaymentResult, ConfirmError> =>
  gateway
    .confirm(attempt, returned)
    .map((answer): Result<Charge, GatewayError> => ok(answer))
    .orElse((error) => ok(err<Charge, GatewayError>(error)))
    .andThen((answer) => {
      const read = reading(answer)
      return conclude(engine, attempt, read, door)
        .andThen(({ events }) => returnSurplus(engine, events, door))
        .andThen(() => load(engine, { orderId: attempt.orderId, attemptId: attempt.id }))
        .andThen((now) => resultOf(engine, now.attempt ?? attempt, now.order, read))
    })

/**
 * A reload, a second tab or a retry after a lost answer. It asks first; only when that proves nothing and the order can
 * still use the money is the very same request sent again, with the same key.
 */
const repeatCharge = (
  engine: Engine,
  gateway: ConnectedGateway,
  attempt: Attempt,
  returned: Returned,
  door: Door,
): ResultAsync<PaymentResult, ConfirmError> =>
  reconcileAttempt(engine, attempt, door).andThen(({ attempt: current }) =>
    loadOrder(engine, attempt.orderId).andThen((order): ResultAsync<PaymentResult, ConfirmError> => {
      const isUseful =
        order.status === 'PAYING' && order.openAttemptId === current.id && engine.clock.now() < order.holdExpiresAt
      if (!isOpen(current) || !isUseful) return resultOf(engine, current, order, null)
      if (current.depositDueAt !== null) return describeDeposit(gateway, current, order)
      return charge(engine, gateway, current, returned, door, (answer) => answer.mapErr(asRepeat))
    }),
  )

/** Where to send the money is not stored: the provider is asked for it each time. */
const describeDeposit = (
  gateway: ConnectedGateway,
  attempt: Attempt,
  order: Order,
): ResultAsync<PaymentResult, ConfirmError> =>
  gateway
    .lookup(attempt)
    .mapErr((error): ConfirmError => failure(error, attempt))
    .map((payment) => ({
      status: 'waiting',
      order,
      attempt,
      action: 'wait_webhook',
      deposit: payment.status === 'waiting' ? payment.deposit : null,
    }))

/** What the caller is told, from what is stored: nothing is called a success that is not CONFIRMED. */
const resultOf = (
  engine: Engine,
  attempt: Attempt,
  order: Order,
  answer: Result<Charge, GatewayError> | null,
): ResultAsync<PaymentResult, ConfirmError> => {
  const isPaidByThis = 'paidAttemptId' in order && order.paidAttemptId === attempt.id
  if (order.status === 'CONFIRMED' && (isPaidByThis || attempt.capturedMinor === 0)) {
    return okAsync({ status: 'confirmed', order, attempt, action: 'none', deposit: null })
  }
  if (isPaidByThis) return errAsync(stateConflict(order))
  if (attempt.capturedMinor > 0 || attempt.failureCode === MISMATCH) return surplusOf(engine, attempt, order)
  if (answer?.isErr()) return errAsync(failure(answer.error, attempt))
  if (!isOpen(attempt)) return errAsync(closedAs(attempt))
  if (answer?.isOk() && answer.value.status === 'waiting') {
    return okAsync({ status: 'waiting', order, attempt, action: 'wait_webhook', deposit: answer.value.deposit })
  }
  const message = 'the outcome is being looked up; repeat, it will not charge again'
  return errAsync(failure({ code: 'in_progress', outcome: 'unknown', message, retryable: true }, attempt))
}

/** It was paid, and has been cancelled or refunded since. */
const stateConflict = ({ status }: Order): ConfirmError => ({
  code: 'state_conflict',
  outcome: 'not_executed',
  status,
  command: 'confirm',
})

const closedAs = (attempt: Attempt): ConfirmError =>
  attempt.status === 'FAILED'
    ? failure(
        {
          code: 'declined',
          outcome: 'not_executed',
          message: 'this attempt was refused; start another one',
          retryable: true,
          ...(attempt.failureCode === null ? {} : { providerCode: attempt.failureCode }),
        },
        attempt,
      )
    : { code: 'attempt_closed', outcome: 'not_executed', attemptId: attempt.id }

const surplusOf = (engine: Engine, attempt: Attempt, order: Order): ResultAsync<PaymentResult, ConfirmError> =>
  refundsOf(engine, attempt.id).andThen(([refund]) => {
    const refundId = refund?.id ?? null
    return err<PaymentResult, ConfirmError>(
      attempt.failureCode === MISMATCH
        ? { code: 'captured_amount_mismatch', outcome: 'not_executed', refundId }
        : { code: 'paid_too_late', outcome: 'not_executed', orderStatus: order.status, refundId },
    )
  })
