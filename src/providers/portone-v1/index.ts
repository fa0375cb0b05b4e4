export type { PortOneV1Method } from './begin'
export { type PortOneV1ClientOptions, portOneV1Client } from './client'
export type { PortOneV1Client } from './endpoints'
export { type PortOneV1Options, portOneV1 } from './gateway'
export type {
  AgainBody as PortOneV1AgainBody,
  CallOptions as PortOneV1CallOptions,
  CancelBody as PortOneV1CancelBody,
  ScheduleBody as PortOneV1ScheduleBody,
} from './requests'
export type { PortOneV1Customer, PortOneV1Payment, PortOneV1Schedule } from './schema'
export { PORTONE_V1_WEBHOOK_IPS } from './webhook'
