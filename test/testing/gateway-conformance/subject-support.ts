import type { Fault } from '../../../src/providers/fake/faults'
import type { FakeWebhooks } from '../../../src/providers/fake/webhooks'
import type { RawWebhook } from '../../../src/providers/gateway'
import type { GatewaySubject } from '../../../src/testing/gateway-conformance'

/** Every fault that a fake of ours can make. */
export const EVERY_FAULT = [
  'unreachable',
  'lost_request',
  'lost_answer',
  'late_execution',
  'error_before',
  'error_after',
  'html_before',
  'html_after',
  'slow',
  'stalled_body',
  'stalled_request',
  'malformed_json',
  'wrong_shape',
  'rate_limited',
] as const satisfies readonly Fault['kind'][]

export const sumOf = (lines: readonly { readonly amountMinor: number }[]): number =>
  lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0)

/** The webhooks of a fake, as a subject delivers them. */
export const deliverInto =
  (webhooks: FakeWebhooks, clock: GatewaySubject['clock']) =>
  (send: (raw: RawWebhook) => number): Promise<unknown> =>
    webhooks.deliverDue(async ({ headers, rawBody }) => send({ headers, rawBody, receivedAt: clock.now() }))
