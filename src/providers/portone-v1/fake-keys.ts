import type { Clock } from '../../core/clock'
import type { Currency } from '../../core/money'
import type { FakePortOneV1Book } from './fake-book'
import {
  type FakePortOneV1Key,
  type FakePortOneV1Payment,
  type FakePortOneV1Schedule,
  type Outcome,
  REFUSALS,
  unknownCustomer,
} from './fake-payment'

export type KeyCharge = {
  readonly customerUid: string
  readonly merchantUid: string
  readonly amountMinor: number
  readonly currency: Currency
  readonly name: string
}

export type SavedPortOneV1Keys = {
  readonly keys: readonly FakePortOneV1Key[]
  readonly schedules: readonly FakePortOneV1Schedule[]
}

/** Billing keys, what is charged with them, and the charges that PortOne makes by itself when their time has come. */
export type FakePortOneV1Keys = ReturnType<typeof fakePortOneV1Keys>

export const fakePortOneV1Keys = (options: {
  readonly clock: Clock
  readonly book: FakePortOneV1Book
  /** What the issuer says to the next charge of this order; undefined when it agrees. */
  readonly takeDecline: (merchantUid: string) => string | undefined
  /** Told after each payment that PortOne has a webhook for. */
  readonly onChange: (payment: FakePortOneV1Payment, at: Date) => void
  readonly saved: SavedPortOneV1Keys | undefined
}) => {
  const { clock, book, takeDecline, onChange, saved } = options
  const keys = new Map(saved?.keys.map((key) => [key.customerUid, key]))
  const schedules = new Map(saved?.schedules.map((schedule) => [schedule.merchantUid, schedule]))

  const put = (schedule: FakePortOneV1Schedule): FakePortOneV1Schedule => {
    schedules.set(schedule.merchantUid, schedule)
    return schedule
  }

  /** A new card under a used alias takes the place of the old one, which lives on at the PG. */
  const issue = ({ customerUid, sandbox }: Pick<FakePortOneV1Key, 'customerUid' | 'sandbox'>, at: Date) => {
    const cardNumber = `400000******${String(book.nextNumber() % 10_000).padStart(4, '0')}`
    keys.set(customerUid, { customerUid, sandbox, cardName: '신한카드', cardNumber, issuedAt: at })
  }

  const remove = (customerUid: string): Outcome<FakePortOneV1Key> => {
    const key = keys.get(customerUid)
    if (key === undefined) return unknownCustomer(customerUid)
    keys.delete(customerUid)
    return { value: key }
  }

  const charge = (wanted: KeyCharge, usage: 'payment' | 'payment.scheduled', at: Date): FakePortOneV1Payment => {
    const key = keys.get(wanted.customerUid)
    const opened = book.open(
      { ...wanted, payMethod: 'card', channel: 'api', sandbox: key?.sandbox ?? false, usage, account: null },
      at,
    )
    const refusal = key === undefined ? '(가짜) 등록되지 않은 구매자입니다.' : takeDecline(wanted.merchantUid)
    return refusal === undefined ? book.pay(opened, at) : book.fail(opened, refusal, at)
  }

  const again = (wanted: KeyCharge): Outcome<FakePortOneV1Payment> => {
    if (!keys.has(wanted.customerUid)) return REFUSALS.noBuyer
    if (book.isUsed(wanted.merchantUid)) return REFUSALS.usedUid
    const at = clock.now()
    const payment = charge(wanted, 'payment', at)
    // Only a success is told of.
    if (payment.status === 'paid') onChange(payment, at)
    return { value: payment }
  }

  const schedule = (wanted: KeyCharge & { readonly scheduleAt: Date }): Outcome<FakePortOneV1Schedule> => {
    if (!keys.has(wanted.customerUid)) return REFUSALS.noCustomer
    if (schedules.has(wanted.merchantUid) || book.isUsed(wanted.merchantUid)) return REFUSALS.usedUid
    if (wanted.scheduleAt <= clock.now()) return REFUSALS.invalid
    return { value: put({ ...wanted, status: 'scheduled', executedAt: null, revokedAt: null, impUid: null }) }
  }

  const execute = (due: FakePortOneV1Schedule, at: Date): FakePortOneV1Payment => {
    const payment = charge(due, 'payment.scheduled', at)
    put({ ...due, status: 'executed', executedAt: at, impUid: payment.impUid })
    return payment
  }

  /** Runs what is due, each at its own moment. Both outcomes are told of. */
  const catchUp = () => {
    const now = clock.now()
    const due = [...schedules.values()]
      .filter(({ status, scheduleAt }) => status === 'scheduled' && scheduleAt <= now)
      .sort((left, right) => left.scheduleAt.getTime() - right.scheduleAt.getTime())
    for (const schedule of due) onChange(execute(schedule, schedule.scheduleAt), schedule.scheduleAt)
  }

  /** By order ids, by key, or those of the key among the ids: as PortOne reads its two fields. */
  const unschedule = (
    customerUid: string | null,
    merchantUids: readonly string[] | null,
  ): Outcome<readonly FakePortOneV1Schedule[]> => {
    const at = clock.now()
    const chosen = [...schedules.values()].filter(
      (it) =>
        it.status === 'scheduled' &&
        (customerUid === null || it.customerUid === customerUid) &&
        (merchantUids === null || merchantUids.includes(it.merchantUid)),
    )
    if (chosen.length === 0 || (customerUid === null && merchantUids === null)) return REFUSALS.notScheduled
    return { value: chosen.map((it) => put({ ...it, status: 'revoked', revokedAt: at })) }
  }

  const hasFailed = ({ status, impUid }: FakePortOneV1Schedule): boolean =>
    status === 'revoked' || (status === 'executed' && book.get(impUid ?? '')?.status === 'failed')

  /** `from`: which of them may be moved: one that waits, or one that is over without money. */
  const move = (
    merchantUid: string,
    scheduleAt: Date,
    from: 'scheduled' | 'failed',
  ): Outcome<FakePortOneV1Schedule> => {
    const found = schedules.get(merchantUid)
    if (found === undefined) return REFUSALS.noSchedule
    const isRight = from === 'scheduled' ? found.status === 'scheduled' : hasFailed(found)
    if (!isRight || scheduleAt <= clock.now()) return REFUSALS.wrongState
    return {
      value: put({ ...found, scheduleAt, status: 'scheduled', executedAt: null, revokedAt: null, impUid: null }),
    }
  }

  const retry = (merchantUid: string): Outcome<FakePortOneV1Payment> => {
    const found = schedules.get(merchantUid)
    if (found === undefined) return REFUSALS.noSchedule
    if (!hasFailed(found)) return REFUSALS.wrongState
    const payment = execute(found, clock.now())
    if (payment.status === 'paid') onChange(payment, clock.now())
    return { value: payment }
  }

  return {
    issue,
    remove,
    again,
    schedule,
    unschedule,
    move,
    retry,
    catchUp,
    key: (customerUid: string) => keys.get(customerUid),
    ofMerchantUid: (merchantUid: string) => schedules.get(merchantUid),
    keys: (): readonly FakePortOneV1Key[] => [...keys.values()],
    schedules: (): readonly FakePortOneV1Schedule[] => [...schedules.values()],
    save: (): SavedPortOneV1Keys => ({ keys: [...keys.values()], schedules: [...schedules.values()] }),
  }
}
