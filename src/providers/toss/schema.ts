import * as z from 'zod'
import { parseTossTime } from './time'

/** A missing key and `null` mean the same at Toss. */
const moment = z
  .string()
  .nullish()
  .transform((text) => parseTossTime(text))

/** @see https://docs.tosspayments.com/reference#cancels-객체 */
const TossCancel = z.object({
  transactionKey: z.string().min(1),
  cancelReason: z.string().nullish(),
  cancelAmount: z.number(),
  /** Open: absent in old payloads, `DONE`, and `IN_PROGRESS` or `ABORTED` for foreign easy pay. */
  cancelStatus: z.string().nullish(),
})
export type TossCancel = z.infer<typeof TossCancel>

/** What we read of a Toss payment. @see https://docs.tosspayments.com/reference#payment-객체 */
export const TossPayment = z.object({
  paymentKey: z.string().min(1).max(200),
  orderId: z.string().min(1),
  status: z.string(), // Open: Toss may add one tomorrow; payment.ts maps it and has a fallback.
  method: z.string().nullish(),
  currency: z.string(),
  totalAmount: z.number(), // Not an integer: dollars have cents.
  approvedAt: moment,
  secret: z.string().nullish(),
  virtualAccount: z
    .object({
      accountNumber: z.string(),
      bankCode: z.string().nullish(),
      customerName: z.string().nullish(),
      dueDate: moment,
      expired: z.boolean().nullish(),
    })
    .nullish(),
  cancels: z.array(TossCancel).nullish(),
  failure: z.object({ code: z.string() }).nullish(),
})
export type TossPayment = z.infer<typeof TossPayment>
