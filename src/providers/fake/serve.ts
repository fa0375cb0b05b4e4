import type { Clock } from '../../core/clock'
import type { FakeRequest, Fault, Seen } from './faults'

/** A request with all that a fake provider reads of it. */
export type FakeCall = FakeRequest & { readonly url: URL; readonly headers: Headers; readonly rawBody: string }

export type FakeReply = {
  readonly status: number
  /** As it goes over the wire, so that a replay is the same to the byte. */
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Carries a request out. Faults reach into the provider here, inside its idempotency. */
export type Work = (execute: () => FakeReply) => FakeReply | Promise<FakeReply>

/** The provider-specific half of a fake. */
export type FakeApp = {
  readonly provider: string
  readonly operationOf: (method: string, path: string) => string
  readonly answer: (call: FakeCall, work: Work) => FakeReply | Promise<FakeReply>
  /** The provider's own words for a fault of its own, or for too many requests. */
  readonly failure: (status: number) => FakeReply
}

export type ServeOptions = {
  readonly clock: Clock
  /** Asked for every request; the first fault it gives happens. */
  readonly chooseFault: (request: FakeRequest) => Fault | undefined
}

/**
 * Turns a fake provider into a `fetch`: a cut connection rejects with a `TypeError`, an aborted request with the
 * signal's reason. Time passes by the clock alone.
 */
export const serveFake =
  (app: FakeApp, { clock, chooseFault }: ServeOptions) =>
  async (request: Request, signal: AbortSignal = request.signal): Promise<Response> => {
    signal.throwIfAborted()
    const call = await readCall(app, request, clock.now())
    const fault = chooseFault(call)
    if (fault === undefined) return respond(await app.answer(call, straight))
    return misbehave(app, call, fault, clock, signal)
  }

const readCall = async (app: FakeApp, request: Request, at: Date): Promise<FakeCall> => {
  const url = new URL(request.url)
  const { method, headers } = request
  const path = url.pathname
  const rawBody = request.body === null ? '' : await request.text()
  const operation = app.operationOf(method, path)
  const idempotencyKey = headers.get('idempotency-key')
  const { provider } = app
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') === true
  const body = isForm ? Object.fromEntries(new URLSearchParams(rawBody)) : parseJson(rawBody)
  return { provider, operation, method, path, idempotencyKey, body, at, url, headers, rawBody }
}

const parseJson = (text: string): unknown => {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined // As if nothing had been sent; the provider then misses its fields.
  }
}

const straight: Work = (execute) => execute()

const respond = ({ status, body, headers }: FakeReply): Response =>
  new Response(body === '' ? null : body, {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
  })

const misbehave = async (
  app: FakeApp,
  call: FakeCall,
  fault: Fault,
  clock: Clock,
  signal: AbortSignal,
): Promise<Response> => {
  switch (fault.kind) {
    case 'unreachable':
      throw connectionFailure('ECONNREFUSED')
    case 'lost_request':
      return noAnswer(fault.seen, signal)
    case 'stalled_request':
      return noAnswer('silence', signal)
    case 'lost_answer':
      await app.answer(call, straight)
      return noAnswer(fault.seen, signal)
    case 'late_execution':
      clock.schedule(fault.afterMs, () => void app.answer({ ...call, at: clock.now() }, straight))
      return noAnswer(fault.seen, signal)
    case 'error_before':
      return respond(await app.answer(call, () => app.failure(fault.status)))
    case 'error_after':
      return respond(await app.answer(call, (execute) => failAfter(execute, app.failure(fault.status))))
    case 'html_before':
      return badGateway()
    case 'html_after':
      await app.answer(call, straight)
      return badGateway()
    case 'slow': {
      const answer = app.answer(call, (execute) =>
        new Promise<void>((resolve) => clock.schedule(fault.ms, resolve)).then(execute),
      )
      return respond(await Promise.race([answer, untilAborted(signal)]))
    }
    case 'stalled_body':
      return stalled(await app.answer(call, straight), signal)
    case 'malformed_json': {
      const reply = await app.answer(call, straight)
      return respond({ ...reply, body: reply.body.slice(0, Math.max(1, reply.body.length >> 1)) })
    }
    case 'wrong_shape': {
      const reply = await app.answer(call, straight)
      return respond({ ...reply, body: '{"unexpected":{"nested":[1,2,3]}}' })
    }
    case 'rate_limited':
      return respond(app.failure(429))
  }
}

const failAfter = (execute: () => FakeReply, failure: FakeReply): FakeReply => {
  execute()
  return failure
}

/** As Node's `fetch` fails: the message says nothing, the cause has the code. */
const connectionFailure = (code: 'ECONNREFUSED' | 'ECONNRESET'): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })

const noAnswer = (seen: Seen | undefined, signal: AbortSignal): Promise<never> =>
  seen === 'silence' ? untilAborted(signal) : Promise.reject(connectionFailure('ECONNRESET'))

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

const stalled = ({ status, body }: FakeReply, signal: AbortSignal): Response => {
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(body.slice(0, Math.max(1, body.length >> 1))))
      signal.addEventListener('abort', () => controller.error(signal.reason), { once: true })
    },
  })
  return new Response(stream, { status, headers: { 'content-type': 'application/json;charset=utf-8' } })
}

const badGateway = (): Response =>
  new Response('<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>', {
    status: 502,
    headers: { 'content-type': 'text/html' },
  })
