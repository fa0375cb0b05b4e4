import * as z from 'zod'
import { parsePaypleTime } from './time'

/** Payple writes text or a number, and `""` for nothing. A number too long to be exact is nothing either. */
const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => {
    if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null
    const trimmed = (value ?? '').trim()
    return trimmed === '' ? null : trimmed
  })

/** Units: whole won. */
const amount = text.transform((value, context) => {
  if (value === null) return null
  if (/^\d{1,15}$/.test(value)) return Number(value)
  context.addIssue({ code: 'custom', message: 'not a whole amount' })
  return z.NEVER
})

const moment = text.transform((value) => parsePaypleTime(value))

const required = text.transform((value, context) => {
  if (value !== null) return value
  context.addIssue({ code: 'custom', message: 'missing' })
  return z.NEVER
})

/** What every answer begins with. Success is said here and nowhere else: neither by the HTTP status nor by the code. */
export const PaypleResult = z.object({
  PCD_PAY_RST: z.unknown().transform((value) => (value === 'success' || value === 'error' ? value : null)),
  PCD_PAY_CODE: text.catch(null),
})

/** The answer of `/php/auth.php`. `cst_id` and `custKey` are not ours but made for this one session. */
export const PayplePartnerAuth = z.object({
  result: text,
  result_msg: text.catch(null),
  cst_id: text,
  custKey: text,
  AuthKey: text,
  PCD_PAY_HOST: text,
  PCD_PAY_URL: text,
  return_url: text,
})
export type PayplePartnerAuth = z.infer<typeof PayplePartnerAuth>

/** A payment that was approved, as the answer of a confirmation, a charge or a look-up. */
export const PaypleApproval = z
  .object({
    PCD_PAY_OID: required,
    PCD_PAY_CODE: text,
    PCD_PAY_TYPE: text,
    PCD_PAYER_ID: text,
    PCD_PAY_REQKEY: text,
    PCD_PAY_TOTAL: amount,
    /** What is left of the total after a discount of Payple's own. */
    PCD_PAY_AMOUNT_REAL: amount,
    PCD_PAY_TIME: moment,
    PCD_PAY_CARDTRADENUM: text.catch(null),
  })
  .transform((fields, context) => {
    const taken = fields.PCD_PAY_AMOUNT_REAL ?? fields.PCD_PAY_TOTAL
    if (taken === null) {
      context.addIssue({ code: 'custom', message: 'missing', path: ['PCD_PAY_TOTAL'] })
      return z.NEVER
    }
    return {
      orderId: fields.PCD_PAY_OID,
      code: fields.PCD_PAY_CODE,
      payType: fields.PCD_PAY_TYPE,
      payerId: fields.PCD_PAYER_ID,
      requestKey: fields.PCD_PAY_REQKEY,
      /** What the buyer was really charged. */
      takenWon: taken,
      paidAt: fields.PCD_PAY_TIME,
      tradeNumber: fields.PCD_PAY_CARDTRADENUM,
    }
  })
export type PaypleApproval = z.infer<typeof PaypleApproval>

/** The answer of a cancellation. Which of its times and numbers are there is UNCONFIRMED, so none is relied upon. */
export const PaypleCancellation = z
  .object({
    PCD_PAY_OID: text,
    PCD_PAY_CODE: text,
    PCD_REFUND_TOTAL: amount,
    PCD_PAY_CARDTRADENUM: text.catch(null),
    PCD_TAXSAVE_RST: text.catch(null),
  })
  .transform((fields) => ({
    orderId: fields.PCD_PAY_OID,
    code: fields.PCD_PAY_CODE,
    refundedWon: fields.PCD_REFUND_TOTAL,
    tradeNumber: fields.PCD_PAY_CARDTRADENUM,
    /** For bank payments: anything but `0000` means that the cash receipt was not cancelled; try again the next day. */
    cashReceiptResult: fields.PCD_TAXSAVE_RST,
  }))
