/** What a fake knows of a request before it is carried out: enough to choose a fault. */
export type FakeRequest = {
  readonly provider: string
  /** The same name as in our log entries, e.g. `confirmPayment`. */
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly idempotencyKey: string | null
  /** Parsed JSON; `undefined` when there was none. */
  readonly body: unknown
  readonly at: Date
}

/** How the caller learns that no answer comes: the connection breaks at once, or nothing happens until it gives up. */
export type Seen = 'cut' | 'silence'

/** One thing that goes wrong. The question each answers is whether the provider carried the request out. */
export type Fault =
  /** No connection, and the caller can tell. Not executed. */
  | { readonly kind: 'unreachable' }
  /** Not executed. */
  | { readonly kind: 'lost_request'; readonly seen?: Seen }
  /** Executed. */
  | { readonly kind: 'lost_answer'; readonly seen?: Seen }
  /** Executed later, when nobody waits any more, unless the provider's own window has passed by then. */
  | { readonly kind: 'late_execution'; readonly afterMs: number; readonly seen?: Seen }
  /** The provider answers a 5xx of its own. Not executed. */
  | { readonly kind: 'error_before'; readonly status: number }
  /** The same, executed. */
  | { readonly kind: 'error_after'; readonly status: number }
  /** Something in front of the provider answers 502 with a page. Not executed. */
  | { readonly kind: 'html_before' }
  /** The same, executed. */
  | { readonly kind: 'html_after' }
  /** Received at once, executed and answered `ms` later, also when the caller has gone by then. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Executed; the headers come, the body never ends. */
  | { readonly kind: 'stalled_body' }
  /** No answer at all until the caller gives up. Not executed. */
  | { readonly kind: 'stalled_request' }
  /** Executed; the answer breaks off in the middle of its JSON. */
  | { readonly kind: 'malformed_json' }
  /** Executed; the answer is JSON of another shape. */
  | { readonly kind: 'wrong_shape' }
  /** 429. Not executed. */
  | { readonly kind: 'rate_limited' }

export type FaultMatch = { readonly operation: string } | ((request: FakeRequest) => boolean)

/** Faults waiting for their request. Each happens once. */
export type FaultScript = {
  /** The next request that matches meets this fault. Without `match`: the next request. */
  readonly next: (fault: Fault, match?: FaultMatch) => void
  /** How many have not happened yet. */
  readonly pending: () => number
  readonly clear: () => void
}

export const faultScript = (): FaultScript & { readonly take: (request: FakeRequest) => Fault | undefined } => {
  const waiting: { readonly fault: Fault; readonly match: FaultMatch | undefined }[] = []
  return {
    next: (fault, match) => void waiting.push({ fault, match }),
    pending: () => waiting.length,
    clear: () => void waiting.splice(0),
    take: (request) => {
      if (waiting.length === 0) return undefined
      const index = waiting.findIndex(({ match }) => matches(match, request))
      return index < 0 ? undefined : waiting.splice(index, 1)[0]?.fault
    },
  }
}

const matches = (match: FaultMatch | undefined, request: FakeRequest): boolean => {
  if (match === undefined) return true
  return typeof match === 'function' ? match(request) : match.operation === request.operation
}
