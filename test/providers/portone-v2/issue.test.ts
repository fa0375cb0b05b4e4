import { describe, expect, test } from 'vitest'
import { krw } from '../../../src/core/money'
import { billingOf, keyRecord, returned } from './billing-support'
import { answering, CHANNEL_KEY, issueOf, registered, STORE_ID, sentOf, shopOf } from './support'

const context = {
  title: '월간 구독',
  successUrl: 'https://shop.example/registered',
  failUrl: null,
  customer: { name: '홍길동', email: 'buyer@shop.example', phone: '01000000000' },
}
describe('S1-02: a key is issued in PortOne’s own window', () => {
  test('S1-01: the browser gets what the window takes; no card number ever passes here', async () => {
    const { fetch, requests } = answering(200, {})
    const billing = billingOf(fetch)
    expect(billing.issuedIn).toBe('window')
    const checkout = (await billing.beginIssue(issueOf(), context))._unsafeUnwrap()
    expect(checkout).toEqual({
      action: 'window',
      gateway: 'portone-v2',
      parameters: {
        storeId: STORE_ID,
        channelKey: CHANNEL_KEY,
        billingKeyMethod: 'CARD',
        issueId: sentOf(issueOf().id),
        issueName: '월간 구독',
        displayAmount: null,
        currency: null,
        redirectUrl: 'https://shop.example/registered',
        customerId: 'buyer-1',
        customerFullName: '홍길동',
        customerEmail: 'buyer@shop.example',
        customerPhoneNumber: '01000000000',
      },
    })
    expect(requests).toEqual([])
  })

  test('S1-03: an amount to show is shown, and makes no payment of it', async () => {
    const shop = shopOf()
    const issue = issueOf({ displayAmount: krw(9_900) })
    const begun = (await shop.billing.beginIssue(issue, context))._unsafeUnwrap()
    expect(begun).toMatchObject({ parameters: { displayAmount: 9_900, currency: 'KRW', issueId: sentOf(issue.id) } })
    expect(JSON.stringify(begun)).not.toContain('paymentId')
    await registered(shop)
    expect(shop.fake.book()).toEqual([])
    expect(shop.fake.payments()).toEqual([])
  })

  test.each([
    ['a method PortOne issues none for', { method: 'VIRTUAL_ACCOUNT' }, {}, 'method_unavailable'],
    ['an empty title', {}, { title: ' ' }, 'invalid_request'],
  ])('%s is refused before the buyer sees a window', async (_, issue, changes, code) => {
    const billing = billingOf(answering(200, {}).fetch)
    const refused = (await billing.beginIssue(issueOf(issue), { ...context, ...changes }))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code, outcome: 'not_executed' })
  })
})

