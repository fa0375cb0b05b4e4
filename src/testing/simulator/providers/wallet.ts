import { krw } from '../../../core/money'
import { wallet } from '../../../providers/wallet'
import type { BookLine, SimulatedProvider } from './provider'

/** What every wallet starts with: enough for about two orders. */
const OPENING_MINOR = 30_000

export const simulatedWallet = (): SimulatedProvider => {
  const gateway = wallet({ openingBalance: krw(OPENING_MINOR) })
  return {
    name: 'wallet',
    weight: 2,
    open: () => gateway,
    book: (model) =>
      model.all('ledgerEntries').flatMap(({ id, kind, amountMinor }): readonly BookLine[] => {
        const attemptId = id.split(':')[1] ?? ''
        if (kind === 'PAYMENT') return [{ gateway: 'wallet', attemptId, kind: 'capture', amountMinor: -amountMinor }]
        return kind === 'REFUND' ? [{ gateway: 'wallet', attemptId, kind: 'refund', amountMinor }] : []
      }),
  }
}
