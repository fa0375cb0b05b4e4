import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type CommitOutcome,
  type ConflictReason,
  checkGet,
  checkOps,
  checkQuery,
  type Kind,
  type Op,
  type Query,
  type Row,
  type Store,
  type StoreFault,
} from 'holdfast/storage'
import type { ChainableCommander, Redis } from 'ioredis'
import { boundsOf, createKeys, decode, encode, type StoredRow } from './keys'

/** What `within` is given: commands queued here are carried out in the same EXEC. Leave `exec` to the store. */
export type RedisTx = ChainableCommander
export type RedisStore = Store<RedisTx> & { readonly close: () => Promise<void> }

/** What an op makes of its row; `undefined` where there is none. */
type Change = { readonly kind: Kind; readonly before: StoredRow | undefined; readonly after: StoredRow | undefined }
type Within = (tx: RedisTx) => Promise<void>

/** Each round is lost to a commit of another process, so somebody always gets on. */
const ROUNDS = 100
// WATCH ends with its connection. One that came back, or sent its commands again, would write over others' work.
const NEVER_AGAIN = {
  lazyConnect: true,
  retryStrategy: () => null,
  reconnectOnError: () => false,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
}
/** The entries of a page and their rows in one step: between two, a row could change and no longer belong. */
const FIND = `
  local keys = {}
  for at, member in ipairs(redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])) do
    keys[at] = ARGV[5] .. string.match(member, '%z(.*)$')
  end
  return #keys == 0 and {} or redis.call('MGET', unpack(keys))`

/**
 * Keeps orders and money in one Redis primary. `redis` reads; commits have a connection of their own, which `close` ends.
 *
 * Errors: a commit that throws may have been carried out if its answer was lost, as the port allows; one that carries a
 * `fault` was not. That is so without a connection, and after 100 rounds lost to other processes.
 *
 * Not guaranteed: that a write outlives a crash or a failover. That is up to how Redis is run.
 */
