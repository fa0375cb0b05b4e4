import type { ResultAsync } from 'neverthrow'
import type { Actor } from '../core/actor'
import type { Row } from '../storage/schema'
import { allow } from './authorize'
import type { Engine } from './engine'
import type { CommonError } from './errors'
import { fromStore } from './load'

/** What needs a person, oldest first. */
export const listAlerts = (engine: Engine, actor: Actor): ResultAsync<readonly Row<'alerts'>[], CommonError> =>
  allow(engine, actor, 'admin.read', null).andThen(() =>
    fromStore(() => engine.store.find('alerts', { index: 'byStatus', where: { status: 'OPEN' }, limit: 1_000 })),
  )
