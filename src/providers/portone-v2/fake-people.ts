import type { Clock } from '../../core/clock'
import { isCurrency } from '../../core/money'
import type { FakePortOneV2Billing } from './fake-billing'
import type { FakePortOneV2Book } from './fake-book'
import { type CancelMood, type ChannelType, cancellableOf, type FakePortOneV2Order, shownOf } from './fake-payment'
import { isSentId } from './ids'

/** The same act, done after everything that is due. */
export type After = <A extends readonly unknown[], R>(act: (...given: A) => R) => (...given: A) => R

/** The query of the redirect, in PortOne's own camel case. `code` is there when something went wrong. */
export type FakeReturn = Readonly<Record<string, string>>

/** The people around a fake: who pays, who transfers, who sits at the console. */
export type FakePortOneV2People = {
  readonly buyer: {
    /** Opens the window and leaves it open: READY. A `code` when it would not open. */
    readonly open: (order: FakePortOneV2Order) => { readonly transactionId: string } | { readonly code: string }
    /** Pays in a window that is open. The result is the query of the redirect. */
    readonly finish: (paymentId: string, transactionId: string) => FakeReturn
    /** Opens the window and pays. */
    readonly pay: (order: FakePortOneV2Order) => FakeReturn
    /** Opens the window and is refused, or closes it. */
    readonly fail: (order: FakePortOneV2Order, pgCode?: string) => FakeReturn
    /** Pays with what the payment company has to look at first: PAY_PENDING. */
    readonly payLater: (order: FakePortOneV2Order) => FakeReturn
    readonly registerCard: (wanted: {
      readonly issueId: string
      readonly customerId: string
      readonly channelKey?: string
    }) => FakeReturn
    readonly failIssue: (pgCode?: string) => FakeReturn
  }
  readonly bank: {
    /** False when the bank refuses: no account waits, it has run out, or another amount. */
    readonly deposit: (paymentId: string, amountMinor?: number) => boolean
  }
  readonly dashboard: {
    /** The merchant refunds by hand. Returns PortOne's type when it may not. */
    readonly cancel: (paymentId: string, amountMinor?: number) => string | undefined
    /** The payment company ends a cancel that was only accepted. */
    readonly settleCancel: (paymentId: string, status: 'SUCCEEDED' | 'FAILED') => boolean
    /** The payment company ends a payment it had to look at. */
    readonly settlePending: (paymentId: string, status: 'PAID' | 'FAILED') => boolean
  }
  /** A test channel of the same store: in live mode a buyer may still put it into the window. */
  readonly testChannelKey: string
}

const TEST_CHANNEL_KEY = 'channel-key-00000000-0000-4000-8000-00000000test'

