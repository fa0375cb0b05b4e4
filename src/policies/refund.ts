import type { Money } from '../core/money'
import { startOfDayAfter } from './calendar'
import type { RefundTerms } from './terms'

const HOUR_MS = 3_600_000

/** Everything a refund policy may look at. All of it is a fact of the order; the time comes in as `now`. */
export type RefundFacts = {
  readonly now: Date
  readonly paidAt: Date
  readonly eventStartsAt: Date | null
  readonly firstAccessAt: Date | null
  readonly cancelledAt: Date | null
  readonly paid: Money
  /** What is left of it to give back. Policies decide whether, not how much: they hand this amount on. */
  readonly refundable: Money
}

/** The rule that says yes: of several, the one whose deadline decides. */
export type RefundGround = 'within_days' | 'not_accessed' | 'before_event'

export type RefundReason =
  | 'refund_window_closed'
  | 'already_accessed'
  | 'refund_cutoff_passed'
  | 'requires_cancellation'
  | 'event_time_missing'
  | 'never_refundable'

/** `auto`: refundable while `now < deadline`; a deadline of null never comes. `none`: not refundable, and why. */
export type RefundVerdict =
  | {
      readonly kind: 'auto'
      readonly refundable: Money
      readonly deadline: Date | null
      readonly reason: RefundGround
    }
  | { readonly kind: 'none'; readonly reason: RefundReason; readonly deadline: Date | null }

/**
 * Judges frozen terms. Deadlines are exclusive: refundable one millisecond before, refused at the deadline itself.
 *
 * `all_of` has the earliest deadline and, when it refuses, the reason of the first rule that does. `any_of` has the
 * latest deadline of the rules that still hold and, when none does, the reason of the one that closed last. Either way
 * `requires_cancellation` is a promise: cancel before the deadline and the verdict turns to `auto`.
 */
export const judgeRefund = (terms: RefundTerms, facts: RefundFacts): RefundVerdict => {
  switch (terms.rule) {
    case 'within_days': {
      const { days, calendar } = terms
      const deadline =
        calendar === null
          ? new Date(facts.paidAt.getTime() + days * 24 * HOUR_MS)
          : startOfDayAfter(facts.paidAt, calendar.excludeFirstDay ? days + 1 : days, calendar.zone)
      return facts.now < deadline ? auto('within_days', deadline, facts) : none('refund_window_closed', deadline)
    }
    case 'not_accessed':
      return facts.firstAccessAt === null ? auto('not_accessed', null, facts) : none('already_accessed', null)
    case 'before_event': {
      if (facts.eventStartsAt === null) return none('event_time_missing', null)
      const deadline = new Date(facts.eventStartsAt.getTime() - Math.round(terms.hours * HOUR_MS))
      // The cut-off is asked first: nobody is told to give up a seat for money that is no longer due.
      if (facts.now >= deadline) return none('refund_cutoff_passed', deadline)
      if (terms.requiresCancellation && facts.cancelledAt === null) return none('requires_cancellation', deadline)
      return auto('before_event', deadline, facts)
    }
    case 'all_of': {
      const verdicts = terms.rules.map((rule) => judgeRefund(rule, facts))
      const [first, ...others] = verdicts
      if (first === undefined) return none('never_refundable', null)
      const closing = others.reduce((left, right) => (endOf(right) < endOf(left) ? right : left), first)
      const refusals = verdicts.filter((verdict) => verdict.kind === 'none')
      const refusal = refusals.find((verdict) => !onlyNeedsCancellation(verdict)) ?? refusals[0]
      return refusal === undefined ? closing : { ...refusal, deadline: closing.deadline }
    }
    case 'any_of': {
      const verdicts = terms.rules.map((rule) => judgeRefund(rule, facts))
      const holding = verdicts.filter((verdict) => verdict.kind === 'auto')
      if (holding.length > 0) return holding.reduce((left, right) => (endOf(right) > endOf(left) ? right : left))
      const cancellable = verdicts.filter(onlyNeedsCancellation)
      const closed = verdicts.filter((verdict) => verdict.deadline !== null)
      const [first, ...others] = [cancellable, closed, verdicts].find((list) => list.length > 0) ?? []
      if (first === undefined) return none('never_refundable', null)
      return others.reduce((left, right) => (endOf(right) > endOf(left) ? right : left), first)
    }
    case 'never':
      return none('never_refundable', null)
  }
}

const onlyNeedsCancellation = ({ reason }: RefundVerdict): boolean => reason === 'requires_cancellation'

/** Whole seconds until the deadline, rounded down and never below 0; null when there is no deadline. */
export const remainingSeconds = ({ deadline }: Pick<RefundVerdict, 'deadline'>, now: Date): number | null =>
  deadline === null ? null : Math.max(0, Math.floor((deadline.getTime() - now.getTime()) / 1_000))

const endOf = ({ deadline }: RefundVerdict): number =>
  deadline === null ? Number.POSITIVE_INFINITY : deadline.getTime()

const auto = (reason: RefundGround, deadline: Date | null, { refundable }: RefundFacts): RefundVerdict => ({
  kind: 'auto',
  refundable,
  deadline,
  reason,
})

const none = (reason: RefundReason, deadline: Date | null): RefundVerdict => ({ kind: 'none', reason, deadline })
