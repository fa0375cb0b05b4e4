import { memoryStore } from 'holdfast/storage/memory'
import { wallet } from 'holdfast/wallet'
import { krw } from '../../../src/core/money'
import { testClock } from '../../../src/testing/clock'
import type { GatewaySubject } from '../../../src/testing/gateway-conformance'

const OPENING = krw(1_000_000)

/** A wallet with enough in it. Its own ledger, kept in the store, is the provider's book. */
export const walletSubject = (): GatewaySubject => {
  const clock = testClock()
  const store = memoryStore()
  const gateway = wallet({ openingBalance: OPENING })
  const book = gateway.book(store, clock)
  const line = async (id: string): Promise<number> => (await store.get('ledgerEntries', id))?.amountMinor ?? 0
  return {
    gateway,
    clock,
    store,
    pays: { amount: krw(33_000), method: 'WALLET' },
    buyer: {
      pay: () => null,
      decline: async ({ buyerId, id }) => {
        const balance = (await book.balance({ ownerId: buyerId, currency: 'KRW' }))._unsafeUnwrap()
        ;(await book.debit({ ownerId: buyerId, amount: balance, source: `spent-before-${id}` }))._unsafeUnwrap()
        return null
      },
      leave: () => null,
      payAnother: null,
      bringsBack: false,
    },
    book: {
      takenMinor: async (id) => Math.abs(await line(`PAYMENT:${id}`)),
      refundedMinor: async (id) => {
        let sum = 0
        for (let number = 1; ; number += 1) {
          const amountMinor = await line(`REFUND:${id}:${number}`)
          if (amountMinor === 0) return sum
          sum += amountMinor
        }
      },
    },
    wire: null,
    webhooks: null,
    secrets: [],
    misconfigured: [],
  }
}
