export { type PaypleLengths, type PaypleMethod, type PaypleWindow, paypleWindow } from './begin'
export type {
  CancelBody,
  CashReceiptCancelBody,
  CashReceiptIssueBody,
  ChargeBody,
  ConfirmBody,
  LookupBody,
  SettlementQuery,
} from './bodies'
export { type PaypleClient, type PaypleClientOptions, paypleClient } from './client'
export { type PaypleOptions, payple } from './gateway'
export type {
  PaypleApproval,
  PaypleCancellation,
  PaypleCashReceipt,
  PaypleDone,
  PaypleKeyInfo,
  PaypleSettlements,
} from './schema'
export type { CallOptions } from './sessions'
