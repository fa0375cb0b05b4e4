import type { Clock } from '../../core/clock'

export type FakeDelivery = {
  readonly id: string
  readonly url: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly rawBody: string
  readonly dueAt: Date
}

/** How a delivery ended. `status` is null when sending threw. */
export type DeliveryReport = { readonly id: string; readonly status: number | null }

/** What a fake provider wants to tell the host. Nothing is sent by itself. */
export type FakeWebhooks = {
  /** Not delivered yet, earliest first. */
  readonly pending: () => readonly FakeDelivery[]
  /** Sends what is due now. Anything but a 200 is sent again by the provider's schedule. */
  readonly deliverDue: (
    send: (delivery: FakeDelivery) => Promise<number | Response>,
  ) => Promise<readonly DeliveryReport[]>
  /** Given up after the last retry. */
  readonly failed: () => readonly FakeDelivery[]
  /** The next webhook comes `times` times more. */
  readonly duplicateNext: (times?: number) => void
  /** The next webhook comes `ms` late. */
  readonly delayNext: (ms: number) => void
  /** The next webhook never comes. */
  readonly loseNext: () => void
  /** The next `deliverDue` sends the newest first. */
  readonly reverseNext: () => void
}

export type WebhookMessage = {
  readonly id: string
  readonly rawBody: string
  /** Only for this message, e.g. a signature over it. */
  readonly headers?: (sentAt: Date) => Readonly<Record<string, string>>
  readonly at: Date
}

export type FakeWebhooksOptions = {
  readonly clock: Clock
  readonly url: string | null
  readonly retryAfterMinutes: readonly number[]
  readonly headers: (id: string, retries: number, sentAt: Date) => Readonly<Record<string, string>>
  /** Called before the queue is read: time may have made something happen. */
  readonly catchUp: () => void
}

type Queued = { readonly message: WebhookMessage; readonly retries: number; readonly dueAt: number }

export const fakeWebhooks = (
  options: FakeWebhooksOptions,
): FakeWebhooks & { readonly enqueue: (message: WebhookMessage) => void } => {
  const { clock, url, retryAfterMinutes } = options
  let queue: Queued[] = []
  const givenUp: FakeDelivery[] = []
  let copies = 1
  let lateMs = 0
  let reversed = false

  const toDelivery = ({ message, retries, dueAt }: Queued): FakeDelivery => {
    const sentAt = new Date(dueAt)
    const headers = {
      'content-type': 'application/json',
      ...options.headers(message.id, retries, sentAt),
      ...message.headers?.(sentAt),
    }
    return { id: message.id, url, headers, rawBody: message.rawBody, dueAt: sentAt }
  }
  const inOrder = () => [...queue].sort((left, right) => left.dueAt - right.dueAt)

  const deliver = async (queued: Queued, send: (delivery: FakeDelivery) => Promise<number | Response>) => {
    const answer = await Promise.resolve(toDelivery(queued))
      .then(send)
      .then(
        (it) => (typeof it === 'number' ? it : it.status),
        () => null, // No answer: the provider cannot tell why either.
      )
    if (answer !== 200) {
      const minutes = retryAfterMinutes[queued.retries]
      if (minutes === undefined) givenUp.push(toDelivery(queued))
      else {
        const dueAt = clock.now().getTime() + minutes * 60_000
        queue.push({ ...queued, retries: queued.retries + 1, dueAt })
      }
    }
    return { id: queued.message.id, status: answer }
  }

  return {
    enqueue: (message) => {
      const dueAt = message.at.getTime() + lateMs
      for (let copy = 0; copy < copies; copy++) queue.push({ message, retries: 0, dueAt })
      copies = 1
      lateMs = 0
    },
    pending: () => {
      options.catchUp()
      return inOrder().map(toDelivery)
    },
    deliverDue: async (send) => {
      options.catchUp()
      const now = clock.now().getTime()
      const due = inOrder().filter(({ dueAt }) => dueAt <= now)
      queue = queue.filter(({ dueAt }) => dueAt > now)
      if (reversed) due.reverse()
      reversed = false
      const reports: DeliveryReport[] = []
      for (const queued of due) reports.push(await deliver(queued, send))
      return reports
    },
    failed: () => [...givenUp],
    duplicateNext: (times = 1) => {
      copies = 1 + times
    },
    delayNext: (ms) => {
      lateMs = ms
    },
    loseNext: () => {
      copies = 0
    },
    reverseNext: () => {
      reversed = true
    },
  }
}
