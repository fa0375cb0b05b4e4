import type { Attempt } from '../../../src/core/attempt'
import type { Clock } from '../../../src/core/clock'
import { krw } from '../../../src/core/money'
import type { Refund } from '../../../src/core/refund'
import type { Gateway, PaymentGateway } from '../../../src/providers/gateway'
import type { LogEntry } from '../../../src/providers/http'
import { memoryStore } from '../../../src/storage/memory'
import type { Store } from '../../../src/storage/store'
import { attemptWith, refundWith } from '../records'

export const START = new Date('2026-07-01T00:00:00.000Z')

/** A clock that stands still until it is told to move; what was scheduled until then runs in order. */
export const steppedClock = (): Clock & { readonly advance: (ms: number) => void } => {
  let now = START.getTime()
  let timers: { readonly at: number; readonly run: () => void }[] = []
  return {
    now: () => new Date(now),
    schedule: (delayMs, run) => {
      const timer = { at: now + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    advance: (ms) => {
      const until = now + ms
      for (;;) {
        const due = timers.filter(({ at }) => at <= until).sort((left, right) => left.at - right.at)[0]
        if (due === undefined) break
        timers = timers.filter((timer) => timer !== due)
        now = due.at
        due.run()
      }
      now = until
    },
  }
}

export const connect = (
  gateway: Gateway,
  { store = memoryStore(), clock = steppedClock() }: { store?: Store; clock?: Clock } = {},
): PaymentGateway & { readonly logged: readonly LogEntry[] } => {
  const logged: LogEntry[] = []
  let count = 0
  const ids = {
    next: (prefix: string) => {
      count += 1
      return `${prefix}_${count}`
    },
  }
  return { ...gateway.connect({ clock, ids, store, log: (entry) => logged.push(entry) }), logged }
}

export const attempt = (changes: Partial<Attempt> = {}): Attempt =>
  attemptWith({
    id: 'att_1',
    orderId: 'ord_1',
    buyerId: 'mina',
    gateway: 'wallet',
    mode: 'live',
    method: null,
    amount: krw(110_000),
    chargeRequestedAt: START,
    createdAt: START,
    openedAt: START,
    ...changes,
  })

export const refund = (changes: Partial<Refund> = {}): Refund =>
  refundWith({
    id: 'rfd_1',
    orderId: 'ord_1',
    attemptId: 'att_1',
    buyerId: 'mina',
    amount: krw(110_000),
    reason: 'changed my mind',
    requestedAt: START,
    sentAt: START,
    ...changes,
  })
