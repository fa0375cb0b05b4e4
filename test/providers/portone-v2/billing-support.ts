import { CHANNEL_KEY, connect, issueOf, STORE_ID, sentOf } from './support'

export const billingOf = (fetch: typeof globalThis.fetch, mode: 'test' | 'live' = 'test') => {
  const { billing } = connect(fetch, undefined, [], { mode })
  if (billing === undefined) throw new Error('no billing keys')
  return billing
}

/** A key as PortOne shows it. */
export const keyRecord = (changes: Record<string, unknown> = {}) => ({
  status: 'ISSUED',
  billingKey: 'billing-key-1',
  storeId: STORE_ID,
  channels: [{ type: 'TEST', key: CHANNEL_KEY }],
  customer: { id: 'buyer-1' },
  issueId: sentOf(issueOf().id),
  methods: [{ type: 'BillingKeyPaymentMethodCard', card: { name: '신한카드', number: '400000******0001' } }],
  ...changes,
})
export const returned = { transactionType: 'ISSUE_BILLING_KEY', billingKey: 'billing-key-1' }
