import { err, ok, type Result } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import type { Clock } from '../../core/clock'
import { type Money, sameMoney } from '../../core/money'
import type { Refund } from '../../core/refund'
import type { Charge, GatewayError, NotExecutedCode, ProviderPayment, ProviderRefund } from '../gateway'
import { type ChargeStep, isChargeStep, isLookupStep, isRefundStep, type MockStep, type RefundStep } from './script'

/** One movement in the mock's own book: what really happened, whatever it answered. */
export type MockLine = {
  readonly kind: 'PAYMENT' | 'REFUND'
  readonly attemptId: string
  readonly refundId: string | null
  readonly amount: Money
  readonly method: string | null
  readonly at: Date
}

export type MockSettleError = { readonly code: 'not_found' | 'already_settled' }

/** Something the mock would tell by webhook. */
export type MockNews = { readonly type: 'APPROVED' | 'FAILED' | 'REFUNDED'; readonly attemptId: string }

type Payment = {
  readonly attempt: Pick<Attempt, 'id' | 'orderId' | 'amount' | 'method'>
  readonly status: 'open' | 'under_way' | 'waiting' | 'approved' | 'failed' | 'voided'
  readonly code: string
  readonly approvedAt: Date | null
  readonly denies: boolean
  readonly refunds: readonly ProviderRefund[]
}

export type MockRules = {
  readonly capturedBy: 'confirm' | 'buyer'
  readonly chargeWindowMs: number | null
  readonly idempotentRefunds: boolean
  readonly listsRefunds: boolean
  readonly tell: (news: MockNews, at: Date) => void
}

export type MockProvider = ReturnType<typeof createMockProvider>

/**
 * The provider the mock pretends to be. It keeps one payment per attempt and takes its money once at most, whatever
 * keys it is asked with. It gives back once per refund, unless it is told to recognise no repeat.
 */
