export type { TossMethod } from './begin'
export { type TossOptions, toss } from './gateway'
export { signTossWebhook } from './webhook'
