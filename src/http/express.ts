import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Handler } from './handler'

export type { Handler } from './handler'

/** What Express, or a body parser in front, may add to Node's request. */
type HostRequest = IncomingMessage & {
  readonly originalUrl?: string
  readonly protocol?: string
  readonly rawBody?: string | Uint8Array
}

/**
 * The handler as middleware for Express, Connect or bare `node:http`:
 *
 * ```ts
 * app.use('/payments', toExpress(handler)) // before app.use(express.json())
 * ```
 *
 * It reads the raw body itself, because webhook signatures are made over bytes. **Mount it before any body parser.** If
 * one has run already, the parser must have kept the bytes in `req.rawBody`; without them the request fails with an error
 * that says so, and nothing is read from a body that was printed anew.
 *
 * Streams are passed on as they come and end when the client goes.
 */
export const toExpress =
  (handler: Handler) =>
  (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void): void => {
    serve(handler, req, res).catch((fault: unknown) => {
      // The answer has begun: all that is left is to break it off, so that nobody takes it for a whole one.
      if (res.headersSent || next === undefined) res.destroy()
      else next(fault)
    })
  }

const serve = async (handler: Handler, req: HostRequest, res: ServerResponse): Promise<void> => {
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  const response = await handler(toRequest(req, gone.signal))
  res.statusCode = response.status
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') res.setHeader(name, value)
  }
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) res.setHeader('set-cookie', cookies)
  // A body that was refused before its end is not read any further.
  if (!req.complete && req.method !== 'GET' && req.method !== 'HEAD') res.setHeader('connection', 'close')
  res.flushHeaders()
  if (response.body !== null) await send(response.body, res, gone.signal)
  res.end()
}

const send = async (body: ReadableStream<Uint8Array>, res: ServerResponse, gone: AbortSignal): Promise<void> => {
  const reader = body.getReader()
  // Ends a read that is waiting: the stream learns that nobody listens any more.
  const leave = () => void reader.cancel()
  if (gone.aborted) leave()
  gone.addEventListener('abort', leave, { once: true })
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    // What is gone emits neither `drain` nor another `close`.
    if (gone.aborted) break
    if (!res.write(part.value)) await drained(res)
  }
  gone.removeEventListener('abort', leave)
}

const drained = (res: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      res.off('drain', done)
      res.off('close', done)
      resolve()
    }
    res.once('drain', done)
    res.once('close', done)
  })

const toRequest = (req: HostRequest, signal: AbortSignal): Request => {
  const { method = 'GET' } = req
  const body = method === 'GET' || method === 'HEAD' ? null : bodyOf(req)
  // `duplex` is what Node's fetch asks for when a body streams; TypeScript's DOM types do not know it.
  const init: RequestInit & { readonly duplex: 'half' } = {
    method,
    headers: headersOf(req),
    body,
    signal,
    duplex: 'half',
  }
  return new Request(urlOf(req), init)
}

/** Express cuts the mount path off `url`; `originalUrl` still has it. The host name is the client's word. */
const urlOf = ({ originalUrl, url = '/', protocol = 'http', headers }: HostRequest): string => {
  const path = originalUrl ?? url
  const origin = `${protocol}://${headers.host ?? ''}`
  return (URL.canParse(origin) ? origin : 'http://localhost') + (path.startsWith('/') ? path : '/')
}

const headersOf = ({ headers }: HostRequest): Headers => {
  const copy = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && !name.startsWith(':')) copy.append(name, one)
    }
  }
  return copy
}

const bodyOf = (req: HostRequest): BodyInit => {
  // Copied into a view of its own: Node's buffers are parts of a shared one.
  if (req.rawBody !== undefined) return typeof req.rawBody === 'string' ? req.rawBody : new Uint8Array(req.rawBody)
  if (req.readableDidRead) {
    throw new Error('holdfast: a body parser ran first. Mount toExpress before it, or keep the bytes in req.rawBody.')
  }
  const parts = req[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await parts.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    // Not `parts.return()`: that would destroy the socket before the refusal has been sent.
    cancel: () => void req.pause(),
  })
}
