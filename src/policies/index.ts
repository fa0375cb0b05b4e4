export { type ExplainLocale, explainRefund } from './explain'
export { percentOff } from './pricing'
export {
  judgeRefund,
  type RefundFacts,
  type RefundGround,
  type RefundReason,
  type RefundVerdict,
  remainingSeconds,
} from './refund'
export {
  allOf,
  anyOf,
  beforeEvent,
  type CalendarDays,
  freezeTerms,
  never,
  notAccessed,
  parseTerms,
  type RefundTerms,
  requiresCancellation,
  type TermsError,
  withinDays,
} from './terms'
