export type { Actor, Cause } from './core/actor'
export { type Attempt, type AttemptStatus, chargeKey } from './core/attempt'
export { type Clock, systemClock } from './core/clock'
export type { DecideError, Outcome } from './core/errors'
export { type Ids, randomIds } from './core/ids'
export { add, type Currency, formatMoney, krw, type Money, type MoneyError, money, subtract, usd } from './core/money'
export {
  type CancellableOrder,
  type ConfirmedOrder,
  type HoldOrder,
  isPayable,
  isRefundable,
  type Order,
  type OrderLine,
  type OrderStatus,
  type PayableOrder,
  type PayingOrder,
  type RefundableOrder,
  type ResourceRef,
} from './core/order'
export { type Refund, type RefundPurpose, type RefundStatus, refundKey } from './core/refund'
export type { Access } from './engine/access'
export type { Cancelled } from './engine/cancel'
export type { CircuitSettings } from './engine/circuit'
export type { PaymentResult } from './engine/confirm'
export { createPayments } from './engine/create-payments'
export type {
  AccessError,
  CancelError,
  CommonError,
  ConfirmError,
  GatewayFailure,
  HoldError,
  QuoteError,
  RefundError,
  StartPaymentError,
  WalletError,
} from './engine/errors'
export type { JobName, JobReport } from './engine/jobs'
export type { Action, Authorize, EventPattern, PaymentEvent, PaymentsOptions } from './engine/options'
export type { Orders, Payments, Refunds, Wallet } from './engine/payments'
export type { OrderDetails, OrderPage } from './engine/queries'
export type { RefundQuote, RefundResult } from './engine/refunds'
export type { Capacity, ClaimedResource } from './engine/resources'
export type { StartedPayment } from './engine/start-payment'
export type { Received, ReceiveError } from './engine/webhooks'
export {
  type BillingCharge,
  type BillingKey,
  type BillingKeyIssue,
  type BillingNotice,
  billingChargeKey,
  type GatewayBilling,
  type IssueContext,
  type ProviderSchedule,
  type ScheduledCharge,
} from './providers/billing'
export type { Cache } from './providers/cache'
export {
  type BeginContext,
  type Charge,
  type Checkout,
  type DepositAccount,
  type Gateway,
  type GatewayCapabilities,
  type GatewayError,
  type GatewayWiring,
  mayStillArrive,
  type Notice,
  type PaymentGateway,
  type ProviderPayment,
  type ProviderRefund,
  type RawWebhook,
  type RefundContext,
  type Returned,
  type WebhookError,
} from './providers/gateway'
export type { LogEntry } from './providers/http'
export { redact } from './providers/redact'
export { KINDS, type Kind, type Row } from './storage/schema'
export type { CommitOutcome, Op, Query, Store } from './storage/store'
