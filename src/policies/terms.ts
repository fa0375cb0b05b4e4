import { err, ok, type Result } from 'neverthrow'
import { isZone } from './calendar'

/**
 * A refund rule as plain data: it is frozen on the order as JSON text and judged from there years later, whatever the
 * host's code says by then. Build it with `withinDays`, `notAccessed`, `beforeEvent`, `allOf`, `anyOf` and `never`.
 */
export type RefundTerms =
  | { readonly rule: 'within_days'; readonly days: number; readonly calendar: CalendarDays | null }
  | { readonly rule: 'not_accessed' }
  | { readonly rule: 'before_event'; readonly hours: number; readonly requiresCancellation: boolean }
  | { readonly rule: 'all_of'; readonly rules: readonly RefundTerms[] }
  | { readonly rule: 'any_of'; readonly rules: readonly RefundTerms[] }
  | { readonly rule: 'never' }

/** Days as a calendar on a wall in `zone` counts them. */
export type CalendarDays = { readonly zone: string; readonly excludeFirstDay: boolean }

/** Why frozen terms cannot be read. `field` is a path such as `rules[1].days`. */
export type TermsError =
  | { readonly code: 'policy_terms_unreadable' }
  | { readonly code: 'policy_rule_unknown'; readonly field: string; readonly rule: string }
  | { readonly code: 'policy_terms_invalid'; readonly field: string }

// A hundred years: far beyond any promise, and far inside what a Date can hold.
const MAX_DAYS = 36_500
const MAX_HOURS = MAX_DAYS * 24
const MAX_DEPTH = 16

/**
 * Refundable for a number of days after the payment: `withinDays(7)` is 168 hours to the millisecond. With a calendar
 * the last day ends at local midnight; `excludeFirstDay` starts counting on the day after the payment.
 *
 * The deadline is exclusive. Throws on anything but a whole number of days from 1 to 36,500 and on an unknown zone.
 */
export const withinDays = (
  days: number,
  options: { readonly calendar?: { readonly zone: string; readonly excludeFirstDay?: boolean } } = {},
): RefundTerms => {
  const { calendar } = options
  return checked({
    rule: 'within_days',
    days,
    calendar:
      calendar === undefined ? null : { zone: calendar.zone, excludeFirstDay: calendar.excludeFirstDay ?? false },
  })
}

/** Refundable until the buyer has used what was bought for the first time. */
export const notAccessed = (): RefundTerms => ({ rule: 'not_accessed' })

/**
 * Refundable until `hours` before the event starts; at that moment it is too late. `requiresCancellation`: only once the
 * order has been cancelled. Throws on negative hours.
 */
export const beforeEvent = (options: {
  readonly hours: number
  readonly requiresCancellation?: boolean
}): RefundTerms =>
  checked({
    rule: 'before_event',
    hours: options.hours,
    requiresCancellation: options.requiresCancellation ?? false,
  })

/** Refundable while every rule says so. Throws when there is no rule. */
export const allOf = (...rules: readonly RefundTerms[]): RefundTerms => checked({ rule: 'all_of', rules })

/** Refundable while at least one rule says so. Throws when there is no rule. */
export const anyOf = (...rules: readonly RefundTerms[]): RefundTerms => checked({ rule: 'any_of', rules })

/** Never refundable by the buyer. */
export const never = (): RefundTerms => ({ rule: 'never' })

/** True when no refund is possible before the order is cancelled. */
export const requiresCancellation = (terms: RefundTerms): boolean => {
  switch (terms.rule) {
    case 'before_event':
      return terms.requiresCancellation
    case 'all_of':
      return terms.rules.some(requiresCancellation)
    case 'any_of':
      return terms.rules.every(requiresCancellation)
    case 'within_days':
    case 'not_accessed':
    case 'never':
      return false
  }
}

/** The text that is frozen on an order. Throws when terms written by hand could not be read back. */
export const freezeTerms = (terms: RefundTerms): string => JSON.stringify(checked(terms))

/** Reads frozen terms. Terms that are damaged, or of a newer version of the library, are an error and never "no rule". */
export const parseTerms = (text: string): Result<RefundTerms, TermsError> => {
  const parsed = parseJson(text)
  return parsed.ok ? readTerms(parsed.value, '', 0) : err({ code: 'policy_terms_unreadable' })
}

const parseJson = (text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } => {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}

const checked = (terms: RefundTerms): RefundTerms => {
  const read = readTerms(terms, '', 0)
  if (read.isOk()) return read.value
  throw new RangeError(`refund policy: ${'field' in read.error ? read.error.field : 'terms'} is not valid`)
}

const PARAMETERS: Readonly<Record<RefundTerms['rule'], readonly string[]>> = {
  within_days: ['rule', 'days', 'calendar'],
  not_accessed: ['rule'],
  before_event: ['rule', 'hours', 'requiresCancellation'],
  all_of: ['rule', 'rules'],
  any_of: ['rule', 'rules'],
  never: ['rule'],
}

const isRule = (rule: string): rule is RefundTerms['rule'] => Object.hasOwn(PARAMETERS, rule)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const readTerms = (value: unknown, path: string, depth: number): Result<RefundTerms, TermsError> => {
  const invalid = (field: string): Result<never, TermsError> =>
    err({ code: 'policy_terms_invalid', field: `${path}${field}` })
  if (!isRecord(value) || depth > MAX_DEPTH) return invalid('rule')
  const { rule } = value
  if (typeof rule !== 'string') return invalid('rule')
  if (!isRule(rule)) return err({ code: 'policy_rule_unknown', field: `${path}rule`, rule })
  // A parameter we do not know would change what was promised: refuse it rather than judge without it.
  const unknown = Object.keys(value).find((name) => !PARAMETERS[rule].includes(name))
  if (unknown !== undefined) return invalid(unknown)
  switch (rule) {
    case 'within_days': {
      const { days, calendar } = value
      if (typeof days !== 'number' || !Number.isInteger(days) || days < 1 || days > MAX_DAYS) return invalid('days')
      if (calendar === null) return ok({ rule: 'within_days', days, calendar })
      if (!isRecord(calendar)) return invalid('calendar')
      const { zone, excludeFirstDay } = calendar
      if (typeof zone !== 'string' || !isZone(zone)) return invalid('calendar.zone')
      if (typeof excludeFirstDay !== 'boolean') return invalid('calendar.excludeFirstDay')
      return ok({ rule: 'within_days', days, calendar: { zone, excludeFirstDay } })
    }
    case 'before_event': {
      const { hours, requiresCancellation } = value
      // Written so that NaN fails it too.
      if (typeof hours !== 'number' || !(hours >= 0 && hours <= MAX_HOURS)) return invalid('hours')
      if (typeof requiresCancellation !== 'boolean') return invalid('requiresCancellation')
      return ok({ rule: 'before_event', hours, requiresCancellation })
    }
    case 'all_of':
    case 'any_of': {
      const { rules } = value
      if (!Array.isArray(rules) || rules.length === 0) return invalid('rules')
      const read: RefundTerms[] = []
      for (const [position, nested] of rules.entries()) {
        const terms = readTerms(nested, `${path}rules[${position}].`, depth + 1)
        if (terms.isErr()) return err(terms.error)
        read.push(terms.value)
      }
      return ok({ rule, rules: read })
    }
    case 'not_accessed':
    case 'never':
      return ok({ rule })
  }
}
