import type { ResultAsync } from 'neverthrow'
import type { Engine } from './engine'
import type { CommonError } from './errors'
import { fromStore } from './load'

/** Tells a person, once: the id says what it is about, and a second alert of the same id changes nothing. */
export const raiseAlert = (
  engine: Engine,
  alert: {
    readonly id: string
    readonly code: string
    readonly attempt: { readonly id: string; readonly orderId: string }
    readonly refundId: string | null
  },
): ResultAsync<void, CommonError> =>
  fromStore(async () => {
    const { id, code, attempt, refundId } = alert
    await engine.store.commit([
      {
        op: 'insert',
        kind: 'alerts',
        row: {
          id,
          code,
          orderId: attempt.orderId,
          attemptId: attempt.id,
          refundId,
          raisedAt: engine.clock.now(),
          status: 'OPEN',
        },
      },
    ])
  })
