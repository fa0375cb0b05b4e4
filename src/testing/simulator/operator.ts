import { isActive } from '../../core/refund'
import { refundFromRow } from '../../engine/rows'
import type { Shop } from './app'
import type { World } from './world'

/**
 * A person who looks at the pages of a provider whose look-ups show no refunds, and says what is there: the one way in
 * which such a refund of unknown outcome ends.
 */
export const lookAtRefunds = (world: World): readonly ((shop: Shop) => ReturnType<Shop['refunds']['resolve']>)[] =>
  world.model
    .all('refunds')
    .map(refundFromRow)
    .filter(isActive)
    .flatMap(({ id: refundId, attemptId, amount: { amountMinor } }) => {
      const gateway = world.model.get('attempts', attemptId)?.gateway ?? ''
      const known = world.model
        .all('refunds')
        .filter((row) => row.attemptId === attemptId && row.status === 'COMPLETED' && row.amountMinor === amountMinor)
      const { showsRefund } = world.providers.get(gateway)
      if (showsRefund === undefined) return []
      const isThere = showsRefund({ attemptId, amountMinor, known: known.length })
      const outcome = isThere ? ('completed' as const) : ('not_executed' as const)
      const actor = { kind: 'admin', id: 'operator' } as const
      return [
        (shop: Shop) => shop.refunds.resolve({ actor, refundId, outcome, reference: `seen by a person: ${refundId}` }),
      ]
    })
