import type { Clock } from '../../core/clock'
import type { PayplePayType } from './begin'
import type { FakeBillingKey } from './fake-payment'

export type SavedPaypleKeys = { readonly keys: readonly FakeBillingKey[]; readonly counter: number }

export type FakePaypleKeys = ReturnType<typeof fakePaypleKeys>

/** The cards and accounts that buyers have registered. */
export const fakePaypleKeys = ({
  clock,
  saved,
}: {
  readonly clock: Clock
  readonly saved: SavedPaypleKeys | undefined
}) => {
  const keys = new Map(saved?.keys.map((key) => [key.payerId, key]))
  let counter = saved?.counter ?? 0
  const change = (payerId: string, status: FakeBillingKey['status']): boolean => {
    const key = keys.get(payerId)
    if (key === undefined || key.status === 'deleted') return false
    keys.set(payerId, { ...key, status })
    return true
  }
  return {
    issue: (payType: PayplePayType, payerNo: string): FakeBillingKey => {
      const payerId = `billing-key-${++counter}-of-${payerNo === '' ? 'nobody' : payerNo}`
      const key: FakeBillingKey = { payerId, payType, payerNo, status: 'active', createdAt: clock.now() }
      keys.set(payerId, key)
      return key
    },
    get: (payerId: string) => keys.get(payerId),
    /** The issuer says that the card is lost or expired. */
    kill: (payerId: string) => change(payerId, 'dead'),
    delete: (payerId: string) => change(payerId, 'deleted'),
    all: (): readonly FakeBillingKey[] => [...keys.values()],
    save: (): SavedPaypleKeys => ({ keys: [...keys.values()], counter }),
  }
}
