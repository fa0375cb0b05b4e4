export { type MockGateway, type MockMethod, type MockOptions, mock } from './gateway'
export type { MockLine, MockSettleError } from './provider'
export type { ChargeStep, LookupStep, MockStep, RefundStep } from './script'
