import { err, ok, type ResultAsync } from 'neverthrow'
import type { Actor } from '../core/actor'
import type { Row } from '../storage/schema'
import type { Engine } from './engine'
import { CONTENTION, type CommonError } from './errors'
import { fromStore } from './load'

/** Keys are an actor's own: another buyer's request with the same key is another request. null: no key, no record. */
export const requestId = (operation: string, actor: Actor, key: string | undefined): string | null =>
  key === undefined ? null : `${operation}:${actor.kind}:${actor.id}:${key}`

/** What an answered key stands for. Errors: `idempotency_conflict` when the key came with other facts. */
export const replayOf = (engine: Engine, id: string, fingerprint: string): ResultAsync<Row<'requests'>, CommonError> =>
  fromStore(() => engine.store.get('requests', id)).andThen((row) => {
    if (row === undefined) return err(CONTENTION)
    return row.fingerprint === fingerprint
      ? ok(row)
      : err({ code: 'idempotency_conflict' as const, outcome: 'not_executed' as const })
  })

/** JSON with sorted keys: the same facts in any order make the same text. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  )
