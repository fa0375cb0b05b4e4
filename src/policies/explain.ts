import { formatMoney } from '../core/money'
import { wallClock } from './calendar'
import type { RefundReason, RefundVerdict } from './refund'
import type { RefundTerms } from './terms'

export type ExplainLocale = 'en' | 'ko'

/**
 * One sentence for the buyer: what the verdict is, why, and until when. The deadline is written in `zone`; without one,
 * in the zone the terms count their days in, or UTC.
 */
export const explainRefund = (
  terms: RefundTerms,
  verdict: RefundVerdict,
  locale: ExplainLocale,
  zone: string = zoneOf(terms) ?? 'UTC',
): string => {
  const texts = TEXTS[locale]
  const until = verdict.deadline === null ? null : writeDeadline(verdict.deadline, zone)
  if (verdict.kind === 'none') return texts.refusals[verdict.reason](until)
  return texts.offer(formatMoney(verdict.refundable), until, endsWithAccess(terms))
}

// Seconds are cut off, which never promises more than the policy does.
const writeDeadline = (deadline: Date, zone: string): string => {
  const { year, month, day, time } = wallClock(deadline, zone)
  const pad = (part: number) => String(part).padStart(2, '0')
  return `${year}-${pad(month)}-${pad(day)} ${time} (${zone})`
}

const zoneOf = (terms: RefundTerms): string | undefined => {
  switch (terms.rule) {
    case 'within_days':
      return terms.calendar?.zone
    case 'all_of':
    case 'any_of':
      return terms.rules.map(zoneOf).find((zone) => zone !== undefined)
    case 'not_accessed':
    case 'before_event':
    case 'never':
      return undefined
  }
}

/** True when the first use ends the right to a refund, whatever else holds. */
const endsWithAccess = (terms: RefundTerms): boolean => {
  switch (terms.rule) {
    case 'not_accessed':
      return true
    case 'all_of':
      return terms.rules.some(endsWithAccess)
    case 'any_of':
      return terms.rules.every(endsWithAccess)
    case 'within_days':
    case 'before_event':
    case 'never':
      return false
  }
}

type Texts = {
  readonly offer: (amount: string, until: string | null, unlessUsed: boolean) => string
  readonly refusals: Readonly<Record<RefundReason, (until: string | null) => string>>
}

const TEXTS: Readonly<Record<ExplainLocale, Texts>> = {
  en: {
    offer: (amount, until, unlessUsed) => {
      const before = until === null ? '' : ` before ${until}`
      const condition = unlessUsed ? ', as long as you have not used it' : ''
      return `You can get ${amount} back${before}${condition}.`
    },
    refusals: {
      refund_window_closed: (until) =>
        until === null ? 'The refund period is over.' : `The refund period ended at ${until}.`,
      already_accessed: () => 'You have already used this purchase, so it can no longer be refunded.',
      refund_cutoff_passed: (until) =>
        until === null ? 'Refunds for this event have closed.' : `Refunds for this event closed at ${until}.`,
      requires_cancellation: (until) =>
        until === null
          ? 'Cancel the order first, and it can be refunded.'
          : `Cancel the order first, and it can be refunded before ${until}.`,
      event_time_missing: () => 'This event has no starting time, so a refund cannot be decided automatically.',
      never_refundable: () => 'This purchase is not refundable.',
    },
  },
  ko: {
    offer: (amount, until, unlessUsed) => {
      const conditions = [...(until === null ? [] : [`${until} 전까지`]), ...(unlessUsed ? ['사용하지 않은 경우'] : [])]
      return [...conditions, `환불받을 수 있는 금액은 ${amount}입니다.`].join(' ')
    },
    refusals: {
      refund_window_closed: (until) =>
        until === null ? '환불 가능 기간이 지났습니다.' : `환불 가능 기간이 ${until}에 끝났습니다.`,
      already_accessed: () => '이미 사용한 상품이라 환불받을 수 없습니다.',
      refund_cutoff_passed: (until) =>
        until === null ? '이 공연의 환불이 마감되었습니다.' : `이 공연의 환불은 ${until}에 마감되었습니다.`,
      requires_cancellation: (until) =>
        until === null
          ? '주문을 먼저 취소하면 환불받을 수 있습니다.'
          : `주문을 먼저 취소하면 ${until} 전까지 환불받을 수 있습니다.`,
      event_time_missing: () => '시작 시간이 정해지지 않아 환불 여부를 자동으로 판단할 수 없습니다.',
      never_refundable: () => '환불되지 않는 상품입니다.',
    },
  },
}
