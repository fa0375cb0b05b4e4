import { errAsync, okAsync, type ResultAsync } from 'neverthrow'
import type { Row } from '../storage/schema'
import type { Op } from '../storage/store'
import { allow } from './authorize'
import { checkInput, type InputOf } from './check-input'
import type { Engine } from './engine'
import { CONTENTION, type CommonError } from './errors'
import { fromStore } from './load'

export type CapacityInput = InputOf<'CapacityInput'>

/** TEMP_RESERVED: held by an order that still has to be paid. RESERVED: bought. Free resources are not listed. */
export type ClaimedResource = {
  readonly group: string
  readonly id: string
  readonly status: 'TEMP_RESERVED' | 'RESERVED'
  readonly orderId: string
  readonly buyerId: string
  /** Past this moment the next buyer who asks gets it. */
  readonly heldUntil: Date | null
}

export type Capacity = { readonly pool: string; readonly places: number; readonly available: number }

/** The live claims of a group, by resource id. A view: only a hold decides who gets what. */
export const listClaimed = (engine: Engine, group: string): ResultAsync<readonly ClaimedResource[], CommonError> =>
  fromStore(async () => {
    const claimed: ClaimedResource[] = []
    let after: { value: string; id: string } | null = null
    for (;;) {
      const rows: readonly Row<'claims'>[] = await engine.store.find('claims', {
        index: 'byGroup',
        where: { resourceGroup: group },
        limit: PAGE,
        ...(after === null ? {} : { after }),
      })
      for (const { resourceId, orderId, buyerId, heldUntil } of rows) {
        if (resourceId === null) continue
        const status = heldUntil === null ? 'RESERVED' : 'TEMP_RESERVED'
        claimed.push({ group, id: resourceId, status, orderId, buyerId, heldUntil })
      }
      const last = rows.at(-1)
      if (last === undefined || last.resourceId === null || rows.length < PAGE) return claimed
      after = { value: last.resourceId, id: last.id }
    }
  })

const PAGE = 500

/** How many places a pool has and how many are left; null for a pool that nobody has declared. */
export const capacityOf = (engine: Engine, pool: string): ResultAsync<Capacity | null, CommonError> =>
  fromStore(async () => {
    const [size, row] = await Promise.all([engine.store.get('poolSizes', pool), engine.store.get('pools', pool)])
    return size === undefined || row === undefined ? null : { pool, places: size.places, available: row.available }
  })

/**
 * Declares a pool or changes its size. Places that are taken stay taken: a pool cannot become smaller than that.
 *
 * Errors: `validation` on `places` when more places are taken. A repeat changes nothing.
 */
export const setCapacity = (engine: Engine, input: CapacityInput): ResultAsync<Capacity, CommonError> =>
  checkInput(engine, 'CapacityInput', input).andThen(({ actor, pool, places }) =>
    allow(engine, actor, 'resources.manage', null).andThen(() => resize(engine, pool, places, 8)),
  )

const resize = (engine: Engine, pool: string, places: number, left: number): ResultAsync<Capacity, CommonError> =>
  fromStore(async () => {
    const size = await engine.store.get('poolSizes', pool)
    if (size?.places === places) return null
    return engine.store.commit(size === undefined ? declareOps(pool, places) : resizeOps(pool, size, places))
  }).andThen((outcome): ResultAsync<Capacity, CommonError> => {
    if (outcome?.kind !== 'conflict') {
      return capacityOf(engine, pool).andThen((now) => (now === null ? errAsync(CONTENTION) : okAsync(now)))
    }
    if (outcome.reason === 'guard') {
      const message = 'more places than that are taken'
      return errAsync({ code: 'validation', field: 'places', message, outcome: 'not_executed' })
    }
    return left > 1 ? resize(engine, pool, places, left - 1) : errAsync(CONTENTION)
  })

const declareOps = (id: string, places: number): readonly Op[] => [
  { op: 'insert', kind: 'poolSizes', row: { id, places } },
  { op: 'insert', kind: 'pools', row: { id, available: places } },
]

const resizeOps = (id: string, size: Row<'poolSizes'>, places: number): readonly Op[] => [
  { op: 'update', kind: 'poolSizes', id, expectedVersion: size.version, set: { places } },
  { op: 'adjust', kind: 'pools', id, field: 'available', by: places - size.places, min: 0 },
]
