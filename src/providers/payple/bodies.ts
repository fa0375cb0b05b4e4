/** What is sent, in Payple's own words and without credentials. Units: amounts in whole won. */

type PayType = 'card' | 'transfer'

/** From the result the buyer's browser brought back. No amount: it is the one the window was opened with. */
export type ConfirmBody = {
  /** `PCD_PAY_COFURL`. Refused when it is not Payple's. */
  readonly url: string
  readonly PCD_AUTH_KEY: string
  readonly PCD_PAY_REQKEY: string
  /** Empty for a card that is not stored. */
  readonly PCD_PAYER_ID: string
}

export type ChargeBody = {
  readonly PCD_PAY_TYPE: PayType
  readonly PCD_PAYER_ID: string
  readonly PCD_PAY_GOODS: string
  readonly PCD_PAY_TOTAL: number
  readonly PCD_PAY_OID: string
  readonly PCD_PAYER_NO?: string
  readonly PCD_PAYER_NAME?: string
  /** Its presence alone sends the buyer a message. */
  readonly PCD_PAYER_HP?: string
  /** Its presence alone sends the buyer an e-mail. */
  readonly PCD_PAYER_EMAIL?: string
  /** `Y`, the default: taxable, or mixed when the tax is given too. */
  readonly PCD_PAY_ISTAX?: 'Y' | 'N'
  readonly PCD_PAY_TAXTOTAL?: number
  /** Bank accounts only; elsewhere the same is called `TRADEUSE` and `IDENTINUM`. */
  readonly PCD_TAXSAVE_FLAG?: 'Y' | 'N'
  readonly PCD_TAXSAVE_TRADE?: 'personal' | 'company'
  readonly PCD_TAXSAVE_IDNUM?: string
} & Month

/** The month a charge is for. Payple refuses a second one of the same billing key and month. */
export type Month =
  | { readonly PCD_PAY_YEAR: string; readonly PCD_PAY_MONTH: string }
  | { readonly PCD_PAY_YEAR?: never; readonly PCD_PAY_MONTH?: never }

export type CancelBody = {
  readonly PCD_PAY_OID: string
  /** `YYYYMMDD` in Korea. */
  readonly PCD_PAY_DATE: string
  readonly PCD_REFUND_TOTAL: number
  readonly PCD_REFUND_TAXTOTAL?: number
} & Month

export type LookupBody = {
  readonly PCD_PAY_TYPE: PayType
  readonly PCD_PAY_OID: string
  /** `YYYYMMDD` in Korea. Another day finds nothing. */
  readonly PCD_PAY_DATE: string
} & Month

export type CashReceiptIssueBody = {
  readonly PCD_PAYER_ID: string
  readonly PCD_PAY_OID: string
  readonly PCD_TAXSAVE_AMOUNT: number
  readonly PCD_TAXSAVE_TRADEUSE?: 'personal' | 'company'
  readonly PCD_TAXSAVE_IDENTINUM?: string
}

export type CashReceiptCancelBody = Pick<CashReceiptIssueBody, 'PCD_PAYER_ID' | 'PCD_PAY_OID' | 'PCD_TAXSAVE_AMOUNT'>

export type SettlementQuery = {
  /** `YYYYMMDD`, at most 31 days apart. */
  readonly PCD_START_DATE: string
  readonly PCD_END_DATE: string
  readonly PCD_METHOD?: 'CARD' | 'EASYPAY' | 'TRANSFER'
  /** 1 to 3,000; 100 when left out. */
  readonly PCD_LIMIT?: number
  readonly PCD_LASTKEY?: string
}

/** The flag that goes with a month, and the one for a charge without. */
export const monthFlag = ({ PCD_PAY_YEAR }: Month): { readonly PCD_REGULER_FLAG?: 'Y' } =>
  PCD_PAY_YEAR === undefined ? {} : { PCD_REGULER_FLAG: 'Y' }
