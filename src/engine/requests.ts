import { err, ok, type ResultAsync } from 'neverthrow'
import type { Actor } from '../core/actor'
import { sha256Hex } from '../providers/signature'
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

/** What a request asks for, told apart from another: the same facts in any order have the same fingerprint. */
export const fingerprintOf = (facts: Facts): string => sha256Hex(canonicalJson(facts))

type Facts = string | number | boolean | null | Date | readonly Facts[] | { readonly [name: string]: Facts | undefined }

/** JSON with sorted keys. */
const canonicalJson = (facts: Facts): string => {
  if (typeof facts !== 'object' || facts === null || facts instanceof Date) return JSON.stringify(facts)
  if (isList(facts)) return `[${facts.map(canonicalJson).join()}]`
  let members = ''
  for (const name of Object.keys(facts).sort()) {
    const fact = facts[name]
    if (fact === undefined) continue
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(fact)}`
  }
  return `{${members}}`
}

const isList = (facts: Facts): facts is readonly Facts[] => Array.isArray(facts)
