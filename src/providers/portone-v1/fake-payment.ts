import type { Currency } from '../../core/money'

/** One line of the fake's own ledger: money that really moved. Append-only, and the truth in a simulation. */
export type PortOneV1BookLine = {
  readonly impUid: string
  readonly merchantUid: string
  readonly kind: 'capture' | 'refund'
  readonly amountMinor: number
  readonly currency: Currency
  readonly at: Date
  readonly transactionId: string
}

export type FakePortOneV1Status = 'ready' | 'paid' | 'failed' | 'cancelled'

export type FakePortOneV1Cancel = {
  readonly cancellationId: string
  readonly pgTid: string
  readonly amountMinor: number
  readonly reason: string
  readonly at: Date
}

export type FakePortOneV1Account = {
  readonly number: string
  readonly bankCode: string
  readonly holderName: string
  readonly dueAt: Date
}

export type FakePortOneV1Payment = {
  readonly impUid: string
  readonly merchantUid: string
  readonly name: string
  readonly payMethod: string
  readonly channel: 'pc' | 'api'
  readonly pgProvider: string
  readonly currency: Currency
  readonly amountMinor: number
  readonly cancelledMinor: number
  readonly status: FakePortOneV1Status
  readonly sandbox: boolean
  readonly startedAt: Date
  readonly paidAt: Date | null
  readonly failedAt: Date | null
  readonly cancelledAt: Date | null
  readonly failReason: string | null
  readonly account: FakePortOneV1Account | null
  readonly cancels: readonly FakePortOneV1Cancel[]
  readonly customerUid: string | null
  readonly usage: 'issue' | 'payment' | 'payment.scheduled' | null
  /** A cash receipt was issued for it. */
  readonly receiptAt: Date | null
}

export type NewFakePayment = Pick<
  FakePortOneV1Payment,
  'merchantUid' | 'name' | 'payMethod' | 'channel' | 'currency' | 'amountMinor' | 'sandbox' | 'customerUid' | 'usage'
> & { readonly account: FakePortOneV1Account | null }

export type FakePortOneV1Key = {
  readonly customerUid: string
  readonly sandbox: boolean
  readonly cardName: string
  readonly cardNumber: string
  readonly issuedAt: Date
}

export type FakePortOneV1Schedule = {
  readonly merchantUid: string
  readonly customerUid: string
  readonly amountMinor: number
  readonly currency: Currency
  readonly name: string
  readonly scheduleAt: Date
  readonly status: 'scheduled' | 'executed' | 'revoked'
  readonly executedAt: Date | null
  readonly revokedAt: Date | null
  readonly impUid: string | null
}

/** A refusal as PortOne makes it: a number that says nothing, and a text. */
export type FakeRefusal = { readonly status: number; readonly code: number; readonly message: string }

export type Outcome<T> = { readonly value: T } | { readonly refusal: FakeRefusal }

export const refusalOf = (message: string, code = 1, status = 200): { readonly refusal: FakeRefusal } => ({
  refusal: { status, code, message },
})

/** The words of the provider. Those marked are UNCONFIRMED and made up. */
export const REFUSALS = {
  badKey: refusalOf('인증에 실패하였습니다. API키와 secret을 확인하세요.', -1, 401),
  noKey: refusalOf('imp_key, imp_secret 파라메터가 누락되었습니다.', -1, 400),
  unauthorized: refusalOf('Unauthorized', -1, 401),
  noPayment: refusalOf('존재하지 않는 결제정보입니다.', -1, 404),
  prepared: refusalOf('결제정보 사전등록에 실패하였습니다(이미 등록된 merchant_uid입니다).'),
  notPrepared: refusalOf('(가짜) 사전등록된 결제정보가 없습니다.', -1, 404), // made up
  nothingToCancel: refusalOf('취소할 결제건이 존재하지 않습니다.'),
  cancelled: refusalOf('이미 전액취소된 주문입니다.'),
  checksum: refusalOf('(가짜) 취소 가능 금액이 일치하지 않습니다.'), // made up
  tooMuch: refusalOf('(가짜) 취소 금액이 잔액보다 큽니다.', -1), // made up
  noAccount: refusalOf('(가짜) 환불 계좌 정보가 필요합니다.', -1), // made up
  noBuyer: refusalOf('등록되지 않은 구매자입니다.'),
  noCustomer: refusalOf('등록된 고객정보가 없습니다.'),
  usedUid: refusalOf('(가짜) 이미 사용된 merchant_uid입니다.'), // made up
  notScheduled: refusalOf('취소할 예약결제 기록이 존재하지 않습니다.'),
  noSchedule: refusalOf('invalid imp_uid', -1, 404),
  wrongState: refusalOf('(가짜) 처리할 수 없는 상태입니다.', -1, 400), // made up
  invalid: refusalOf('(가짜) 요청 값이 올바르지 않습니다.', -1, 400), // made up
  noReceipts: refusalOf('(가짜) 현금영수증을 지원하지 않습니다.', -1, 501), // made up
  noRoute: refusalOf('(가짜) not found', -1, 404), // made up
} as const

export const unknownCustomer = (customerUid: string) =>
  refusalOf(`요청하신 customer_uid(${customerUid})로 등록된 정보를 찾을 수 없습니다.`, -1, 404)

/** What is left of a payment. */
export const balanceOf = ({ amountMinor, cancelledMinor }: FakePortOneV1Payment): number => amountMinor - cancelledMinor
