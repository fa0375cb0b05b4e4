import type { FaultScript } from './faults'
import type { FakeWebhooks } from './webhooks'

type Parameters = Readonly<Record<string, string | number | boolean | null>>

/** What a host, a browser and msw see of a fake: its `fetch`, its pages, its faults and its webhooks. */
export const fakeDoors = ({
  serve,
  showWindow,
  windowPaths,
  pathOf,
  faults,
  webhooks,
}: {
  readonly serve: (request: Request, signal?: AbortSignal) => Promise<Response>
  readonly showWindow: (request: Request) => Response | Promise<Response>
  readonly windowPaths: readonly string[]
  /** Which of them is meant. The first, when left out. */
  readonly pathOf?: (parameters: Parameters) => string
  readonly faults: FaultScript
  readonly webhooks: FakeWebhooks
}) => ({
  fetch: ((input, init) => {
    // The request as it is when nothing is added to it: copying one costs more than answering it.
    const request = input instanceof Request && init?.body === undefined ? input : new Request(input, init)
    return serve(request, init?.signal ?? request.signal)
  }) satisfies typeof globalThis.fetch,
  handle: async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (windowPaths.some((path) => pathname.endsWith(path))) return showWindow(request)
    return serve(request).catch(() => Response.error())
  },
  windowUrl: (parameters: Parameters, base: string): string => {
    const url = new URL(base.replace(/\/+$/, '') + (pathOf?.(parameters) ?? windowPaths[0] ?? ''))
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== null) url.searchParams.set(name, String(value))
    }
    return url.href
  },
  faults: { next: faults.next, pending: faults.pending, clear: faults.clear },
  webhooks: {
    pending: webhooks.pending,
    deliverDue: webhooks.deliverDue,
    failed: webhooks.failed,
    duplicateNext: webhooks.duplicateNext,
    delayNext: webhooks.delayNext,
    loseNext: webhooks.loseNext,
    reverseNext: webhooks.reverseNext,
  },
})
