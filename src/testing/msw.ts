/** What the handlers need of msw. Hand in msw's own `http`: the library does not import it. */
export type MswHttp<Handler> = {
  readonly all: (path: string, resolve: (info: { readonly request: Request }) => Promise<Response>) => Handler
}

/** A fake provider: where it answers, and how. A cut connection is `Response.error()`. */
export type FakeProvider = {
  readonly origin: string
  readonly handle: (request: Request) => Promise<Response>
}

/**
 * Puts fakes behind msw, so that a host's own tests meet a stateful provider instead of canned answers:
 * `setupServer(...toMswHandlers(http, fakeToss()))`.
 */
export const toMswHandlers = <Handler>(http: MswHttp<Handler>, ...fakes: readonly FakeProvider[]): readonly Handler[] =>
  fakes.map(({ origin, handle }) => http.all(`${origin}/*`, ({ request }) => handle(request.clone())))
