import * as z from 'zod'
import { paymentIdOf, scheduleIdOf } from './ids'
import { parsePortOneTime } from './time'

/** A missing key and `null` mean the same. */
const moment = z
  .string()
  .nullish()
  .transform((text) => parsePortOneTime(text))

/** Amounts are whole numbers of the minor unit; numbers in quotes are read too. */
const minor = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
])

const text = z.string().nullish()

/** @see https://developers.portone.io/api/rest-v2/type-def#SelectedChannel */
const Channel = z.object({
  type: text, // Open: `LIVE`, `TEST`.
  key: text,
})

/** @see https://developers.portone.io/api/rest-v2/type-def#PaymentCancellation */
export const PortOneCancellation = z.object({
  status: z.string(), // Open: `SUCCEEDED`, `REQUESTED`, `FAILED`.
  id: z.string().min(1).max(200),
  totalAmount: minor,
  reason: text,
})
export type PortOneCancellation = z.infer<typeof PortOneCancellation>

/** What we read of a payment. @see https://developers.portone.io/api/rest-v2/type-def#Payment */
export const PortOnePayment = z.object({
  status: z.string(), // Open: PortOne may add one tomorrow; payment.ts maps it and has a fallback.
  id: z.string().min(1).transform(paymentIdOf),
  transactionId: text,
  storeId: text,
  channel: Channel.nullish(),
  method: z
    .object({
      type: text, // Open, like all of its members.
      bank: text,
      accountNumber: text,
      remitteeName: text,
      expiredAt: moment,
    })
    .nullish(),
  amount: z.object({ total: minor, cancelled: minor.nullish() }),
  currency: z.string(),
  paidAt: moment,
  failure: z.object({ pgCode: text }).nullish(),
  cancellations: z.array(PortOneCancellation).nullish(),
})
export type PortOnePayment = z.infer<typeof PortOnePayment>

/** @see https://developers.portone.io/api/rest-v2/type-def#PaymentSchedule */
export const PortOneSchedule = z.object({
  status: z.string(),
  id: z.string().min(1).transform(scheduleIdOf),
  paymentId: z.string().min(1).transform(paymentIdOf),
  totalAmount: minor,
  currency: z.string(),
  timeToPay: moment,
})
export type PortOneSchedule = z.infer<typeof PortOneSchedule>

/** @see https://developers.portone.io/api/rest-v2/type-def#BillingKeyInfo */
export const PortOneBillingKey = z.object({
  status: z.string(), // Open: `ISSUED`, `DELETED`.
  billingKey: z.string().min(1),
  storeId: text,
  channels: z.array(Channel).nullish(),
  customer: z.object({ id: text }).nullish(),
  issueId: text,
  methods: z
    .array(
      z.object({
        type: text,
        card: z.object({ name: text, issuer: text, number: text }).nullish(),
        provider: text,
        bank: text,
      }),
    )
    .nullish(),
})
export type PortOneBillingKey = z.infer<typeof PortOneBillingKey>

const Page = z.object({ totalCount: z.number() }).nullish()

export const PaymentList = z.object({ items: z.array(PortOnePayment), page: Page })
export type PaymentList = z.infer<typeof PaymentList>
export const ScheduleList = z.object({ items: z.array(PortOneSchedule), page: Page })
export type ScheduleList = z.infer<typeof ScheduleList>
export const BillingKeyList = z.object({ items: z.array(PortOneBillingKey), page: Page })
export type BillingKeyList = z.infer<typeof BillingKeyList>

/** All that a charge says: neither status nor amount. Look up. */
export const Charged = z.object({ payment: z.object({ pgTxId: text, paidAt: moment }) })
export type Charged = z.infer<typeof Charged>
export const Confirmed = z.object({ pgTxId: z.string(), paidAt: moment })
export type Confirmed = z.infer<typeof Confirmed>
export const Cancelled = z.object({ cancellation: PortOneCancellation })
export type Cancelled = z.infer<typeof Cancelled>
export const AccountClosed = z.object({ closedAt: z.string().transform(parsePortOneTime) })
export type AccountClosed = z.infer<typeof AccountClosed>
export const Scheduled = z.object({ schedule: z.object({ id: z.string().min(1).transform(scheduleIdOf) }) })
export type Scheduled = z.infer<typeof Scheduled>
export const Revoked = z.object({ revokedScheduleIds: z.array(z.string()), revokedAt: moment })
export type Revoked = z.infer<typeof Revoked>
export const IssueConfirmed = z.object({ billingKey: z.string().min(1) })
export type IssueConfirmed = z.infer<typeof IssueConfirmed>
export const KeyDeleted = z.object({ deletedAt: z.string().transform(parsePortOneTime) })
export type KeyDeleted = z.infer<typeof KeyDeleted>
export const WebhookResent = z.object({ webhook: z.object({ id: z.string(), status: text }) })
export type WebhookResent = z.infer<typeof WebhookResent>
/** `{}` at the time of writing. */
export const Accepted = z.object({})
export type Accepted = z.infer<typeof Accepted>

/** @see https://developers.portone.io/api/rest-v2/type-def#CashReceipt */
export const CashReceipt = z.object({
  status: z.string(),
  issueNumber: text,
  totalAmount: minor.nullish(),
  currency: text,
  issuedAt: moment,
  cancelledAt: moment,
})
export type CashReceipt = z.infer<typeof CashReceipt>
export const CashReceiptIssued = z.object({
  cashReceipt: z.object({ issueNumber: z.string(), url: text, pgReceiptId: text }),
})
export type CashReceiptIssued = z.infer<typeof CashReceiptIssued>
export const CashReceiptCancelled = z.object({ cancelledAmount: minor, cancelledAt: moment })
export type CashReceiptCancelled = z.infer<typeof CashReceiptCancelled>
