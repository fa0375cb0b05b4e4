import type { ScheduleId } from './ids'

/**
 * What PortOne's endpoints take. Units: amounts are whole numbers of the currency's minor unit; moments are RFC 3339
 * with an offset.
 */
export type AmountInput = { readonly total: number; readonly taxFree?: number; readonly vat?: number }

export type CustomerInput = {
  readonly id?: string
  readonly name?: { readonly full: string }
  readonly email?: string
  readonly phoneNumber?: string
}

/** An ISO code: `KRW`. The form `CURRENCY_KRW` belongs to old browser code and is refused here. */
type CurrencyCode = string

export type PreRegisterBody = {
  readonly totalAmount: number
  readonly taxFreeAmount?: number
  readonly currency: CurrencyCode
}

export type BillingKeyChargeBody = {
  readonly billingKey: string
  /** Chooses the channel of a key that has several. */
  readonly channelKey?: string
  readonly orderName: string
  readonly amount: AmountInput
  readonly currency: CurrencyCode
  readonly customer?: CustomerInput
  /** A text. JSON goes in as text too. */
  readonly customData?: string
  readonly installmentMonth?: number
  /** Only these are told; the console's URL is not. An empty list is ignored. */
  readonly noticeUrls?: readonly string[]
}

export type ConfirmBody = {
  /** From the browser, where the channel asks the server to approve. */
  readonly paymentToken: string
  readonly txId?: string
  readonly currency: CurrencyCode
  readonly totalAmount: number
  readonly taxFreeAmount?: number
  /** False in production: a payment through a test channel is then refused before anything moves. */
  readonly isTest: boolean
}

export type CancelBody = {
  readonly reason: string
  /** Left out: all that is left. */
  readonly amount?: number
  readonly taxFreeAmount?: number
  readonly vatAmount?: number
  /** The balance we believe is left; when PortOne has another, nothing is cancelled. */
  readonly currentCancellableAmount: number
  readonly requester?: 'CUSTOMER' | 'ADMIN'
  readonly refundAccount?: { readonly bank: string; readonly number: string; readonly holderName: string }
  readonly skipWebhook?: boolean
}

export type ScheduleBody = { readonly payment: BillingKeyChargeBody; readonly timeToPay: string }

/** At least one of the two. With both, each schedule must have been made with this key. */
export type RevokeBody =
  | { readonly scheduleIds: readonly ScheduleId[]; readonly billingKey?: string }
  | { readonly billingKey: string; readonly scheduleIds?: never }

type Page = { readonly number: number; readonly size: number }

/** The times are required here: PortOne's own window, the last 90 days, hides every schedule that is still to come. */
type Window = { readonly from: string; readonly until: string }

export type ScheduleQuery = {
  readonly page?: Page
  readonly filter: Window & { readonly billingKey?: string; readonly status?: readonly string[] }
}

export type BillingKeyQuery = {
  readonly page?: Page
  readonly filter: Window & { readonly customerId?: string; readonly status?: readonly string[] }
}

export type PaymentQuery = {
  readonly page?: Page
  /** `status` says `PENDING` where a payment says `PAY_PENDING`. */
  readonly filter: Window & { readonly status?: readonly string[]; readonly isTest?: boolean }
}

export type CashReceiptBody = {
  readonly paymentId: string
  readonly channelKey: string
  readonly type: 'PERSONAL' | 'CORPORATE'
  readonly orderName: string
  readonly currency: CurrencyCode
  readonly amount: AmountInput
  readonly customer: { readonly identityNumber: string; readonly name?: string; readonly email?: string }
}