export const fakePortOneV2People = (options: {
  readonly clock: Clock
  readonly book: FakePortOneV2Book
  readonly billing: FakePortOneV2Billing
  readonly takeDecline: (paymentId: string) => string | undefined
  readonly takeCancelMood: () => CancelMood
  readonly channelKey: string
  readonly mode: 'test' | 'live'
  readonly manualConfirm: boolean
  /** What should have happened by now happens before anybody does anything. */
  readonly after: After
}): FakePortOneV2People => {
  const { book, billing, takeDecline, takeCancelMood, channelKey, mode, manualConfirm, clock, after } = options

  const typeOf = (key: string): ChannelType | undefined => {
    if (key === TEST_CHANNEL_KEY) return 'TEST'
    if (key !== channelKey) return undefined
    return mode === 'live' ? 'LIVE' : 'TEST'
  }

  const open: FakePortOneV2People['buyer']['open'] = (order) => {
    const { paymentId, totalAmount, currency = 'KRW', payMethod: method = 'CARD', orderName = paymentId } = order
    const key = order.channelKey ?? channelKey
    const channelType = typeOf(key)
    if (channelType === undefined) return { code: 'ChannelNotFound' }
    if (!isSentId(paymentId)) return { code: 'BadRequest' } // As the strictest payment company does.
    if (!isCurrency(currency) || !Number.isSafeInteger(totalAmount) || totalAmount <= 0) return { code: 'BadRequest' }
    const wanted = { method, orderName, totalMinor: totalAmount, currency, channelKey: key, channelType }
    const rest = { customerId: order.customerId ?? null, billingKey: null, scheduleId: null }
    const answer = book.open(paymentId, { ...wanted, ...rest })
    if ('refusal' in answer) return { code: answer.refusal }
    return { transactionId: answer.payment.transactions.at(-1)?.transactionId ?? '' }
  }

  const returned = (paymentId: string, txId: string, more: FakeReturn = {}): FakeReturn => ({
    transactionType: 'PAYMENT',
    txId,
    paymentId,
    ...more,
  })
  const failure = (pgCode: string): FakeReturn => ({
    code: 'FAILURE_TYPE_PG',
    message: '(가짜) 결제 실패',
    pgCode,
    pgMessage: '(가짜) 거절',
  })

  const refuse = (paymentId: string, transactionId: string, pgCode: string): FakeReturn => {
    book.end(paymentId, transactionId, { pgCode })
    return returned(paymentId, transactionId, failure(pgCode))
  }

  const finish: FakePortOneV2People['buyer']['finish'] = (paymentId, transactionId) => {
    const transaction = book.get(paymentId)?.transactions.find((it) => it.transactionId === transactionId)
    if (transaction?.status !== 'READY') return returned(paymentId, transactionId, { code: 'InvalidEntityState' })
    const pgCode = manualConfirm ? undefined : takeDecline(paymentId)
    if (pgCode !== undefined) return refuse(paymentId, transactionId, pgCode)
    if (manualConfirm) {
      return returned(paymentId, transactionId, { paymentToken: book.authorize(paymentId, transactionId) })
    }
    const isAccount = transaction.method === 'VIRTUAL_ACCOUNT'
    const ended = book.end(paymentId, transactionId, isAccount ? 'account' : 'paid')
    // Another window of the same payment was faster.
    const failed = ended?.transactions.find((it) => it.transactionId === transactionId)?.status === 'FAILED'
    return returned(paymentId, transactionId, failed ? { code: 'PaymentAlreadyPaid' } : {})
  }

  const withWindow = (order: FakePortOneV2Order, act: (transactionId: string) => FakeReturn): FakeReturn => {
    const opened = open(order)
    // Errors before the window opens are returned, never redirected, and have no transaction.
    return 'code' in opened
      ? { transactionType: 'PAYMENT', paymentId: order.paymentId, code: opened.code, message: '(가짜) 오류' }
      : act(opened.transactionId)
  }

  return {
    buyer: {
      open: after(open),
      finish: after(finish),
      pay: after((order) => withWindow(order, (transactionId) => finish(order.paymentId, transactionId))),
      fail: after((order, pgCode = 'TEST_LIMIT') =>
        withWindow(order, (transactionId) => refuse(order.paymentId, transactionId, pgCode)),
      ),
      payLater: after((order) =>
        withWindow(order, (transactionId) => {
          book.end(order.paymentId, transactionId, 'pending')
          return returned(order.paymentId, transactionId)
        }),
      ),
      registerCard: after(({ issueId, customerId, channelKey: chosen = channelKey }) => {
        const channelType = typeOf(chosen)
        const transactionType = 'ISSUE_BILLING_KEY'
        if (channelType === undefined) return { transactionType, code: 'ChannelNotFound' }
        if (!isSentId(issueId)) return { transactionType, code: 'BadRequest' }
        const wanted = { issueId, customerId, channelKey: chosen, channelType }
        const { billingKey, token } = billing.issue(wanted, { needsApproval: manualConfirm })
        return token === null
          ? { transactionType, billingKey }
          : { transactionType, billingKey: 'NEEDS_CONFIRMATION', billingIssueToken: token }
      }),
      failIssue: (pgCode = 'TEST_LIMIT') => ({ transactionType: 'ISSUE_BILLING_KEY', ...failure(pgCode) }),
    },
    bank: {
      deposit: after((paymentId, amountMinor) => {
        const waiting = book.get(paymentId)?.transactions.find(({ status }) => status === 'VIRTUAL_ACCOUNT_ISSUED')
        if (waiting?.account === null || waiting === undefined || waiting.account.dueAt <= clock.now()) return false
        if ((amountMinor ?? waiting.totalMinor) !== waiting.totalMinor || book.isPaid(paymentId)) return false
        book.end(paymentId, waiting.transactionId, 'paid')
        return true
      }),
    },
    dashboard: {
      cancel: after((paymentId, amountMinor) => {
        const payment = book.get(paymentId)
        const left = payment === undefined ? 0 : cancellableOf(payment)
        const request = { amountMinor: amountMinor ?? left, currentCancellableMinor: null, reason: '콘솔 취소' }
        const answer = book.cancel(paymentId, { ...request, hasAccount: true, isSilent: false }, takeCancelMood)
        return 'refusal' in answer ? answer.refusal : undefined
      }),
      settleCancel: after(book.settleCancel),
      settlePending: after((paymentId, status) => {
        const payment = book.get(paymentId)
        const pending = payment === undefined ? undefined : shownOf(payment)
        if (pending?.status !== 'PAY_PENDING') return false
        book.end(paymentId, pending.transactionId, status === 'PAID' ? 'paid' : { pgCode: 'TEST_REVIEW' })
        return true
      }),
    },
    testChannelKey: TEST_CHANNEL_KEY,
  }
}
