import type { Clock } from '../../core/clock'
import {
  type CancelMood,
  type CancelRequest,
  cancellableOf,
  cancelledOf,
  type FakeCancellation,
  type FakePortOneV2Payment,
  type FakeTransaction,
  type NewTransaction,
  type PortOneV2BookLine,
  refusalOfCancel,
  shownOf,
} from './fake-payment'

const ACCOUNT_LIFE_MS = 24 * 3_600_000

/** Told after each change PortOne has a webhook for. */
export type OnChange = (
  type: string,
  facts: { readonly paymentId: string; readonly transactionId: string; readonly cancellationId?: string },
  at: Date,
) => void

export type SavedPortOneV2Book = {
  readonly payments: readonly FakePortOneV2Payment[]
  readonly lines: readonly PortOneV2BookLine[]
  readonly registered: readonly Registered[]
  readonly counter: number
}

type Registered = { readonly paymentId: string; readonly totalMinor: number | null; readonly currency: string | null }

/** A refusal is PortOne's own error type, or its browser SDK's code. */
export type BookAnswer = { readonly payment: FakePortOneV2Payment } | { readonly refusal: string }

/** How a try ends: money, an account to pay into, nothing yet, or the payment company's code. */
export type Ending = 'paid' | 'account' | 'pending' | { readonly pgCode: string }

export type FakePortOneV2Book = ReturnType<typeof fakePortOneV2Book>

