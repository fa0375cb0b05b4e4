import { err, ok } from 'neverthrow'
import type { Gateway, GatewayCapabilities, GatewayError, PaymentGateway } from '../../providers/gateway'
import type { SabotageKit } from './sabotage-kit'

type Kit = Partial<SabotageKit>

const misbehaving = (
  change: (gateway: PaymentGateway) => Partial<PaymentGateway>,
  capabilities: Partial<GatewayCapabilities> = {},
): Kit => ({
  gateway: (inner: Gateway) => ({
    ...inner,
    capabilities: { ...inner.capabilities, ...capabilities },
    connect: (wiring) => {
      const gateway = inner.connect(wiring)
      return { ...gateway, ...change(gateway) }
    },
  }),
})

const definite = (message: string): GatewayError => ({
  code: 'refused',
  outcome: 'not_executed',
  message,
  retryable: false,
})

/** What the provider recognises a repeat by is new each time: the attempt's own id, and the refund's. */
const freshKeys = (gateway: PaymentGateway): Partial<PaymentGateway> => {
  const sent = new Map<string, number>()
  const fresh = (id: string): string => {
    const count = (sent.get(id) ?? 0) + 1
    sent.set(id, count)
    return count === 1 ? id : `${id}r${count}`
  }
  return {
    confirm: (attempt, returned) => gateway.confirm({ ...attempt, id: fresh(attempt.id) }, returned),
    refund: (refund, context) => gateway.refund({ ...refund, id: fresh(refund.id) }, context),
  }
}

/** Safeguards of the gateways. */
export const GATEWAY_SABOTAGE = {
  fresh_key_per_retry: misbehaving(freshKeys),
  timeout_is_failure: misbehaving((gateway) => ({
    confirm: (attempt, returned) =>
      gateway
        .confirm(attempt, returned)
        .mapErr((error) => (error.outcome === 'unknown' ? definite('taken for a failure') : error)),
  })),
  refund_timeout_is_failure: misbehaving((gateway) => ({
    refund: (refund, context) =>
      gateway
        .refund(refund, context)
        .mapErr((error) => (error.outcome === 'unknown' ? definite('taken for a failure') : error)),
  })),
  lookup_is_fence: misbehaving(() => ({}), { chargeWindowMs: 0 }),
  unlisted_refund_repeated: misbehaving(() => ({}), { listsRefunds: true }),
  refund_repeated_at_once: misbehaving(() => ({}), { refundWindowMs: 0 }),
  repeat_refusal_is_definite: misbehaving((gateway) => ({
    confirm: (attempt, returned) =>
      gateway.confirm(attempt, returned).mapErr((error) => {
        const isAtTheDoor = error.code === 'rate_limited' || error.code === 'not_sent' || error.code === 'in_progress'
        return isAtTheDoor ? definite('taken for the last word') : error
      }),
  })),
  refund_not_looked_up: misbehaving((gateway) => ({
    lookup: (attempt) =>
      gateway.lookup(attempt).map((payment) => (payment.status === 'approved' ? { ...payment, refunds: [] } : payment)),
    refund: (refund, context) => gateway.refund({ ...refund, keyGeneration: refund.checks }, context),
  })),
  refund_only_said: misbehaving(() => ({
    refund: (refund) =>
      ok({
        providerRef: `said:${refund.id}`,
        refundId: refund.id,
        amount: refund.amount,
        status: 'completed' as const,
      }).asyncMap(async (answer) => answer),
  })),
  void_only_said: misbehaving((gateway) =>
    gateway.void === undefined ? {} : { void: () => ok(undefined).asyncMap(async () => undefined) },
  ),
  lookup_error_is_not_found: misbehaving((gateway) => ({
    lookup: (attempt) => gateway.lookup(attempt).orElse(() => ok({ status: 'failed' as const, code: 'not_there' })),
  })),
  approval_unread: misbehaving((gateway) => ({
    lookup: (attempt) =>
      gateway.lookup(attempt).andThen((payment) => (payment.status === 'approved' ? err(unreadable) : ok(payment))),
  })),
} as const satisfies Record<string, Kit>

const unreadable: GatewayError = {
  code: 'bad_response',
  outcome: 'unknown',
  message: 'an approval that nobody reads',
  retryable: true,
}
