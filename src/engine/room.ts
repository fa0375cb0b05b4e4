import { err, ok, okAsync, type ResultAsync } from 'neverthrow'
import { ownsClaims } from '../core/order'
import { isPastHold } from '../core/order-machine'
import type { Adjust } from '../storage/store'
import type { Engine } from './engine'
import type { CommonError } from './errors'
import { expireIfDue } from './expiry'
import { fromStore, loadOrder } from './load'

/** Whoever sweeps beside us may have given back what was missing, and left nothing for us to sweep. */
export const hasRoom = (engine: Engine, { id, by, min }: Adjust): ResultAsync<boolean, CommonError> =>
  fromStore(() => engine.store.get('pools', id)).map((pool) => pool !== undefined && pool.available + by >= min)

/** True when the resource has become free: its holder's deadline has passed, or it was released meanwhile. */
export const expireHolder = (engine: Engine, group: string, id: string): ResultAsync<boolean, CommonError> =>
  fromStore(() =>
    engine.store.find('claims', {
      index: 'byGroup',
      where: { resourceGroup: group },
      atLeast: id,
      atMost: id,
      limit: 1,
    }),
  ).andThen(([claim]): ResultAsync<boolean, CommonError> => {
    if (claim === undefined) return okAsync(true)
    return loadOrder(engine, claim.orderId)
      .andThen((order) => {
        const isDue = (order.status === 'HOLD' || order.status === 'PAYING') && isPastHold(order, engine.clock.now())
        if (!isDue) return okAsync(!ownsClaims(order))
        // Not by us does not mean that it still holds something: somebody else may have been faster.
        return expireIfDue(engine, order.id).andThen((expired) =>
          expired ? okAsync(true) : loadOrder(engine, order.id).map((now) => !ownsClaims(now)),
        )
      })
      .orElse((error) => (error.code === 'store_unavailable' ? err(error) : ok(false)))
  })
