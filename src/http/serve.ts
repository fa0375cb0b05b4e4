import type { Context as HonoContext } from 'hono'
import { err, ok, type Result, ResultAsync } from 'neverthrow'
import type { Actor } from '../core/actor'
import { type Fields, readFields } from './body'
import { type ErrorEnvelope, envelopeOf } from './envelope'
import type { AnyError } from './error-table'
import type { Settings } from './handler'

/** One request of somebody who is signed in. */
export type Call = OpenCall & { readonly actor: Actor; readonly fields: Fields; readonly query: URLSearchParams }
export type OpenCall = { readonly request: Request; readonly param: (name: string) => string }

export type Reply = Response | { readonly status: number; readonly body: object }
type Answered = ResultAsync<Reply, AnyError> | Promise<Result<Reply, AnyError>>
type Work<C> = (call: C) => Answered
type Route = (context: HonoContext) => Promise<Response>

/** What every route has in common: who asks, the body, `serverNow`, the error envelope and one log line per failure. */
export const createServe = (settings: Settings) => {
  const { clock } = settings

  const answer = async (
    route: string,
    context: HonoContext,
    work: () => Answered,
    /** For a browser that waits for a page: what to send instead of the error. */
    onError?: (error: AnyError) => Response,
  ) => {
    const correlationId = correlationOf(settings, context.req.raw)
    const startedAt = clock.now().getTime()
    let cause: { readonly thrown: unknown } | undefined
    // `async` so that a synchronous throw of the host's code is caught as well.
    const done = await ResultAsync.fromThrowable(
      async () => work(),
      (thrown): AnyError => {
        cause = { thrown }
        return { code: 'internal_error' }
      },
    )().andThen((result) => result)
    if (done.isOk()) return done.value instanceof Response ? done.value : json(done.value, correlationId, clock.now())
    const envelope = envelopeOf(done.error, { correlationId, serverNow: clock.now() })
    const durationMs = clock.now().getTime() - startedAt
    tell(settings, { context, route, envelope, durationMs }, cause)
    if (onError !== undefined) return onError(done.error)
    return json({ status: envelope.status, body: envelope }, correlationId, clock.now())
  }

  return {
    /** Who asks is asked first; then the body is read. */
    signedIn:
      (route: string, work: Work<Call>): Route =>
      (context) =>
        answer(route, context, async () => {
          const request = context.req.raw
          const actor = await settings.actor(request)
          if (actor === null) return err({ code: 'unauthenticated' as const })
          const fields = request.method === 'POST' ? await readFields(request) : ok<Fields, AnyError>({})
          if (fields.isErr()) return err(fields.error)
          const query = new URL(request.url).searchParams
          return work({ ...openCall(context), actor, fields: fields.value, query })
        }),
    open:
      (route: string, work: Work<OpenCall>): Route =>
      (context) =>
        answer(route, context, () => work(openCall(context))),
    /** For a browser that comes back from a payment window: every answer sends it on to a page of the host's. */
    returning:
      (
        route: string,
        work: (call: OpenCall & { readonly actor: Actor }) => Answered,
        onError: (error: AnyError, call: OpenCall) => Response,
      ): Route =>
      (context) => {
        const call = openCall(context)
        const signedIn = async () => {
          const actor = await settings.actor(call.request)
          return actor === null ? err({ code: 'unauthenticated' as const }) : work({ ...call, actor })
        }
        return answer(route, context, signedIn, (error) => onError(error, call))
      },
    nothingHere: (context: HonoContext): Promise<Response> =>
      answer('*', context, async () => err({ code: 'route_not_found' as const })),
  }
}

const openCall = (context: HonoContext): OpenCall => ({
  request: context.req.raw,
  param: (name) => context.req.param(name) ?? '',
})

const json = ({ status, body }: Exclude<Reply, Response>, correlationId: string, serverNow: Date): Response =>
  new Response(JSON.stringify({ ...body, serverNow }), {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-correlation-id': correlationId,
      ...(status === 503 || status === 429 ? { 'retry-after': '2' } : {}),
    },
  })

/** The caller's own request id if it can stand in a log, otherwise a new one. */
const correlationOf = ({ ids }: Settings, { headers }: Request): string => {
  const given = headers.get('x-request-id') ?? ''
  return /^[\w.:-]{8,128}$/.test(given) ? given : ids.next('req')
}

type Failure = {
  readonly context: HonoContext
  readonly route: string
  readonly envelope: ErrorEnvelope
  readonly durationMs: number
}

const tell = (
  { onFailure }: Settings,
  { context, route, envelope, durationMs }: Failure,
  cause: { readonly thrown: unknown } | undefined,
): void => {
  const { correlationId, status, errorCode } = envelope
  const entry = {
    correlationId,
    method: context.req.method,
    route,
    orderId: loggable(context.req.param('id')),
    attemptId: loggable(context.req.param('attemptId')),
    status,
    errorCode,
    durationMs,
  }
  // A log that fails must not turn an answer about money into another one.
  void ResultAsync.fromThrowable(async () => onFailure(entry, cause?.thrown))()
}

/** Paths come from outside: only what looks like one of our ids is written down. */
const loggable = (id: string | undefined): string | null =>
  id !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : null
