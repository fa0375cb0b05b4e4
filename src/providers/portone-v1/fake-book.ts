import type { Clock } from '../../core/clock'
import {
  balanceOf,
  type FakePortOneV1Account,
  type FakePortOneV1Payment,
  type NewFakePayment,
  type Outcome,
  type PortOneV1BookLine,
  REFUSALS,
} from './fake-payment'

export type CancelRequest = {
  /** Null: all that is left. */
  readonly amountMinor: number | null
  readonly checksumMinor: number | null
  readonly reason: string
  readonly hasAccount: boolean
  readonly byConsole: boolean
}

export type SavedPortOneV1Book = {
  /** In the order they were opened. */
  readonly payments: readonly FakePortOneV1Payment[]
  readonly lines: readonly PortOneV1BookLine[]
  readonly prepared: readonly FakePrepared[]
  readonly counter: number
}

/** An amount registered before the window opens. */
export type FakePrepared = {
  readonly merchantUid: string
  readonly amountMinor: number
  readonly currency: string | null
}

/** PortOne's payment records and the money behind them. Knows nothing of HTTP, keys or schedules. */
export type FakePortOneV1Book = ReturnType<typeof fakePortOneV1Book>

/** The PG that registers cards without charging them. */
export const PG = 'html5_inicis'

export const fakePortOneV1Book = (options: {
  readonly clock: Clock
  /** In live mode the test channel is a trap: its payments look paid, and no money moves. */
  readonly mode: 'test' | 'live'
  /** PGs that charge when a card is registered are treacherous in their own way. */
  readonly pgProvider: string
  readonly saved: SavedPortOneV1Book | undefined
}) => {
  const { clock, mode, saved, pgProvider } = options
  const payments = new Map(saved?.payments.map((payment) => [payment.impUid, payment]))
  const lines: PortOneV1BookLine[] = [...(saved?.lines ?? [])]
  const prepared = new Map(saved?.prepared.map((it) => [it.merchantUid, it]))
  let counter = saved?.counter ?? 0

  const put = (payment: FakePortOneV1Payment): FakePortOneV1Payment => {
    payments.set(payment.impUid, payment)
    return payment
  }
  const newImpUid = () => `imp_${String(900_000_000_000 + ++counter)}`
  // Order ids are in the others, so that two fakes beside one database never make the same one.
  const newId = (prefix: string, merchantUid: string) => `${prefix}_${merchantUid.slice(0, 40)}_${++counter}`

  const record = (
    { impUid, merchantUid, currency }: FakePortOneV1Payment,
    kind: PortOneV1BookLine['kind'],
    amountMinor: number,
    at: Date,
  ) => lines.push({ impUid, merchantUid, kind, amountMinor, currency, at, transactionId: newId('tx', merchantUid) })

  /** A registered card takes no money, but for a PG that charges at registration. */
  const movesMoney = ({ usage, sandbox }: FakePortOneV1Payment): boolean =>
    (mode === 'test' || !sandbox) && (usage !== 'issue' || pgProvider !== PG)

  const open = (wanted: NewFakePayment, at: Date = clock.now()): FakePortOneV1Payment =>
    put({
      ...wanted,
      impUid: newImpUid(),
      pgProvider,
      cancelledMinor: 0,
      status: 'ready',
      startedAt: at,
      paidAt: null,
      failedAt: null,
      cancelledAt: null,
      failReason: null,
      cancels: [],
      receiptAt: null,
    })

  const pay = (payment: FakePortOneV1Payment, at: Date = clock.now()): FakePortOneV1Payment => {
    if (movesMoney(payment)) record(payment, 'capture', payment.amountMinor, at)
    return put({ ...payment, status: 'paid', paidAt: at, failedAt: null, failReason: null })
  }

  const fail = (payment: FakePortOneV1Payment, failReason: string, at: Date = clock.now()): FakePortOneV1Payment =>
    put({ ...payment, status: 'failed', failedAt: at, failReason })

  const issueAccount = (payment: FakePortOneV1Payment, account: FakePortOneV1Account): FakePortOneV1Payment =>
    put({ ...payment, account })

  const ofOrder = (merchantUid: string): readonly FakePortOneV1Payment[] =>
    [...payments.values()].filter((payment) => payment.merchantUid === merchantUid)

  /** An order id can be approved once, whatever was given back since. */
  const isUsed = (merchantUid: string): boolean => ofOrder(merchantUid).some(({ paidAt }) => paidAt !== null)

  const cancel = (impUid: string, request: CancelRequest): Outcome<FakePortOneV1Payment> => {
    const payment = payments.get(impUid)
    if (payment === undefined || payment.paidAt === null) return REFUSALS.nothingToCancel
    const balance = balanceOf(payment)
    if (balance === 0) return REFUSALS.cancelled
    if (request.checksumMinor !== null && request.checksumMinor !== balance) return REFUSALS.checksum
    // 0 means all that is left, like no amount at all.
    const amountMinor = request.amountMinor === null || request.amountMinor === 0 ? balance : request.amountMinor
    if (amountMinor < 0 || amountMinor > balance) return REFUSALS.tooMuch
    if (payment.account !== null && !request.hasAccount && !request.byConsole) return REFUSALS.noAccount
    const at = clock.now()
    const cancellationId = newId('cancellation', payment.merchantUid)
    const pgTid = newId('pgtid', payment.merchantUid)
    if (movesMoney(payment)) record(payment, 'refund', amountMinor, at)
    const cancelled = put({
      ...payment,
      // Also when only a part went back: the amounts decide, never this.
      status: 'cancelled',
      cancelledMinor: payment.cancelledMinor + amountMinor,
      cancelledAt: at,
      cancels: [...payment.cancels, { cancellationId, pgTid, amountMinor, reason: request.reason, at }],
    })
    return { value: cancelled }
  }

  return {
    mode,
    pgProvider,
    open,
    pay,
    fail,
    issueAccount,
    ofOrder,
    isUsed,
    cancel,
    put,
    /** Refused when there is one already, or when there is none to change. */
    prepare: (wanted: FakePrepared, change: boolean): Outcome<FakePrepared> => {
      const isThere = prepared.has(wanted.merchantUid)
      if (isThere && !change) return REFUSALS.prepared
      if (!isThere && change) return REFUSALS.notPrepared
      prepared.set(wanted.merchantUid, wanted)
      return { value: wanted }
    },
    prepared: (merchantUid: string) => prepared.get(merchantUid),
    get: (impUid: string) => payments.get(impUid),
    nextNumber: () => ++counter,
    all: (): readonly FakePortOneV1Payment[] => [...payments.values()],
    lines: (): readonly PortOneV1BookLine[] => [...lines],
    save: (): SavedPortOneV1Book => ({
      payments: [...payments.values()],
      lines: [...lines],
      prepared: [...prepared.values()],
      counter,
    }),
  }
}
