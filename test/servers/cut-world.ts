import { createPayments, krw, type PaymentEvent } from 'holdfast'
import { type MockGateway, mock } from 'holdfast/mock'
import { never, withinDays } from 'holdfast/policies'
import { sqlStore } from 'holdfast/storage/sql'
import { type TestClock, testClock, testIds } from 'holdfast/testing'
import { wallet } from 'holdfast/wallet'
import { isDelivered } from '../../src/engine/events'
import { createNames } from '../../src/storage/relational/naming'
import type { Kind } from '../../src/storage/schema'
import { type ConnectOptions, connect, type Db, type Place, rowsOf, run } from './servers'

export const BUYER = { kind: 'buyer', id: 'buyer-1' } as const
export const ADMIN = { kind: 'admin', id: 'admin-1' } as const
export const PRICE = krw(10_000)
export const POOL = 'lawn'
const MINUTE = 60_000

/** A shop on a line that may break, and the same tables seen without it. */
export type CutWorld = ReturnType<typeof cutWorld>

export type CutWorldOptions = ConnectOptions & {
  /** With hooks a commit is a transaction that also holds the host's own row. */
  readonly hooks?: boolean
  readonly clock?: TestClock
  readonly provider?: MockGateway
}

export const cutWorld = (through: Place, options: CutWorldOptions = {}) => {
  const { hooks = false, clock = testClock(), provider = mock({ capturedBy: 'confirm' }) } = options
  const db = connect(through, options)
  const told: string[] = []
  const host = createNames(through.kind, through.naming).other('host')
  const bank = mock({ capturedBy: 'buyer' })
  const inTransaction = {
    '*': async ({ id }: PaymentEvent, tx: Db) => {
      await run(tx, `INSERT INTO ${host} VALUES ('${id}')`)
    },
  }
  const payments = createPayments({
    store: sqlStore({ db, dialect: through.kind, ...through.naming }),
    gateways: { card: provider, bank, wallet: wallet({ openingBalance: krw(50_000) }) },
    refundPolicies: { easy: withinDays(7), none: never() },
    clock,
    ids: testIds(),
    holdMs: 240 * MINUTE,
    on: { '*': ({ id }) => void told.push(id) },
    ...(hooks ? { inTransaction } : {}),
  })
  const seat = (id: string) => ({
    title: 'A seat and a place',
    unitPrice: PRICE,
    resource: { group: 'hall', id },
  })
  const hold = (key = 'hold-1') =>
    payments.orders.hold({
      actor: BUYER,
      lines: [seat('A-1'), { title: 'A place', unitPrice: PRICE, pool: POOL }],
      refundPolicy: 'easy',
      idempotencyKey: key,
    })
  const held = async () => (await hold())._unsafeUnwrap().id
  const started = async (gateway: 'card' | 'bank' | 'wallet') => {
    const order = await held()
    const { attempt } = (await payments.orders.startPayment({ actor: BUYER, order, gateway }))._unsafeUnwrap()
    return { order, attemptId: attempt.id }
  }
  const bought = async (gateway: 'card' | 'wallet') => {
    const { order, attemptId } = await started(gateway)
    ;(await payments.orders.confirm({ actor: BUYER, order, attemptId }))._unsafeUnwrap()
    return order
  }
  return {
    db,
    payments,
    clock,
    provider,
    bank,
    told,
    hold,
    held,
    started,
    bought,
    prepare: async () => {
      ;(await payments.resources.setCapacity({ actor: ADMIN, pool: POOL, places: 10 }))._unsafeUnwrap()
    },
    /** Time goes by and the jobs run, until nothing that was begun is left undone. Holds stay. */
    rest: async () => {
      for (let round = 0; round < 3; round += 1) {
        clock.advance(12 * MINUTE)
        ;(await payments.jobs.run())._unsafeUnwrap()
      }
    },
  }
}