export const createMockProvider = (rules: MockRules) => {
  const payments = new Map<string, Payment>()
  const lines: MockLine[] = []
  const steps: MockStep[] = []

  const next = <S extends MockStep>(fits: (step: MockStep) => step is S): S | undefined => {
    const step = steps.find(fits)
    if (step !== undefined) steps.splice(steps.indexOf(step), 1)
    return step
  }

  const save = (payment: Payment): Payment => {
    payments.set(payment.attempt.id, payment)
    return payment
  }

  const take = (payment: Payment, at: Date): Payment => {
    const { id, amount, method } = payment.attempt
    lines.push({ kind: 'PAYMENT', attemptId: id, refundId: null, amount, method, at })
    rules.tell({ type: 'APPROVED', attemptId: id }, at)
    return save({ ...payment, status: 'approved', approvedAt: at })
  }

  const fail = (payment: Payment, code: string, at: Date): Payment => {
    rules.tell({ type: 'FAILED', attemptId: payment.attempt.id }, at)
    return save({ ...payment, status: 'failed', code })
  }

  const takeLate = (attemptId: string, requestedAt: Date, at: Date): void => {
    const payment = payments.get(attemptId)
    if (payment?.status !== 'under_way') return
    const { chargeWindowMs } = rules
    const isTooLate = chargeWindowMs !== null && at.getTime() - requestedAt.getTime() >= chargeWindowMs
    if (isTooLate) fail(payment, 'payment_window_closed', at)
    else take(payment, at)
  }

  const perform = (payment: Payment, step: ChargeStep, clock: Clock, requestedAt: Date): Answer => {
    const at = clock.now()
    switch (step.step) {
      case 'approve':
        return answerOf(take(payment, at))
      case 'decline':
        return answerOf(fail(payment, step.code, at))
      case 'time_out':
        if (step.executed) take(payment, at)
        return err(TIMED_OUT)
      case 'answer_late':
        save({ ...payment, status: 'under_way' })
        clock.schedule(step.executeAfterMs, () => takeLate(payment.attempt.id, requestedAt, clock.now()))
        return err(TIMED_OUT)
      case 'contradict':
        return answerOf(take({ ...payment, denies: true }, at))
      case 'wait':
        return answerOf(save({ ...payment, status: 'waiting' }))
    }
  }

  const giveBack = (payment: Payment, refund: Refund, status: 'completed' | 'waiting', at: Date): ProviderRefund => {
    const given: ProviderRefund = {
      providerRef: `mock:${refund.id}`,
      refundId: refund.id,
      amount: refund.amount,
      status,
    }
    save({ ...payment, refunds: [...payment.refunds, given] })
    if (status === 'completed') writeRefund(payment, given, at)
    return given
  }

  const writeRefund = ({ attempt }: Payment, { refundId, amount }: ProviderRefund, at: Date): void => {
    lines.push({ kind: 'REFUND', attemptId: attempt.id, refundId, amount, method: attempt.method, at })
    rules.tell({ type: 'REFUNDED', attemptId: attempt.id }, at)
  }

  return {
    script: (...more: readonly MockStep[]) => {
      steps.push(...more)
    },

    book: (): readonly MockLine[] => [...lines],

    /** A payment the buyer can now make at the provider, without our confirm. */
    expect: (attempt: Attempt): void => {
      if (!payments.has(attempt.id)) save(fresh(attempt))
    },

    charge: (attempt: Attempt, clock: Clock): Answer => {
      const payment = payments.get(attempt.id) ?? fresh(attempt)
      if (!sameMoney(payment.attempt.amount, attempt.amount)) return refused('amount_mismatch', 'another amount before')
      if (payment.status !== 'open') return answerOf(payment)
      const step = next(isChargeStep) ?? { step: rules.capturedBy === 'buyer' ? 'wait' : 'approve' }
      return perform(payment, step, clock, attempt.chargeRequestedAt ?? clock.now())
    },

    lookup: ({ id }: Attempt): Result<ProviderPayment, GatewayError> => {
      if (next(isLookupStep) !== undefined) return err(TIMED_OUT)
      const payment = payments.get(id)
      // A request that is still under way is not in the provider's records yet: that is what makes it dangerous.
      if (payment === undefined || payment.status === 'under_way') return ok({ status: 'not_found' })
      if (payment.status === 'open') return ok({ status: 'open' })
      if (payment.denies) return ok({ status: 'failed', code: 'contradicted' })
      return ok(
        answerOf(payment).match<ProviderPayment>(
          (charge) =>
            charge.status === 'approved'
              ? { ...charge, refunds: rules.listsRefunds ? payment.refunds : [] }
              : { ...charge, expired: false },
          () => ({ status: 'failed', code: payment.code }),
        ),
      )
    },

    void: (attempt: Attempt): Result<void, GatewayError> => {
      const payment = payments.get(attempt.id) ?? fresh(attempt)
      if (payment.status === 'approved') return refused('refused', 'the attempt is paid: refund it', 'already_paid')
      if (payment.status !== 'failed') save({ ...payment, status: 'voided', code: 'voided' })
      return ok(undefined)
    },

    refund: (refund: Refund, attempt: Attempt, at: Date): Result<ProviderRefund, GatewayError> => {
      const payment = payments.get(attempt.id)
      if (refund.attemptId !== attempt.id) return refused('order_mismatch', 'the refund is of another attempt')
      if (payment?.status !== 'approved') return refused('not_found', 'the attempt took no money')
      const before = payment.refunds.find(({ refundId }) => refundId === refund.id)
      if (before !== undefined && rules.idempotentRefunds) {
        return sameMoney(before.amount, refund.amount) ? ok(before) : refused('refused', 'another amount before')
      }
      const { currency, amountMinor } = refund.amount
      if (currency !== payment.attempt.amount.currency || !Number.isSafeInteger(amountMinor) || amountMinor <= 0) {
        return refused('invalid_request', 'the amount is not positive or of another currency')
      }
      if (amountMinor > leftOf(payment)) return refused('refused', 'more than was paid', 'exceeds_paid')
      const step: RefundStep = next(isRefundStep) ?? { step: 'refund_approve' }
      switch (step.step) {
        case 'refund_approve':
          return ok(giveBack(payment, refund, 'completed', at))
        case 'refund_decline':
          return refused('refused', 'the provider refused the refund', step.code)
        case 'refund_time_out':
          if (step.executed) giveBack(payment, refund, 'completed', at)
          return err(TIMED_OUT)
        case 'refund_wait':
          return ok(giveBack(payment, refund, 'waiting', at))
      }
    },

    settle: (attemptId: string, outcome: 'approved' | 'failed', at: Date): Result<void, MockSettleError> => {
      const payment = payments.get(attemptId)
      if (payment === undefined) return err({ code: 'not_found' })
      if (payment.status !== 'open' && payment.status !== 'waiting') return err({ code: 'already_settled' })
      if (outcome === 'approved') take(payment, at)
      else fail(payment, 'declined', at)
      return ok(undefined)
    },

    settleRefund: (refundId: string, status: 'completed' | 'failed', at: Date): Result<void, MockSettleError> => {
      for (const payment of payments.values()) {
        const refund = payment.refunds.find((found) => found.refundId === refundId)
        if (refund === undefined) continue
        if (refund.status !== 'waiting') return err({ code: 'already_settled' })
        const settled = { ...refund, status }
        save({ ...payment, refunds: payment.refunds.map((found) => (found === refund ? settled : found)) })
        if (status === 'completed') writeRefund(payment, settled, at)
        return ok(undefined)
      }
      return err({ code: 'not_found' })
    },
  }
}

type Answer = Result<Charge, GatewayError>

const fresh = ({ id, orderId, amount, method }: Attempt): Payment => ({
  attempt: { id, orderId, amount, method },
  status: 'open',
  code: '',
  approvedAt: null,
  denies: false,
  refunds: [],
})

/** What the provider answers when asked for this money again. */
const answerOf = ({ status, code, attempt, approvedAt }: Payment): Answer => {
  const providerRef = `mock:${attempt.id}`
  if (status === 'approved' && approvedAt !== null) {
    return ok({ status: 'approved', providerRef, captured: attempt.amount, approvedAt, method: attempt.method })
  }
  if (status === 'failed') return refused('declined', 'the provider declined', code)
  if (status === 'voided') return refused('refused', 'the attempt was voided', code)
  if (status === 'waiting') return ok({ status: 'waiting', providerRef, dueAt: null, deposit: null })
  return err({ code: 'in_progress', outcome: 'unknown', message: 'the first request is under way', retryable: true })
}

const leftOf = ({ attempt, refunds }: Payment): number =>
  refunds
    .filter(({ status }) => status !== 'failed')
    .reduce((left, { amount }) => left - amount.amountMinor, attempt.amount.amountMinor)

const TIMED_OUT: GatewayError = {
  code: 'timeout',
  outcome: 'unknown',
  message: 'the provider did not answer in time',
  retryable: true,
}

const refused = (code: NotExecutedCode, message: string, providerCode?: string): Result<never, GatewayError> =>
  err({
    code,
    outcome: 'not_executed',
    message,
    retryable: false,
    ...(providerCode === undefined ? {} : { providerCode }),
  })
