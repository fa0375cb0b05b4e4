import type { FakeRequest, Fault } from '../../../providers/fake/faults'
import type { Decisions } from '../decisions'

/** Which of a provider's calls only read, and which give money back. What is left takes it. */
export type Operations = { readonly reads: readonly string[]; readonly refunds: readonly string[] }

/** Which of a fake's faults this request meets. */
export const networkFault = (
  decisions: Decisions,
  { provider, operation }: FakeRequest,
  { reads, refunds }: Operations,
): Fault | undefined => {
  const { fires, random } = decisions
  const where = `${provider} ${operation}`
  const seen = () => random.pick(['cut', 'silence'] as const)
  const status = () => random.pick([500, 502, 503])
  if (fires('provider_unreachable', where)) return { kind: 'unreachable' }
  if (fires('provider_request_lost', where)) {
    return random.chance(0.3) ? { kind: 'stalled_request' } : { kind: 'lost_request', seen: seen() }
  }
  if (fires('provider_answer_lost', where)) {
    return random.chance(0.3) ? { kind: 'stalled_body' } : { kind: 'lost_answer', seen: seen() }
  }
  const late = refunds.includes(operation) ? 'refund_acts_late' : 'provider_acts_late'
  if (!reads.includes(operation) && fires(late, where)) {
    return { kind: 'late_execution', afterMs: random.pick([2_000, 20_000, 90_000, 300_000]), seen: seen() }
  }
  if (fires('provider_error_before', where)) {
    return random.chance(0.4) ? { kind: 'html_before' } : { kind: 'error_before', status: status() }
  }
  if (fires('provider_error_after', where)) {
    return random.chance(0.4) ? { kind: 'html_after' } : { kind: 'error_after', status: status() }
  }
  if (fires('provider_slow', where)) return { kind: 'slow', ms: random.pick([100, 3_000, 29_000, 40_000]) }
  if (fires('provider_unreadable', where)) return { kind: random.pick(['malformed_json', 'wrong_shape'] as const) }
  if (fires('provider_rate_limits', where)) return { kind: 'rate_limited' }
  return undefined
}
