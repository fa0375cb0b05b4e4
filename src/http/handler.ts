import type { Actor } from '../core/actor'
import { type Clock, systemClock } from '../core/clock'
import { type Ids, randomIds } from '../core/ids'
import type { HoldInput } from '../engine/holds'
import type { Gateways, RefundPolicies } from '../engine/options'
import type { Payments } from '../engine/payments'
import { lazy } from '../providers/lazy'
import type { ReturnTo } from './returns'

/** A web-standard request handler: `Bun.serve`, Deno, edge workers and Next.js take it as it is, Express by `toExpress`. */
export type Handler = (request: Request) => Promise<Response>

/** What the host lets the buyer hold, with the host's own prices. The actor and the idempotency key come from outside. */
export type HoldDraft<P extends RefundPolicies = RefundPolicies> = Omit<
  HoldInput,
  'actor' | 'idempotencyKey' | 'refundPolicy'
> & { readonly refundPolicy: keyof P & string }

export type HandlerOptions<P extends RefundPolicies = RefundPolicies> = {
  /** Where the routes begin. Default `/payments`. */
  readonly basePath?: string
  /** Who asks, from the host's own session; null is 401. Never take it from the body or a header a client can set. */
  readonly actor: (request: Request) => Actor | null | Promise<Actor | null>
  /**
   * Turns what the client asks for, such as product ids, into lines with the server's prices. null: not on offer. A
   * `Response` is sent as it is. Without this function there is no route that holds.
   */
  readonly hold?: (
    asked: Readonly<Record<string, unknown>>,
    actor: Actor,
    request: Request,
  ) => HoldDraft<P> | Response | null | Promise<HoldDraft<P> | Response | null>
  /** The zone in which refund explanations write their deadlines, such as `Asia/Seoul`. Default: the policy's, or UTC. */
  readonly zone?: string
  /**
   * The host's page for a buyer who comes back from a payment window. With it there is the route `…/return`, which takes
   * what the window brought back, by redirect or as the form that Payple posts. Such a form comes from another site: the
   * session cookie has to be `SameSite=None; Secure`, or the buyer is not signed in and ends as `invalid`. Give
   * `startPayment` a `successUrl` of `https://…/payments/orders/{orderId}/payments/{attemptId}/return`.
   */
  readonly returnTo?: ReturnTo
  /** The same clock that `createPayments` was given, so that `serverNow` and the deadlines agree. */
  readonly clock?: Clock
  readonly ids?: Ids
  /** How often a watch shows that it is alive. Default 15 s. */
  readonly heartbeatMs?: number
  /** After so long a watch ends; the browser opens it again, and is authenticated again. Default 15 minutes. */
  readonly watchMs?: number
  /**
   * Told of every answer from 400 on. `entry` is safe to log; `cause` is what the host's own code threw, may hold
   * anything, and never reaches the client.
   */
  readonly onFailure?: (entry: FailedRequest, cause?: unknown) => void
}

/** One line per refused or failed request. No field can hold a body, a header or a query. */
export type FailedRequest = {
  readonly correlationId: string
  readonly method: string
  /** The pattern, not the path. */
  readonly route: string
  readonly orderId: string | null
  readonly attemptId: string | null
  readonly status: number
  readonly errorCode: string
  readonly durationMs: number
}

/** The options with their defaults. */
export type Settings = Required<Omit<HandlerOptions, Optional>> & Pick<HandlerOptions, Optional>
type Optional = 'hold' | 'zone' | 'returnTo'

/**
 * Serves the verbs over HTTP, as JSON with the server's time in `serverNow`:
 *
 * - `POST /orders` (what the host's `hold` takes), `GET /orders`, `GET /orders/:id`, `GET /orders/:id/details`
 * - `POST /orders/:id/payments`, `POST /orders/:id/payments/:attemptId/confirm`, `…/abandon`
 * - `GET` and `POST /orders/:id/payments/:attemptId/return` (with `returnTo`): confirms and answers with a 302
 * - `POST /orders/:id/cancel`, `GET /orders/:id/refund-quote`, `POST /orders/:id/refunds`
 * - `GET /orders/:id/watch`: the order now and after every change, as server-sent events
 * - `POST /webhooks/:gateway`: the raw body; needs no session
 *
 * Bodies are `application/json` objects of at most 64 KiB, webhooks at most 1 MiB. `Idempotency-Key` is the key of a
 * hold or a refund.
 *
 * Errors: `{ status, errorCode, message, correlationId, retryable, details }`. An outcome that is not known yet is 503
 * `OUTCOME_PENDING`: repeat the same request, it asks and does not charge again.
 *
 * Webhooks: 200 for what was taken in, 400 for what will never be right, otherwise 503 so that the provider delivers
 * again; 404 for a gateway that is not configured.
 *
 * Throws on a base path or a zone that cannot be meant.
 *
 * Not guaranteed: rate limits and CORS. They belong to the host, in front of this.
 */
export const createHandler = <G extends Gateways, P extends RefundPolicies>(
  payments: Payments<G, P>,
  options: HandlerOptions<P>,
): Handler => {
  const settings = settingsOf(options)
  // The router is loaded with the first request: importing the door costs next to nothing.
  const app = lazy(async () => (await import('./routes')).createRoutes(payments, settings))
  return async (request) => (await app()).fetch(request)
}

const settingsOf = <P extends RefundPolicies>(options: HandlerOptions<P>): Settings => {
  const { basePath = '/payments', clock = systemClock(), ids = randomIds() } = options
  if (!/^(\/[\w.~-]+)*$/.test(basePath)) throw new TypeError('createHandler: basePath must look like /payments')
  if (options.zone !== undefined) new Intl.DateTimeFormat('en', { timeZone: options.zone })
  return {
    basePath,
    clock,
    ids,
    actor: options.actor,
    onFailure: options.onFailure ?? (() => {}),
    heartbeatMs: options.heartbeatMs ?? 15_000,
    watchMs: options.watchMs ?? 15 * 60_000,
    ...(options.hold === undefined ? {} : { hold: options.hold }),
    ...(options.zone === undefined ? {} : { zone: options.zone }),
    ...(options.returnTo === undefined ? {} : { returnTo: options.returnTo }),
  }
}
