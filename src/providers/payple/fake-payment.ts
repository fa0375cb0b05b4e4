import type { PayplePayType } from './begin'

/** One line of the fake's own ledger: money that really moved. Append-only, and the truth in a simulation. */
export type PaypleBookLine = {
  readonly orderId: string
  readonly kind: 'capture' | 'refund'
  readonly amountMinor: number
  readonly currency: 'KRW'
  readonly at: Date
  readonly tradeNumber: string
}

/**
 * OPEN: the window is shown. AUTHENTICATED: a confirmation may take the money. PAID, whatever has gone back since.
 * FAILED: refused, closed or lapsed.
 */
export type FakePaypleStatus = 'OPEN' | 'AUTHENTICATED' | 'PAID' | 'FAILED'

export type FakePaypleCancel = { readonly tradeNumber: string; readonly amountMinor: number; readonly at: Date }

export type FakePayplePayment = {
  readonly orderId: string
  readonly goods: string
  readonly payType: PayplePayType
  readonly work: 'CERT' | 'PAY' | 'CHARGE'
  readonly totalMinor: number
  /** An event of Payple's own; the buyer is charged the rest. */
  readonly discountMinor: number
  readonly refundedMinor: number
  readonly status: FakePaypleStatus
  readonly payerNo: string
  /** The billing key; empty for a card for once. */
  readonly payerId: string
  /** The two halves of a confirmation, once the buyer has authenticated. */
  readonly requestKey: string | null
  readonly authKey: string | null
  readonly authenticatedAt: Date | null
  readonly openedAt: Date
  readonly approvedAt: Date | null
  /** The day it is filed under, `YYYYMMDD` in Korea. */
  readonly filedOn: string | null
  readonly tradeNumber: string | null
  readonly cancels: readonly FakePaypleCancel[]
  /** The month of a monthly charge, `YYYYMM`. */
  readonly month: string | null
}

export type FakeBillingKey = {
  readonly payerId: string
  readonly payType: PayplePayType
  readonly payerNo: string
  /** `dead`: the issuer reported it lost or expired. `deleted`: by the merchant. */
  readonly status: 'active' | 'dead' | 'deleted'
  readonly createdAt: Date
}

/** A refusal is the provider's own code. */
export type BookAnswer<T> = { readonly value: T } | { readonly refusal: string }

export const refuse = (refusal: string): { readonly refusal: string } => ({ refusal })

export type ChargeRequest = {
  readonly orderId: string
  readonly goods: string
  readonly payType: PayplePayType
  readonly payerId: string
  readonly payerNo: string
  readonly totalMinor: number
  readonly month: string | null
}

export type CancelRequest = { readonly orderId: string; readonly date: string; readonly amountMinor: number }

/** What is left of a payment: never more than was taken. */
export const leftOf = ({ totalMinor, discountMinor, refundedMinor }: FakePayplePayment): number =>
  totalMinor - discountMinor - refundedMinor