export const redisStore = (redis: Redis, { prefix = 'holdfast' }: { readonly prefix?: string } = {}): RedisStore => {
  if (redis.options.keyPrefix) throw new TypeError('redis: expected a client without a keyPrefix; use `prefix`')
  const keys = createKeys(prefix)
  const inside = new AsyncLocalStorage<{ isOver: boolean }>()
  let connection: Redis | undefined
  let last: Promise<unknown> = Promise.resolve()

  const connected = async (): Promise<Redis> => {
    if (connection?.status === 'ready') return connection
    connection = redis.duplicate(NEVER_AGAIN)
    connection.on('error', () => {}) // Every call that fails says so itself.
    await connection.connect().catch((cause) => {
      throw notExecuted('unreachable', cause)
    })
    return connection
  }

  /** Watched first, then read: EXEC refuses if any of them was changed after that. */
  const watch = async (client: Redis, names: readonly string[]): Promise<readonly (string | null)[]> => {
    if (names.length === 0) return []
    const [, values] = await Promise.all([client.watch(...names), client.mget(...names)])
    return values
  }

  const uniqueOf = (kind: Kind, row: StoredRow | undefined) => (row === undefined ? [] : keys.uniqueOf(kind, row))

  /** Goes through the changes in order. `owners` says whose each unique key is, and follows them. */
  const decide = (
    changes: readonly (Change | ConflictReason | RangeError)[],
    owners: Map<string, string | null>,
  ): CommitOutcome => {
    for (const [op, change] of changes.entries()) {
      if (change instanceof RangeError) throw change
      if (typeof change === 'string') return { kind: 'conflict', op, reason: change }
      const { kind, before, after } = change
      const id = (after ?? before)?.id ?? ''
      const taken = uniqueOf(kind, after)
      if (taken.some((key) => (owners.get(key) ?? id) !== id)) return { kind: 'conflict', op, reason: 'exists' }
      for (const key of uniqueOf(kind, before)) owners.set(key, null)
      for (const key of taken) owners.set(key, id)
    }
    return { kind: 'committed' }
  }

  const write = (tx: RedisTx, { kind, before, after }: Change): void => {
    if (before !== undefined) {
      tx.del(keys.rowPrefix(kind) + before.id, ...keys.uniqueOf(kind, before))
      for (const { key, member } of keys.entriesOf(kind, before)) tx.zrem(key, member)
    }
    if (after !== undefined) {
      tx.set(keys.rowPrefix(kind) + after.id, encode(after))
      for (const key of keys.uniqueOf(kind, after)) tx.set(key, after.id)
      for (const { key, member } of keys.entriesOf(kind, after)) tx.zadd(key, 0, member)
    }
  }

  /** One round: `undefined` when another process changed something that was read. */
  const attempt = async (ops: readonly Op[], within?: Within): Promise<CommitOutcome | undefined> => {
    const client = await connected()
    const texts = await watch(
      client,
      ops.map((op) => keys.rowPrefix(op.kind) + idOf(op)),
    )
    const changes = ops.map((op, at) => changeOf(op, texts[at] ?? null))
    const fits = changes.flatMap((each) => (typeof each === 'string' || each instanceof RangeError ? [] : each))
    const unique = [...new Set(fits.flatMap(({ kind, after }) => uniqueOf(kind, after)))]
    const ids = await watch(client, unique)
    const outcome = decide(changes, new Map(unique.map((key, at) => [key, ids[at] ?? null])))

    const tx = client.multi()
    if (outcome.kind === 'committed') {
      for (const change of fits) write(tx, change)
      const mark = { isOver: false }
      await inside.run(mark, async () => within?.(tx)).finally(() => (mark.isOver = true))
    }
    // After a conflict nothing is queued: the empty EXEC says whether what led to it still holds.
    const answers = await tx.exec()
    // Redis carries on after a command that fails, and takes nothing back. All it leaves us is to say so.
    const [fault] = answers?.flatMap(([error]) => error ?? []) ?? []
    if (fault !== undefined) throw fault
    return answers === null ? undefined : outcome
  }

  const commit = async (ops: readonly Op[], within?: Within): Promise<CommitOutcome> => {
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const outcome = await attempt(ops, within)
        if (outcome !== undefined) return outcome
      }
      throw notExecuted('contention', `other processes changed the same rows ${ROUNDS} times in a row`)
    } catch (fault) {
      // Nobody knows what this connection still watches, or still has to answer.
      connection?.disconnect()
      connection = undefined
      throw fault
    }
  }

  return {
    get: async <K extends Kind>(kind: K, id: string) => {
      checkGet(kind, id)
      const text = await redis.get(keys.rowPrefix(kind) + id)
      return text === null ? undefined : readable<K>(kind, text)
    },

    find: async <K extends Kind>(kind: K, query: Query<K>) => {
      checkQuery(kind, query)
      const [low, high] = boundsOf(query)
      const range = query.order === 'desc' ? ['ZREVRANGEBYLEX', high, low] : ['ZRANGEBYLEX', low, high]
      const group = keys.groupOf(kind, query.index, query.where)
      // The script ends in MGET, and each member of an index was written together with its row.
      const texts = (await redis.eval(FIND, 1, group, ...range, query.limit, keys.rowPrefix(kind))) as readonly string[]
      return texts.map((text) => readable<K>(kind, text))
    },

    commit: async (ops, within) => {
      checkOps(ops)
      if (inside.getStore()?.isOver === false) throw new Error('commit: from inside `within` it would wait for itself')
      // The caller may change its rows while this waits.
      const copies = structuredClone(ops)
      // One at a time, in order: commits of one process never make each other try again.
      const turn = last.then(() => commit(copies, within))
      last = Promise.allSettled([turn])
      return turn
    },

    close: async () => {
      await last
      connection?.disconnect()
    },
  }
}

/** `fault` tells the library that nothing was written. Of an error without it, it believes nothing. */
const notExecuted = (reason: StoreFault['reason'], cause: unknown): Error & { readonly fault: StoreFault } =>
  Object.assign(new Error(`commit: ${reason}`, { cause }), { fault: { reason, outcome: 'not_executed' } as const })

const idOf = (op: Op): string => (op.op === 'insert' ? op.row.id : op.id)

/** What the op makes of the row, or why it cannot. A `RangeError` is thrown only if no earlier op conflicts. */
const changeOf = (op: Op, text: string | null): Change | ConflictReason | RangeError => {
  const { kind } = op
  const before = text === null ? undefined : decode(kind, text)
  if (op.op === 'insert') return before ? 'exists' : { kind, before, after: { ...op.row, version: 1 } }
  if (before === undefined) return 'missing'
  if (op.op === 'adjust') {
    const value = before[op.field]
    // Null is no number that could reach `min`.
    if (typeof value !== 'number') return 'guard'
    const sum = value + op.by
    if (!Number.isSafeInteger(sum)) return new RangeError(`${kind}.${op.field}: the sum is beyond the safe integers`)
    return sum < op.min ? 'guard' : { kind, before, after: { ...before, [op.field]: sum } }
  }
  if (before.version !== op.expectedVersion) return 'version'
  if (op.op === 'remove') return { kind, before, after: undefined }
  return { kind, before, after: { ...before, ...op.set, version: before.version + 1 } }
}

/** The rows of a kind were checked by `checkOps` when they were written. */
const readable = <K extends Kind>(kind: K, text: string): Row<K> => decode(kind, text) as unknown as Row<K>
