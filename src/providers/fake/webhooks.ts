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
  /** Asks for the headers of `sign`. Most providers sign all of their messages or none. */
  readonly isSigned?: boolean
  readonly at: Date
}

export type FakeWebhooksOptions = {
  readonly clock: Clock
  readonly url: string | null
  readonly retryAfterMinutes: readonly number[]
  readonly headers: (id: string, retries: number, sentAt: Date) => Readonly<Record<string, string>>
  /** More headers for a message that is signed. */
  readonly sign?: (message: {
    readonly id: string
    readonly rawBody: string
    readonly sentAt: Date
  }) => Readonly<Record<string, string>>
  /** Called before the queue is read: time may have made something happen. */
  readonly catchUp: () => void
  readonly saved?: SavedWebhooks
}

/** A message and its next delivery, a moment in milliseconds since 1970. */
export type QueuedWebhook = {
  readonly id: string
  readonly rawBody: string
  readonly isSigned: boolean
  readonly retries: number
  readonly dueAtMs: number
}

export type SavedWebhooks = {
  readonly queue: readonly QueuedWebhook[]
  readonly givenUp: readonly QueuedWebhook[]
  /** What was asked to happen to the next webhook. */
  readonly copies: number
  readonly lateMs: number
  readonly reversed: boolean
}

export const fakeWebhooks = (
  options: FakeWebhooksOptions,
): FakeWebhooks & {
  readonly enqueue: (message: WebhookMessage) => void
  /** With what is being sent now, as something that is still to be sent: its answer may never come. */
  readonly save: () => SavedWebhooks
} => {
  const { clock, url, retryAfterMinutes, saved } = options
  let queue: QueuedWebhook[] = [...(saved?.queue ?? [])]
  const underWay = new Set<QueuedWebhook>()
  const givenUp: QueuedWebhook[] = [...(saved?.givenUp ?? [])]
  let copies = saved?.copies ?? 1
  let lateMs = saved?.lateMs ?? 0
  let reversed = saved?.reversed ?? false

  const toDelivery = ({ id, rawBody, isSigned, retries, dueAtMs }: QueuedWebhook): FakeDelivery => {
    const sentAt = new Date(dueAtMs)
    const headers = {
      'content-type': 'application/json',
      ...options.headers(id, retries, sentAt),
      ...(isSigned ? options.sign?.({ id, rawBody, sentAt }) : {}),
    }
    return { id, url, headers, rawBody, dueAt: sentAt }
  }
  const inOrder = () => [...queue].sort((left, right) => left.dueAtMs - right.dueAtMs)

  const deliver = async (queued: QueuedWebhook, send: (delivery: FakeDelivery) => Promise<number | Response>) => {
    const answer = await Promise.resolve(toDelivery(queued))
      .then(send)
      .then(
        (it) => (typeof it === 'number' ? it : it.status),
        () => null, // No answer: the provider cannot tell why either.
      )
    underWay.delete(queued)
    if (answer !== 200) {
      const minutes = retryAfterMinutes[queued.retries]
      if (minutes === undefined) givenUp.push(queued)
      else {
        const dueAtMs = clock.now().getTime() + minutes * 60_000
        queue.push({ ...queued, retries: queued.retries + 1, dueAtMs })
      }
    }
    return { id: queued.id, status: answer }
  }

  return {
    enqueue: ({ id, rawBody, isSigned = false, at }) => {
      const dueAtMs = at.getTime() + lateMs
      for (let copy = 0; copy < copies; copy++) queue.push({ id, rawBody, isSigned, retries: 0, dueAtMs })
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
      const due = inOrder().filter(({ dueAtMs }) => dueAtMs <= now)
      queue = queue.filter(({ dueAtMs }) => dueAtMs > now)
      for (const queued of due) underWay.add(queued)
      if (reversed) due.reverse()
      reversed = false
      const reports: DeliveryReport[] = []
      for (const queued of due) reports.push(await deliver(queued, send))
      return reports
    },
    failed: () => givenUp.map(toDelivery),
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
    save: () => ({ queue: [...underWay, ...queue], givenUp: [...givenUp], copies, lateMs, reversed }),
  }
}
