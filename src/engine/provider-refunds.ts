import { err, ok, okAsync, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import { decideProviderRefund } from '../core/checkout'
import type { DecideError } from '../core/errors'
import type { ProviderRefund } from '../providers/gateway'
import { changeOrder } from './change'
import type { Door, Engine } from './engine'
import type { CommonError } from './errors'
import { concludeRefund, refundsOf } from './refund-answer'

type LearnError = DecideError | CommonError

/** Refunds in the provider's record that ours does not know, and ours that have become definite there. */
export const learnRefunds = (
  engine: Engine,
  attempt: Attempt,
  found: readonly ProviderRefund[],
  door: Door,
): ResultAsync<void, LearnError> => {
  if (found.length === 0) return okAsync(undefined)
  return refundsOf(engine, attempt.id).andThen((known) => {
    const steps = found.map((refund) => () => {
      const ours = known.find(({ id, providerRef }) => id === refund.refundId || providerRef === refund.providerRef)
      if (ours !== undefined) return concludeRefund(engine, ours, ok(refund), door).map(() => undefined)
      return refund.status === 'completed' ? recordProviderRefund(engine, attempt, refund, door) : okAsync(undefined)
    })
    return steps.reduce<ResultAsync<void, LearnError>>((done, step) => done.andThen(step), okAsync(undefined))
  })
}

const recordProviderRefund = (
  engine: Engine,
  { orderId, id }: Attempt,
  { providerRef, amount }: ProviderRefund,
  door: Door,
): ResultAsync<void, LearnError> => {
  const refundId = engine.ids.next('rfd')
  return changeOrder<DecideError | CommonError>(engine, { orderId, attemptId: id }, door, (loaded, lost) => {
    const { attempt } = loaded
    // Another reader of the same record was faster: the unique provider reference says so.
    if (attempt === null || (lost?.op.kind === 'refunds' && lost.reason === 'exists')) return ok({ events: [] })
    if (attempt.refundedMinor + amount.amountMinor > attempt.capturedMinor) {
      return err({
        code: 'refund_exceeds_captured',
        outcome: 'not_executed',
        refundableMinor: attempt.capturedMinor - attempt.refundedMinor,
      })
    }
    const fact = { refundId, providerRef, amount, at: engine.clock.now() }
    return decideProviderRefund({ ...loaded, attempt }, fact).map((events) => ({ events }))
  }).map(() => undefined)
}