export type PaypleCancellation = z.infer<typeof PaypleCancellation>

/** A stored card or account. Numbers come masked. */
export const PaypleKeyInfo = z
  .object({
    PCD_PAYER_ID: required,
    PCD_PAY_TYPE: text,
    PCD_PAY_CARDNAME: text.catch(null),
    PCD_PAY_CARDNUM: text.catch(null),
    PCD_PAY_BANKNAME: text.catch(null),
    PCD_PAY_BANKNUM: text.catch(null),
  })
  .transform((fields) => ({
    payerId: fields.PCD_PAYER_ID,
    payType: fields.PCD_PAY_TYPE,
    issuerName: fields.PCD_PAY_CARDNAME ?? fields.PCD_PAY_BANKNAME,
    maskedNumber: fields.PCD_PAY_CARDNUM ?? fields.PCD_PAY_BANKNUM,
  }))
export type PaypleKeyInfo = z.infer<typeof PaypleKeyInfo>

/** The answer to a deletion, of which nothing but its success is used. */
export const PaypleDone = z.object({ PCD_PAY_CODE: text }).transform((fields) => ({ code: fields.PCD_PAY_CODE }))
export type PaypleDone = z.infer<typeof PaypleDone>

export const PaypleCashReceipt = z
  .object({ PCD_PAY_OID: text, PCD_TAXSAVE_AMOUNT: amount, PCD_TAXSAVE_MGTNUM: text })
  .transform((fields) => ({
    orderId: fields.PCD_PAY_OID,
    amountWon: fields.PCD_TAXSAVE_AMOUNT,
    receiptNumber: fields.PCD_TAXSAVE_MGTNUM,
  }))
export type PaypleCashReceipt = z.infer<typeof PaypleCashReceipt>

const Settlement = z
  .object({
    PCD_TXN_TYPE: text,
    PCD_PAY_OID: required,
    PCD_PAY_TIME: moment,
    PCD_PAY_CANCEL_TIME: moment,
    PCD_SETTLE_DATE: text,
    PCD_PAY_TYPE: text,
    PCD_PAY_AMOUNT: text,
    PCD_FEE_TOTAL: text,
    PCD_SETTLE_AMOUNT: text,
  })
  .transform((fields) => ({
    /** `APPROVAL` or `CANCEL`. */
    kind: fields.PCD_TXN_TYPE,
    orderId: fields.PCD_PAY_OID,
    paidAt: fields.PCD_PAY_TIME,
    cancelledAt: fields.PCD_PAY_CANCEL_TIME,
    /** `YYYYMMDD` in Korea. */
    settledOn: fields.PCD_SETTLE_DATE,
    payType: fields.PCD_PAY_TYPE,
    // With their sign, which is UNCONFIRMED for a cancel.
    amountWon: signed(fields.PCD_PAY_AMOUNT),
    feeWon: signed(fields.PCD_FEE_TOTAL),
    settledWon: signed(fields.PCD_SETTLE_AMOUNT),
  }))

const signed = (value: string | null): number | null => (/^-?\d{1,15}$/.test(value ?? '') ? Number(value) : null)

/** One page. UNCONFIRMED: the layout comes from integrations, not from the documentation. */
export const PaypleSettlements = z
  .object({
    PCD_DATA: z.object({
      PCD_CONTENT: z.array(Settlement),
      PCD_HAS_MORE: z.unknown(),
      PCD_LASTKEY: text,
    }),
  })
  .transform(({ PCD_DATA }) => ({
    rows: PCD_DATA.PCD_CONTENT,
    hasMore: [true, 'Y', 'true', 1, '1'].some((yes) => yes === PCD_DATA.PCD_HAS_MORE),
    lastKey: PCD_DATA.PCD_LASTKEY,
  }))
export type PaypleSettlements = z.infer<typeof PaypleSettlements>
