import { err, errAsync, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import { isOpen, MISMATCH } from '../core/attempt'
import { decidePayment } from '../core/checkout'
import type { Order } from '../core/order'
import type { Charge, DepositAccount, GatewayError, Returned } from '../providers/gateway'
import { allow } from './authorize'
import { changeOrder, type DecidedChange, type Lost } from './change'
import { type Checked, checkInput, type InputOf } from './check-input'
import { asRepeat, conclude, nextCheck } from './conclude'
import { byRequest, type ConnectedGateway, type Door, type Engine } from './engine'
import { type ConfirmError, gatewayFailure, invalid, notFound } from './errors'
import { expireIfDue } from './expiry'
import { load, loadAttempt, loadOrder } from './load'
import { askLater, reconcileAttempt } from './reconcile'
import { refundsOf } from './refund-answer'
import { isOwed, returnSurplus } from './refund-execution'
import type { Loaded } from './write'

export type ConfirmInput = InputOf<'ConfirmInput'>

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

/** Takes the payment the buyer authorised and confirms the order. See `Orders.confirm`. */
export const confirm = (engine: Engine, input: ConfirmInput): ResultAsync<PaymentResult, ConfirmError> =>
  checkInput(engine, 'ConfirmInput', input).andThen((checked) =>
    load(engine, { orderId: checked.order, attemptId: checked.attemptId }).andThen((loaded) =>
      allow(engine, checked.actor, 'order.pay', loaded.order.buyerId).andThen(() =>
        confirmLoaded(engine, loaded, checked),
      ),
    ),
  )

const confirmLoaded = (
  engine: Engine,
  loaded: Loaded,
  input: Checked<'ConfirmInput'>,
): ResultAsync<PaymentResult, ConfirmError> => {
  const { order, attempt } = loaded
  if (attempt === null) return errAsync(notFound('attempt'))
  const gateway = engine.gateways.get(attempt.gateway)
  if (gateway === undefined) return errAsync(invalid('gateway', 'of this attempt is not configured any more'))
  if (!isOpen(attempt)) return resultOf(engine, attempt, order, null)
  const accepted = gateway.readReturn(attempt, input.returned)
  if (accepted.isErr()) return errAsync(gatewayFailure(accepted.error, attempt))
  const door = byRequest(input)
  if (attempt.chargeRequestedAt !== null) return repeatCharge(engine, gateway, attempt, input.returned, door)
  return requestCharge(engine, loaded, attempt, accepted.value.providerRef, door)
    .andThen(({ requested, isFirst, known }) =>
      isFirst
        ? charge(engine, gateway, requested, input.returned, door, { isRepeat: false, known })
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
  read: Loaded,
  { orderId, id }: Attempt,
  providerRef: string | null,
  door: Door,
): ResultAsync<Requested, ConfirmError> => {
  const decide = (loaded: Loaded, lost: Lost): Result<DecidedChange, ConfirmError> => {
    const { attempt } = loaded
    if (attempt === null) return err(notFound('attempt'))
    if (lost?.reason === 'exists') {
      // The provider's reference already belongs to another attempt: this return was made for that one.
      return err(
        gatewayFailure(
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
  }
  return changeOrder(engine, { orderId, attemptId: id }, door, decide, read).andThen(
    ({ after: { attempt }, events, known }) =>
      attempt === null ? err(notFound('attempt')) : ok({ requested: attempt, isFirst: events.length > 0, known }),
  )
}

type Requested = { readonly requested: Attempt; readonly isFirst: boolean; readonly known: Loaded | null }

const charge = (
  engine: Engine,
  gateway: ConnectedGateway,
  attempt: Attempt,
  returned: Returned,
  door: Door,
  { isRepeat, known }: { readonly isRepeat: boolean; readonly known: Loaded | null },
): ResultAsync<PaymentResult, ConfirmError> =>
  gateway
    .confirm(attempt, returned)
    .map((answer): Result<Charge, GatewayError> => ok(answer))
    .orElse((error) => lookAtOther(engine, gateway, attempt, error, door).map(() => err<Charge, GatewayError>(error)))
    .andThen((answer) => {
      // Where the buyer can pay without us, a refusal at the door of our request is no answer about the payment either.
      const isOneOfMany = isRepeat || gateway.capabilities.capturedBy === 'buyer'
      const read = isOneOfMany ? answer.mapErr(asRepeat) : answer
      return conclude(engine, attempt, read, door, { known })
        .andThen((changed) =>
          isOwed(changed.events)
            ? returnSurplus(engine, changed.events, door).andThen(() =>
                load(engine, { orderId: attempt.orderId, attemptId: attempt.id }),
              )
            : ok(changed.after),
        )
        .andThen((now) => resultOf(engine, now.attempt ?? attempt, now.order, read))
    })

/**
 * A return that was put together from two payments may have taken the money of the other one, which we never asked for
 * and would close without a question. Nobody else will look there.
 */
const lookAtOther = (
  engine: Engine,
  gateway: ConnectedGateway,
  { id, gateway: name }: Attempt,
  error: GatewayError,
  door: Door,
): ResultAsync<void, never> => {
  const other = error.outcome === 'unknown' ? error.aboutAttemptId : undefined
  if (other === undefined || other === id || gateway.capabilities.capturedBy === 'buyer') return okAsync(undefined)
  return loadAttempt(engine, other)
    .andThen((attempt) =>
      attempt.gateway === name
        ? reconcileAttempt(engine, attempt, door, { evenUnasked: true }).map(() => undefined)
        : ok(undefined),
    )
    .orElse(() => ok(undefined))
}

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
      // Stored before it is sent, so that a refusal of the request before cannot be taken for the end of it.
      return askLater(engine, current, true).andThen(({ attempt: marked }) =>
        isOpen(marked)
          ? charge(engine, gateway, marked, returned, door, { isRepeat: true, known: null })
          : loadOrder(engine, order.id).andThen((now) => resultOf(engine, marked, now, null)),
      )
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
    .mapErr((error): ConfirmError => gatewayFailure(error, attempt))
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
  if (answer?.isErr()) return errAsync(gatewayFailure(isOpen(attempt) ? asRepeat(answer.error) : answer.error, attempt))
  if (!isOpen(attempt)) return errAsync(closedAs(attempt))
  if (answer?.isOk() && answer.value.status === 'waiting') {
    return okAsync({ status: 'waiting', order, attempt, action: 'wait_webhook', deposit: answer.value.deposit })
  }
  const message = 'the outcome is being looked up; repeat, it will not charge again'
  return errAsync(gatewayFailure({ code: 'in_progress', outcome: 'unknown', message, retryable: true }, attempt))
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
    ? gatewayFailure(
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