/** PortOne's payments and the money behind them. Knows nothing of HTTP, keys and schedules. */
export const fakePortOneV2Book = (options: {
  readonly clock: Clock
  readonly onChange: OnChange
  readonly saved: SavedPortOneV2Book | undefined
}) => {
  const { clock, onChange, saved } = options
  const payments = new Map(saved?.payments.map((payment) => [payment.paymentId, payment]))
  const registered = new Map(saved?.registered.map((it) => [it.paymentId, it]))
  const lines: PortOneV2BookLine[] = [...(saved?.lines ?? [])]
  let counter = saved?.counter ?? 0

  const get = (paymentId: string): FakePortOneV2Payment | undefined => payments.get(paymentId)
  const put = (payment: FakePortOneV2Payment): FakePortOneV2Payment => {
    payments.set(payment.paymentId, payment)
    return payment
  }
  // Payment ids are in them, so that two fakes beside one database never make the same one.
  const newId = (prefix: string, paymentId: string) => `${prefix}-${paymentId.slice(0, 40)}-${++counter}`
  const isPaid = (paymentId: string): boolean => get(paymentId)?.transactions.some(isSuccess) === true

  const record = (
    { transactionId, currency, channelType }: FakeTransaction,
    line: Pick<PortOneV2BookLine, 'paymentId' | 'kind' | 'amountMinor' | 'at'>,
  ) => void lines.push({ ...line, transactionId, currency, channelType })

  /** UNCONFIRMED whether a second call overwrites; here it does. */
  const register = (wanted: Registered): string | undefined => {
    if (isPaid(wanted.paymentId)) return 'ALREADY_PAID'
    registered.set(wanted.paymentId, wanted)
    return undefined
  }

  /** A new try. What it asks for must be what the server registered, where it did. */
  const open = (paymentId: string, wanted: NewTransaction, at = clock.now()): BookAnswer => {
    if (isPaid(paymentId)) return { refusal: 'PaymentAlreadyPaid' }
    const known = registered.get(paymentId)
    const differs =
      (known !== undefined && (known.totalMinor ?? wanted.totalMinor) !== wanted.totalMinor) ||
      (known?.currency ?? wanted.currency) !== wanted.currency
    if (differs) return { refusal: 'AmountNotEqualToPredefined' }
    const transaction: FakeTransaction = {
      ...wanted,
      transactionId: newId('tx', paymentId),
      status: 'READY',
      paymentToken: null,
      account: null,
      requestedAt: at,
      endedAt: null,
      failureCode: null,
    }
    const before = get(paymentId) ?? { paymentId, transactions: [], cancellations: [] }
    const payment = put({ ...before, transactions: [...before.transactions, transaction] })
    onChange('Transaction.Ready', { paymentId, transactionId: transaction.transactionId }, at)
    return { payment }
  }

  const change = (paymentId: string, transactionId: string, changes: Partial<FakeTransaction>) => {
    const payment = get(paymentId)
    if (payment === undefined) return undefined
    const transactions = payment.transactions.map((it) =>
      it.transactionId === transactionId ? { ...it, ...changes } : it,
    )
    return put({ ...payment, transactions })
  }

  /** The payment company's word on one try. One payment id is paid once: a second try comes to nothing. */
  const end = (paymentId: string, transactionId: string, ending: Ending, at = clock.now(), isSilent = false) => {
    const open = get(paymentId)?.transactions.find((it) => it.transactionId === transactionId)
    if (open === undefined || open.status === 'PAID' || open.status === 'FAILED') return undefined
    const told = { paymentId, transactionId }
    if (typeof ending === 'object' || (ending === 'paid' && isPaid(paymentId))) {
      const failureCode = typeof ending === 'object' ? ending.pgCode : 'ALREADY_PAID'
      const failed = change(paymentId, transactionId, {
        status: 'FAILED',
        endedAt: at,
        failureCode,
        paymentToken: null,
      })
      onChange('Transaction.Failed', told, at)
      return failed
    }
    if (ending === 'account') {
      const account = {
        number: `X${String(++counter).padStart(13, '0')}`,
        dueAt: new Date(at.getTime() + ACCOUNT_LIFE_MS),
      }
      const issued = change(paymentId, transactionId, { status: 'VIRTUAL_ACCOUNT_ISSUED', account })
      onChange('Transaction.VirtualAccountIssued', told, at)
      return issued
    }
    if (ending === 'pending') {
      const pending = change(paymentId, transactionId, { status: 'PAY_PENDING' })
      onChange('Transaction.PayPending', told, at)
      return pending
    }
    record(open, { paymentId, kind: 'capture', amountMinor: open.totalMinor, at })
    const paid = change(paymentId, transactionId, { status: 'PAID', endedAt: at, paymentToken: null })
    if (!isSilent) onChange('Transaction.Paid', told, at)
    return paid
  }

  /** The channel leaves the approval to the server: the window ends with a token. */
  const authorize = (paymentId: string, transactionId: string): string => {
    const paymentToken = newId('token', paymentId)
    change(paymentId, transactionId, { paymentToken })
    return paymentToken
  }

  const cancel = (paymentId: string, request: CancelRequest, takeMood: () => CancelMood) => {
    const payment = get(paymentId)
    const shown = payment === undefined ? undefined : shownOf(payment)
    if (payment === undefined || shown === undefined) return { refusal: 'PAYMENT_NOT_FOUND' }
    const refusal = refusalOfCancel(payment, request)
    if (refusal !== undefined) return { refusal }
    const mood = takeMood()
    const at = clock.now()
    const amountMinor = request.amountMinor ?? cancellableOf(payment)
    const cancellation: FakeCancellation = {
      cancellationId: newId('cancel', paymentId),
      status: ({ done: 'SUCCEEDED', slow: 'REQUESTED', refused: 'FAILED' } as const)[mood],
      amountMinor,
      reason: request.reason,
      requestedAt: at,
    }
    if (mood === 'done') record(shown, { paymentId, kind: 'refund', amountMinor, at })
    const after = put({ ...payment, cancellations: [...payment.cancellations, cancellation] })
    if (!request.isSilent && mood !== 'refused') tell(after, cancellation, at)
    return mood === 'refused' ? { refusal: 'PG_PROVIDER' } : { cancellation }
  }

  const tell = (payment: FakePortOneV2Payment, { cancellationId, status }: FakeCancellation, at: Date) => {
    const shown = shownOf(payment)
    if (shown === undefined) return
    const done = cancelledOf(payment) >= shown.totalMinor ? 'Transaction.Cancelled' : 'Transaction.PartialCancelled'
    const type = status === 'REQUESTED' ? 'Transaction.CancelPending' : done
    onChange(type, { paymentId: payment.paymentId, transactionId: shown.transactionId, cancellationId }, at)
  }

  /** The payment company ends a cancel that was only accepted. */
  const settleCancel = (paymentId: string, status: 'SUCCEEDED' | 'FAILED'): boolean => {
    const payment = get(paymentId)
    const waiting = payment?.cancellations.find((it) => it.status === 'REQUESTED')
    const shown = payment === undefined ? undefined : shownOf(payment)
    if (payment === undefined || waiting === undefined || shown === undefined) return false
    const at = clock.now()
    const { amountMinor } = waiting
    if (status === 'SUCCEEDED') record(shown, { paymentId, kind: 'refund', amountMinor, at })
    const settled = { ...waiting, status }
    const cancellations = payment.cancellations.map((it) => (it === waiting ? settled : it))
    const after = put({ ...payment, cancellations })
    if (status === 'SUCCEEDED') tell(after, settled, at)
    return true
  }

  return {
    get,
    isPaid,
    register,
    open,
    end,
    authorize,
    cancel,
    settleCancel,
    /** UNCONFIRMED which status a closed account leaves; here the try has failed. */
    closeAccount: (paymentId: string): boolean => {
      const waiting = get(paymentId)?.transactions.find(({ status }) => status === 'VIRTUAL_ACCOUNT_ISSUED')
      if (waiting === undefined) return false
      end(paymentId, waiting.transactionId, { pgCode: 'ACCOUNT_CLOSED' })
      return true
    },
    all: (): readonly FakePortOneV2Payment[] => [...payments.values()],
    lines: (): readonly PortOneV2BookLine[] => [...lines],
    save: (): SavedPortOneV2Book => ({
      payments: [...payments.values()],
      lines: [...lines],
      registered: [...registered.values()],
      counter,
    }),
  }
}

const isSuccess = ({ status }: FakeTransaction): boolean => status === 'PAID'
