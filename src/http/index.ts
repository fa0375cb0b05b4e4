export type { ErrorEnvelope } from './envelope'
export type { RequestError } from './error-table'
export { createHandler, type FailedRequest, type Handler, type HandlerOptions, type HoldDraft } from './handler'
export type { PaymentReturn, ReturnTo } from './returns'
