/**
 * What the endpoints take, in PortOne's words. Units: amounts are numbers in the main unit of the currency, moments are
 * Unix seconds.
 */
export type CallOptions = {
  /** For headers and body together; the client's own when left out. Fetching a token is not part of it. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export type PortOneV1Status = 'ready' | 'paid' | 'failed' | 'cancelled'

export type PortOneV1Sorting = '-started' | 'started' | '-paid' | 'paid' | '-updated' | 'updated'

export type Paging = {
  /** From 1. */
  readonly page?: number
  /** 1 to 1000, 20 when left out. */
  readonly limit?: number
}

export type CancelBody = {
  readonly imp_uid: string
  /** Never left out: without an amount PortOne cancels whatever is left. */
  readonly amount: number
  /** The balance we believe is left; when PortOne has another, nothing is cancelled. */
  readonly checksum: number
  readonly reason?: string
  readonly tax_free?: number
  readonly vat_amount?: number
  readonly refund_holder?: string
  /** In the PG's own code: they differ. */
  readonly refund_bank?: string
  readonly refund_account?: string
  readonly refund_tel?: string
  readonly retain_promotion?: boolean
  /** Cancels by API send no webhook unless this is true. */
  readonly enable_webhook?: boolean
}

export type PrepareBody = { readonly merchant_uid: string; readonly amount: number; readonly currency?: string }

export type ListQuery = Paging & {
  readonly status: PortOneV1Status | 'all'
  /** At most 90 days before `to`. The moment that counts is that of the status. */
  readonly from?: number
  readonly to?: number
  readonly sorting?: PortOneV1Sorting
}

type ChargeFields = {
  readonly tax_free?: number
  readonly vat_amount?: number
  readonly buyer_name?: string
  readonly buyer_email?: string
  readonly buyer_tel?: string
  readonly custom_data?: string
  readonly notice_url?: string
}

export type AgainBody = ChargeFields & {
  readonly customer_uid: string
  readonly merchant_uid: string
  readonly amount: number
  readonly name: string
  readonly currency?: string
  readonly card_quota?: number
}

/** One charge in each request: whether PortOne takes several all or nothing is UNCONFIRMED. */
export type ScheduleBody = ChargeFields & {
  readonly customer_uid: string
  readonly merchant_uid: string
  readonly schedule_at: number
  readonly amount: number
  readonly currency: string
  readonly name: string
}

export type ScheduleQuery = Paging & {
  /** At most three months apart; `from` is in it, `to` is not. */
  readonly from: number
  readonly to: number
  readonly status?: 'scheduled' | 'executed' | 'revoked'
}

export type VbankBody = {
  readonly channel_key: string
  readonly merchant_uid: string
  readonly amount: number
  readonly vbank_code: string
  readonly vbank_due: number
  readonly vbank_holder?: string
  readonly name?: string
  readonly buyer_name?: string
  readonly buyer_email?: string
  readonly buyer_tel?: string
}

export type ReceiptBody = {
  /** A phone number, a business number or a cash receipt card: personal data. */
  readonly identifier: string
  readonly identifier_type?: 'person' | 'business' | 'phone' | 'taxcard'
  readonly type?: 'person' | 'company'
  readonly buyer_name?: string
  readonly buyer_email?: string
  readonly buyer_tel?: string
  readonly tax_free?: number
  readonly vat_amount?: number
}

type QueryValue = string | number | boolean | readonly string[] | undefined

/** `?a=1&b[]=x&b[]=y`, as PHP reads lists; nothing for what is undefined. */
export const query = (values: Readonly<Record<string, QueryValue>>): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value)) for (const item of value) search.append(`${name}[]`, item)
    else if (value !== undefined) search.append(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
