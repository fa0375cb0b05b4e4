import { err, ok, type Result, type ResultAsync } from 'neverthrow'
import type { Order } from '../core/order'
import { decideOrder } from '../core/order-machine'
import { allow } from './authorize'
import { changeOrder } from './change'
import { checkInput, type InputOf } from './check-input'
import type { Engine } from './engine'
import type { AccessError } from './errors'
import { loadOrder } from './load'

export type AccessInput = InputOf<'OrderInput'>
export type Access = { readonly order: Order; readonly firstAccessAt: Date | null }

/** May the buyer use what this order bought? Changes nothing. */
export const checkAccess = (engine: Engine, input: AccessInput): ResultAsync<Access, AccessError> =>
  checkInput(engine, 'OrderInput', input).andThen((checked) =>
    loadOrder(engine, checked.order).andThen((order) =>
      allow(engine, checked.actor, 'order.access', order.buyerId).andThen(() => accessOf(order)),
    ),
  )

/**
 * The same, and records the first use. First use and refund are one commit each on the same order version: whoever
 * commits first wins, the other is refused.
 */
export const consumeAccess = (engine: Engine, input: AccessInput): ResultAsync<Access, AccessError> =>
  checkInput(engine, 'OrderInput', input).andThen(({ actor, order: orderId }) =>
    loadOrder(engine, orderId)
      .andThen((order) => allow(engine, actor, 'order.access', order.buyerId))
      .andThen(() =>
        changeOrder<AccessError>(engine, { orderId }, { actor, cause: 'request' }, ({ order }) =>
          accessOf(order).andThen(() => {
            // What cost nothing has nothing to refund, so its first use is not recorded.
            if ('paidAttemptId' in order && order.paidAttemptId === null) return ok({ events: [] })
            return decideOrder(order, { type: 'record_access', at: engine.clock.now() })
              .map((events) => ({ events }))
              .mapErr((): AccessError => ({ code: 'refunded', outcome: 'not_executed' }))
          }),
        ),
      )
      .andThen(({ after }) => accessOf(after.order)),
  )

const accessOf = (order: Order): Result<Access, AccessError> => {
  if (order.status === 'REFUNDED') return err({ code: 'refunded', outcome: 'not_executed' })
  if (order.status !== 'CONFIRMED') return err({ code: 'not_purchased', outcome: 'not_executed', status: order.status })
  if (order.activeRefundId !== null) return err({ code: 'refunded', outcome: 'not_executed' })
  return ok({ order, firstAccessAt: order.firstAccessAt })
}