describe('what the browser brought back', () => {
  test('S1-04: a key that is real and this buyer’s; no money moved', async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    const key = (await shop.billing.lookupKey(billingKey))._unsafeUnwrap()
    expect(key).toEqual({ status: 'active', key: { billingKey, method: 'CARD', label: '신한카드 ****0001' } })
    expect(shop.fake.book()).toEqual([])
  })

  test.each([
    ['no key', { ...returned, billingKey: '' }, 'return_invalid'],
    ['a key with a space', { ...returned, billingKey: 'billing key' }, 'return_invalid'],
    [
      'a key that waits for a token that is not there',
      { ...returned, billingKey: 'NEEDS_CONFIRMATION' },
      'return_invalid',
    ],
    ['a payment', { ...returned, transactionType: 'PAYMENT' }, 'return_invalid'],
    ['another issuance', { ...returned, issueId: 'bkiOther' }, 'order_mismatch'],
    ['a code', { ...returned, code: 'FAILURE_TYPE_PG' }, 'declined'],
  ])('%s is refused without asking PortOne', async (_, query, code) => {
    const { fetch, requests } = answering(200, keyRecord())
    const refused = (await billingOf(fetch).finishIssue(issueOf(), query))._unsafeUnwrapErr()
    expect(refused).toMatchObject({ code, outcome: 'not_executed' })
    expect(requests).toEqual([])
  })

  test.each([
    ['another buyer’s', { customer: { id: 'buyer-2' } }, 'order_mismatch'],
    ['another issuance’s', { issueId: 'bkiOther' }, 'order_mismatch'],
    ['nobody’s', { issueId: null, customer: {} }, 'order_mismatch'],
    ['another store’s', { storeId: 'store-other' }, 'order_mismatch'],
    ['another channel’s', { channels: [{ type: 'TEST', key: 'channel-key-other' }] }, 'order_mismatch'],
    ['no channel’s', { channels: [] }, 'order_mismatch'],
    ['a deleted one', { status: 'DELETED' }, 'refused'],
    ['one in a status nobody knows', { status: 'PAUSED' }, 'refused'],
    ['another key', { billingKey: 'billing-key-2' }, 'bad_response'],
  ])('a key of %s is not taken', async (_, changes, code) => {
    const refused = await billingOf(answering(200, keyRecord(changes)).fetch).finishIssue(issueOf(), returned)
    expect(refused._unsafeUnwrapErr().code).toBe(code)
  })

  test.each([
    ['only the issuance is named', { customer: null }],
    ['only the buyer is named', { issueId: undefined }],
    ['the store is not', { storeId: null }],
  ])('one tie to the buyer is enough: %s', async (_, changes) => {
    const taken = await billingOf(answering(200, keyRecord(changes)).fetch).finishIssue(issueOf(), returned)
    expect(taken._unsafeUnwrap().billingKey).toBe('billing-key-1')
  })

  test('in live mode a key of a test channel is not taken', async () => {
    const shop = shopOf({ mode: 'live' })
    const issue = issueOf()
    const { testChannelKey: channelKey } = shop.fake
    const query = shop.fake.buyer.registerCard({ issueId: sentOf(issue.id), customerId: issue.buyerId, channelKey })
    expect((await shop.billing.finishIssue(issue, query))._unsafeUnwrapErr().code).toBe('order_mismatch')
    const live = shop.fake.buyer.registerCard({ issueId: sentOf(issue.id), customerId: issue.buyerId })
    expect((await shop.billing.finishIssue(issue, live)).isOk()).toBe(true)
  })

  test('a key that PortOne does not know', async () => {
    const { billing } = shopOf()
    expect((await billing.finishIssue(issueOf(), returned))._unsafeUnwrapErr().code).toBe('not_found')
  })

  test('where the server approves, the token becomes a key, and a token of a test channel does not in live mode', async () => {
    const shop = shopOf({ manualConfirm: true })
    const issue = issueOf()
    const query = shop.fake.buyer.registerCard({ issueId: sentOf(issue.id), customerId: issue.buyerId })
    expect(query['billingKey']).toBe('NEEDS_CONFIRMATION')
    expect(shop.fake.billingKeys()).toEqual([])
    const key = (await shop.billing.finishIssue(issue, query))._unsafeUnwrap()
    expect(shop.fake.billingKeys().map(({ billingKey }) => billingKey)).toEqual([key.billingKey])
    const live = shopOf({ manualConfirm: true, mode: 'live' })
    const { testChannelKey: channelKey } = live.fake
    const test = live.fake.buyer.registerCard({ issueId: sentOf(issue.id), customerId: issue.buyerId, channelKey })
    expect((await live.billing.finishIssue(issue, test))._unsafeUnwrapErr().providerCode).toBe('INFORMATION_MISMATCH')
  })

  test.each([
    [[{ type: 'BillingKeyPaymentMethodEasyPay', provider: 'TOSSPAY' }], 'EASY_PAY', 'TOSSPAY'],
    [[{ type: 'BillingKeyPaymentMethodTransfer', bank: 'SHINHAN' }], 'TRANSFER', 'SHINHAN'],
    [[{ type: 'BillingKeyPaymentMethodMobile' }], 'MOBILE', null],
    [[{ type: 'BillingKeyPaymentMethodCard', card: { issuer: 'HANA_CARD' } }], 'CARD', 'HANA_CARD'],
    [[{ type: 'Tomorrow' }], 'Tomorrow', null],
    [[], null, null],
    [undefined, null, null],
  ])('%j is shown as %s, %s', async (methods, method, label) => {
    const taken = await billingOf(answering(200, keyRecord({ methods })).fetch).finishIssue(issueOf(), returned)
    expect(taken._unsafeUnwrap()).toEqual({ billingKey: 'billing-key-1', method, label })
  })
})