/** What must be the same in the end, cut or not: no ids, no moments, no counts of tries. */
const ESSENCE = {
  orders: ['buyerId', 'status', 'totalMinor', 'refundedMinor', 'attemptCount'],
  orderLines: ['position', 'resourceId', 'pool', 'amountMinor'],
  claims: ['position', 'resourceId', 'pool', 'places'],
  pools: ['id', 'available'],
  poolSizes: ['id', 'places'],
  attempts: ['number', 'gateway', 'status', 'amountMinor', 'capturedMinor', 'refundedMinor'],
  refunds: ['status', 'amountMinor', 'purpose'],
  outbox: ['tries'],
  inbox: ['type', 'status'],
  requests: ['id'],
  alerts: ['code'],
  walletAccounts: ['id', 'balanceMinor', 'entryCount'],
  ledgerEntries: ['accountId', 'sequence', 'kind', 'amountMinor', 'balanceAfterMinor'],
  leases: ['holder'],
} as const satisfies Partial<Record<Kind, readonly string[]>>

export type Essence = Readonly<Record<string, readonly string[]>>

/** The tables, read on a line of their own, and the history of each order as types. */
export const essence = async (direct: Db, place: Place): Promise<Essence> => {
  const found: Record<string, readonly string[]> = {}
  for (const [kind, columns] of Object.entries(ESSENCE)) {
    // The keys above are kinds, and their rows are read by name.
    const rows = (await rowsOf(direct, place, kind as Kind)) as unknown as readonly Readonly<Record<string, unknown>>[]
    found[kind] = rows.map((row) => JSON.stringify(columns.map((name) => row[name]))).toSorted()
  }
  // A provider that is asked once more may leave a line of `unknown` in between: what counts is what came of it.
  const events = (await rowsOf(direct, place, 'events')).filter(({ type }) => !type.endsWith('.unknown'))
  found['events'] = events
    .map(({ type, toStatus, amountMinor }) => JSON.stringify([type, toStatus, amountMinor]))
    .toSorted()
  return found
}

/** The same without the attempts that came to nothing: who has what, and what it cost. */
export const moneyOf = (all: Essence): Essence => ({
  orders: (all['orders'] ?? []).map((row) => JSON.stringify(JSON.parse(row).slice(0, -1))),
  claims: all['claims'] ?? [],
  pools: all['pools'] ?? [],
  refunds: all['refunds'] ?? [],
  balances: (all['walletAccounts'] ?? []).map((row) => JSON.stringify(JSON.parse(row).slice(0, -1))),
  moved: (all['ledgerEntries'] ?? [])
    .map((row) => JSON.stringify(JSON.parse(row).slice(2)))
    .filter((row) => !row.includes('VOID')),
})

/** The history has no gap, handlers were told of it, and the host's own rows are the history. */
export const historyFaults = async (
  direct: Db,
  place: Place,
  { hooks, told }: { readonly hooks: boolean; readonly told: readonly string[] },
): Promise<readonly string[]> => {
  const faults: string[] = []
  const events = await rowsOf(direct, place, 'events')
  for (const { id, type } of events) {
    if (isDelivered(type) && !told.includes(id)) faults.push(`${id} ${type}: nobody was told`)
  }
  for (const { id, eventCount, status } of await rowsOf(direct, place, 'orders')) {
    const own = events.filter(({ orderId }) => orderId === id).sort((a, b) => a.sequence - b.sequence)
    if (own.some(({ sequence }, at) => sequence !== at + 1) || own.length !== eventCount) faults.push(`${id}: a gap`)
    if (own.at(-1)?.toStatus !== status) faults.push(`${id}: ends at ${own.at(-1)?.toStatus}, not ${status}`)
  }
  if (!hooks) return faults
  const host = createNames(place.kind, place.naming).other('host')
  const ids = (await run(direct, `SELECT id FROM ${host}`)).rows.map(({ id }) => String(id)).toSorted()
  const expected = events.map(({ id }) => id).toSorted()
  if (JSON.stringify(ids) !== JSON.stringify(expected)) faults.push(`the host has ${ids}, the history ${expected}`)
  return faults
}
