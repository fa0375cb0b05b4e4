import * as z from 'zod'

/** An absent key, `null` and an empty text mean the same at PortOne. */
const text = z
  .string()
  .nullish()
  .transform((it) => it || null)

/** Amounts and moments are numbers; older modules have sent them as text. */
const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,15}(\.\d{1,4})?$/)
    .transform(Number),
])

/** Unix seconds; 0 stands for "has not happened". So does anything that no calendar reaches. */
const moment = number
  .nullish()
  .transform((seconds) => (seconds && seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000) : null))

const flag = z
  .boolean()
  .nullish()
  .transform((it) => it === true)

const PortOneV1Cancel = z.object({
  cancellation_id: text,
  pg_tid: text,
  amount: number,
  cancelled_at: moment,
  reason: text,
})
export type PortOneV1Cancel = z.infer<typeof PortOneV1Cancel>

/** What we read of a payment record. @see https://developers.portone.io/api/rest-v1/payment */
export const PortOneV1Payment = z.object({
  imp_uid: z.string().min(1).max(64),
  merchant_uid: z.string().min(1),
  /** Open: `ready`, `paid`, `failed`, `cancelled`, and whatever comes tomorrow. */
  status: z.string(),
  /** Does not shrink when something is refunded. */
  amount: number,
  cancel_amount: number.nullish().transform((it) => it ?? 0),
  currency: z.string(),
  sandbox: flag,
  pay_method: text,
  pg_provider: text,
  started_at: moment,
  paid_at: moment,
  fail_reason: text,
  vbank_code: text,
  vbank_num: text,
  vbank_holder: text,
  vbank_date: moment,
  cancel_history: z
    .array(PortOneV1Cancel)
    .nullish()
    .transform((it) => it ?? []),
  customer_uid: text,
  customer_uid_usage: text,
  /** `discount` was taken off `amount`: the buyer paid the rest. */
  promotion: z
    .object({ discount: number.nullish().transform((it) => it ?? 0) })
    .nullish()
    .transform((it) => it ?? null),
})
export type PortOneV1Payment = z.infer<typeof PortOneV1Payment>

export const PortOneV1Payments = z.array(PortOneV1Payment)

/** Page numbers count from 1; `previous` and `next` are 0 when there is none. */
export const PortOneV1PaymentPage = z.object({
  total: number,
  next: number.nullish().transform((it) => it ?? 0),
  list: PortOneV1Payments,
})
export type PortOneV1PaymentPage = z.infer<typeof PortOneV1PaymentPage>

export const PortOneV1Prepared = z.object({ merchant_uid: z.string(), amount: number, currency: text })
export type PortOneV1Prepared = z.infer<typeof PortOneV1Prepared>

const card = { pg_provider: text, card_name: text, card_number: text }

/**
 * A billing key, or several under one alias: then the cards are in `succeededChannels`. The key itself is never told.
 */
export const PortOneV1Customer = z.object({
  customer_uid: z.string().min(1),
  ...card,
  sandbox: flag,
  succeededChannels: z
    .array(z.object(card))
    .nullish()
    .transform((it) => it ?? null),
})
export type PortOneV1Customer = z.infer<typeof PortOneV1Customer>

export const PortOneV1Customers = z.array(PortOneV1Customer)

export const PortOneV1Schedule = z.object({
  customer_uid: text,
  merchant_uid: z.string().min(1),
  imp_uid: text,
  schedule_at: moment,
  executed_at: moment,
  revoked_at: moment,
  amount: number,
  currency: text,
  /** Open: `scheduled`, `executed`, `revoked`. */
  schedule_status: z.string(),
  /** Null until it has run. */
  payment_status: text,
  fail_reason: text,
})
export type PortOneV1Schedule = z.infer<typeof PortOneV1Schedule>

export const PortOneV1Schedules = z.array(PortOneV1Schedule)

/** PortOne's description says an array, its own clients read a page: both are read. */
export const PortOneV1ScheduleList = z.union([
  PortOneV1Schedules.transform((list) => ({ next: 0, list })),
  z.object({ next: number.nullish().transform((it) => it ?? 0), list: PortOneV1Schedules }),
])
export type PortOneV1ScheduleList = z.infer<typeof PortOneV1ScheduleList>

export const PortOneV1Token = z.object({ access_token: z.string().min(1), now: number, expired_at: number })
export type PortOneV1Token = z.infer<typeof PortOneV1Token>

export const PortOneV1Receipt = z.object({
  imp_uid: text,
  receipt_tid: text,
  apply_num: text,
  type: text,
  amount: number,
  receipt_url: text,
  applied_at: moment,
  cancelled_at: moment,
})
export type PortOneV1Receipt = z.infer<typeof PortOneV1Receipt>
