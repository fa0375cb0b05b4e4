import type { Clock } from '../../core/clock'
import type { ChargeFacts, FakePortOneV2Billing } from './fake-billing'
import type { FakePortOneV2Book } from './fake-book'
import { statusOf } from './fake-payment'

export type FakeSchedule = ChargeFacts & {
  readonly scheduleId: string
  readonly status: 'SCHEDULED' | 'STARTED' | 'SUCCEEDED' | 'FAILED' | 'REVOKED'
  readonly createdAt: Date
  readonly payAt: Date
  readonly endedAt: Date | null
}

export type SavedPortOneV2Schedules = { readonly schedules: readonly FakeSchedule[]; readonly counter: number }

export type FakePortOneV2Schedules = ReturnType<typeof fakePortOneV2Schedules>

/** Charges that PortOne makes by itself. They run by the clock, when anything is asked after their time. */
export const fakePortOneV2Schedules = (options: {
  readonly clock: Clock
  readonly book: FakePortOneV2Book
  readonly billing: FakePortOneV2Billing
  /** Between the start of a scheduled charge and its end. */
  readonly lagMs: number
  readonly saved: SavedPortOneV2Schedules | undefined
}) => {
  const { clock, book, billing, lagMs, saved } = options
  const schedules = new Map(saved?.schedules.map((schedule) => [schedule.scheduleId, schedule]))
  let counter = saved?.counter ?? 0

  const put = (schedule: FakeSchedule): FakeSchedule => {
    schedules.set(schedule.scheduleId, schedule)
    return schedule
  }
  const openOnes = (): readonly FakeSchedule[] => [...schedules.values()].filter(isOpen)

  const run = (schedule: FakeSchedule, at: Date) => {
    const { paymentId, billingKey, orderName, totalMinor, currency, customerId, scheduleId } = schedule
    const facts = { paymentId, billingKey, orderName, totalMinor, currency, customerId }
    const answer = billing.charge(facts, { scheduleId, at, isSilent: false })
    put({ ...schedule, status: 'refusal' in answer ? 'FAILED' : 'SUCCEEDED', endedAt: at })
  }

  const catchUp = () => {
    const now = clock.now().getTime()
    const due = openOnes().filter(({ payAt }) => payAt.getTime() <= now)
    for (const schedule of [...due].sort((left, right) => left.payAt.getTime() - right.payAt.getTime())) {
      const endsAt = schedule.payAt.getTime() + lagMs
      if (endsAt <= now) run(schedule, new Date(endsAt))
      else put({ ...schedule, status: 'STARTED' })
    }
  }

  /** One schedule per payment id. */
  const create = (facts: ChargeFacts, payAt: Date): FakeSchedule | { readonly refusal: string } => {
    const refusal = billing.refusalOf(facts.billingKey)
    if (refusal !== undefined) return { refusal }
    const payment = book.get(facts.paymentId)
    const status = payment === undefined ? 'READY' : statusOf(payment)
    // UNCONFIRMED whether a payment id can be scheduled again after its schedule failed or was revoked; here it can.
    if (status !== 'READY' && status !== 'FAILED') return { refusal: 'ALREADY_PAID_OR_WAITING' }
    if (openOnes().some(({ paymentId }) => paymentId === facts.paymentId)) {
      return { refusal: 'PAYMENT_SCHEDULE_ALREADY_EXISTS' }
    }
    // UNCONFIRMED what a time in the past does.
    if (payAt <= clock.now()) return { refusal: 'INVALID_REQUEST' }
    const scheduleId = `schedule-${facts.paymentId.slice(0, 40)}-${++counter}`
    return put({ ...facts, scheduleId, status: 'SCHEDULED', createdAt: clock.now(), payAt, endedAt: null })
  }

  /** All of them or none. */
  const revoke = (
    scheduleIds: readonly string[] | null,
    billingKey: string | null,
  ): { readonly revoked: readonly string[] } | { readonly refusal: string } => {
    const wanted = scheduleIds ?? openOnes().flatMap((it) => (it.billingKey === billingKey ? [it.scheduleId] : []))
    const found: FakeSchedule[] = []
    for (const scheduleId of wanted) {
      const schedule = schedules.get(scheduleId)
      const isOther = billingKey !== null && schedule?.billingKey !== billingKey
      if (schedule === undefined || isOther) return { refusal: 'PAYMENT_SCHEDULE_NOT_FOUND' }
      if (schedule.status === 'REVOKED') return { refusal: 'PAYMENT_SCHEDULE_ALREADY_REVOKED' }
      if (schedule.status !== 'SCHEDULED') return { refusal: 'PAYMENT_SCHEDULE_ALREADY_PROCESSED' }
      found.push(schedule)
    }
    for (const schedule of found) put({ ...schedule, status: 'REVOKED', endedAt: clock.now() })
    return { revoked: found.map(({ scheduleId }) => scheduleId) }
  }

  return {
    catchUp,
    create,
    revoke,
    get: (scheduleId: string) => schedules.get(scheduleId),
    all: (): readonly FakeSchedule[] => [...schedules.values()],
    holdsPayment: (paymentId: string): boolean => openOnes().some((it) => it.paymentId === paymentId),
    holdsKey: (billingKey: string): boolean => openOnes().some((it) => it.billingKey === billingKey),
    save: (): SavedPortOneV2Schedules => ({ schedules: [...schedules.values()], counter }),
  }
}

const isOpen = ({ status }: FakeSchedule): boolean => status === 'SCHEDULED' || status === 'STARTED'
