import { describe, expect, test } from 'vitest'
import { portOneV2Client } from '../../../src/providers/portone-v2'
import { callOf, DAY, PAYMENT } from './fake-support'
import { API_SECRET, chargeOf, MINUTE, orderOf, registered, STORE_ID, shopOf } from './support'

const cancelBody = { reason: 'x', amount: 1_000 }
const key = (name: string) => ({ 'idempotency-key': `"${name}"` })

describe('the door', () => {
  test.each([undefined, 'PortOne another', `Bearer ${API_SECRET}`, API_SECRET])('%s is turned away', async (given) => {
    const shop = shopOf()
    const call = callOf(shop)
    const answer = await call('GET', `payments/${PAYMENT}`, undefined, { authorization: given ?? '' })
    expect(answer).toMatchObject({ status: 401, body: { type: 'UNAUTHORIZED' } })
  })

  test('another store is forbidden, in the query and in every kind of body', async () => {
    const call = callOf(shopOf())
    const storeId = 'store-other'
    const inQuery = encodeURIComponent(JSON.stringify({ filter: { storeId } }))
    for (const answer of [
      await call('GET', `payments/${PAYMENT}?storeId=${storeId}`),
      await call('POST', `payments/${PAYMENT}/cancel`, { ...cancelBody, storeId }),
      await call('POST', `payments/${PAYMENT}/schedule`, { payment: { storeId } }),
      await call('GET', `payments?requestBody=${inQuery}`),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { type: 'FORBIDDEN' } })
    }
  })

  test('a path that is not there, and a query that is no JSON', async () => {
    const call = callOf(shopOf())
    expect((await call('GET', 'payment')).status).toBe(404)
    expect((await call('DELETE', 'payment-schedules/schedule-1')).status).toBe(404)
    expect((await call('GET', 'payments?requestBody={')).body['type']).toBe('INVALID_REQUEST')
  })
})

describe('idempotency keys', () => {
  test('a refusal is replayed for three hours, and not one millisecond longer', async () => {
    const shop = shopOf()
    const call = callOf(shop)
    shop.fake.buyer.pay(orderOf())
    const refuse = () =>
      call('POST', `payments/${PAYMENT}/cancel`, { ...cancelBody, amount: 99_999 }, key('sixteen-letters-1'))
    const first = await refuse()
    expect(first.body['type']).toBe('CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT')
    await shop.clock.advance(180 * MINUTE - 1)
    // Another request under the same key is answered like the first one.
    expect(await call('POST', `payments/${PAYMENT}/cancel`, cancelBody, key('sixteen-letters-1'))).toEqual(first)
    await shop.clock.advance(1)
    expect((await call('POST', `payments/${PAYMENT}/cancel`, cancelBody, key('sixteen-letters-1'))).status).toBe(200)
    expect(shop.fake.book()).toHaveLength(2)
  })

  test.each(['without-any-quotes', '"short"'])('the key %s protects nothing', async (given) => {
    const shop = shopOf()
    shop.fake.buyer.pay(orderOf())
    for (const _ of [1, 2]) {
      await callOf(shop)('POST', `payments/${PAYMENT}/cancel`, cancelBody, { 'idempotency-key': given })
    }
    expect(shop.fake.book().map(({ amountMinor }) => amountMinor)).toEqual([33_000, 1_000, 1_000])
  })

  test('while the first request runs, a second one is told to wait', async () => {
    const shop = shopOf()
    shop.fake.buyer.pay(orderOf())
    shop.fake.faults.next({ kind: 'slow', ms: 1_000 })
    const ask = () => callOf(shop)('POST', `payments/${PAYMENT}/cancel`, cancelBody, key('sixteen-letters-1'))
    const first = ask()
    expect(await ask()).toMatchObject({ status: 409, body: { type: 'IDEMPOTENCY_OUTSTANDING_REQUEST' } })
    await shop.clock.advance(1_000)
    expect(await first).toEqual(await ask())
  })
})

describe('payments', () => {
  test('one id, several tries, one success; the record shows the success whatever fails later', async () => {
    const shop = shopOf()
    const call = callOf(shop)
    const late = shop.fake.buyer.open(orderOf())
    shop.fake.buyer.fail(orderOf())
    expect((await call('GET', `payments/${PAYMENT}`)).body).toMatchObject({
      status: 'FAILED',
      failure: { pgCode: 'TEST_LIMIT' },
    })
    shop.fake.buyer.pay(orderOf())
    if (!('transactionId' in late)) throw new Error('no window')
    expect(shop.fake.buyer.finish(PAYMENT, late.transactionId)['code']).toBe('PaymentAlreadyPaid')
    expect((await call('GET', `payments/${PAYMENT}`)).body).toMatchObject({ status: 'PAID' })
    expect(shop.fake.payments()[0]?.transactions.map(({ status }) => status)).toEqual(['FAILED', 'FAILED', 'PAID'])
    const types = shop.fake.webhooks.pending().map(({ rawBody }) => JSON.parse(rawBody).type)
    expect(types.at(-1)).toBe('Transaction.Failed')
  })

  test('a window that would not open comes back with a code and no transaction', () => {
    const { fake } = shopOf()
    expect(fake.buyer.pay({ ...orderOf(), channelKey: 'channel-key-other' })).toMatchObject({ code: 'ChannelNotFound' })
    expect(fake.buyer.pay({ ...orderOf(), totalAmount: 0 })).toMatchObject({ code: 'BadRequest' })
    expect(fake.buyer.pay({ ...orderOf(), currency: 'CURRENCY_KRW' })).toMatchObject({ code: 'BadRequest' })
    expect(fake.payments()).toEqual([])
  })

  test.each(['READY', 'PAY_PENDING', 'VIRTUAL_ACCOUNT_ISSUED', 'PAID', 'FAILED', 'PARTIAL_CANCELLED', 'CANCELLED'])(
    '%s has the fields of its own kind, and none is null',
    async (status) => {
      const shop = shopOf()
      const { buyer, dashboard } = shop.fake
      const steps: Record<string, () => unknown> = {
        READY: () => buyer.open(orderOf()),
        PAY_PENDING: () => buyer.payLater(orderOf()),
        VIRTUAL_ACCOUNT_ISSUED: () => buyer.pay({ ...orderOf(), payMethod: 'VIRTUAL_ACCOUNT' }),
        PAID: () => buyer.pay(orderOf()),
        FAILED: () => buyer.fail(orderOf()),
        PARTIAL_CANCELLED: () => [buyer.pay(orderOf()), dashboard.cancel(PAYMENT, 1)],
        CANCELLED: () => [buyer.pay(orderOf()), dashboard.cancel(PAYMENT)],
      }
      steps[status]?.()
      const { body } = await callOf(shop)('GET', `payments/${PAYMENT}`)
      expect(body['status']).toBe(status)
      expect(JSON.stringify(body)).not.toContain('null')
      expect('channel' in body).toBe(status !== 'READY' && status !== 'FAILED')
      expect('cancellations' in body).toBe(status === 'PARTIAL_CANCELLED' || status === 'CANCELLED')
      expect((await shop.client.getPayment(PAYMENT))._unsafeUnwrap().status).toBe(status)
    },
  )

  test('what has to be looked at ends paid or not', async () => {
    for (const status of ['PAID', 'FAILED'] as const) {
      const shop = shopOf()
      shop.fake.buyer.payLater(orderOf())
      expect(shop.fake.dashboard.settlePending(PAYMENT, status)).toBe(true)
      expect((await shop.client.getPayment(PAYMENT))._unsafeUnwrap().status).toBe(status)
      expect(shop.fake.dashboard.settlePending(PAYMENT, status)).toBe(false)
    }
  })

  test('a deposit: of the right amount, in time, once', async () => {
    const shop = shopOf()
    shop.fake.buyer.pay({ ...orderOf(), payMethod: 'VIRTUAL_ACCOUNT' })
    expect(shop.fake.bank.deposit(PAYMENT, 32_999)).toBe(false)
    expect(shop.fake.bank.deposit('attOther')).toBe(false)
    expect(shop.fake.bank.deposit(PAYMENT)).toBe(true)
    expect(shop.fake.bank.deposit(PAYMENT)).toBe(false)
    expect(shop.fake.book()).toHaveLength(1)
    const late = shopOf()
    late.fake.buyer.pay({ ...orderOf(), payMethod: 'VIRTUAL_ACCOUNT' })
    await late.clock.advance(DAY)
    expect(late.fake.bank.deposit(PAYMENT)).toBe(false)
  })

  test('an account can be closed once, and takes nothing afterwards', async () => {
    const shop = shopOf()
    shop.fake.buyer.pay({ ...orderOf(), payMethod: 'VIRTUAL_ACCOUNT' })
    const close = () => shop.client.closeVirtualAccount(PAYMENT, `close-${shop.clock.now().getTime()}`)
    expect((await close()).isOk()).toBe(true)
    expect(shop.fake.bank.deposit(PAYMENT)).toBe(false)
    await shop.clock.advance(1)
    expect((await close())._unsafeUnwrapErr().providerCode).toBe('PAYMENT_NOT_WAITING_FOR_DEPOSIT')
  })

  test('what is to go back and is not decided yet cannot be cancelled once more, until it comes to nothing', () => {
    const { buyer, dashboard, cancelNext, book } = shopOf().fake
    buyer.pay(orderOf())
    cancelNext('slow')
    expect(dashboard.cancel(PAYMENT, 30_000)).toBeUndefined()
    expect(dashboard.cancel(PAYMENT, 3_001)).toBe('CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT')
    expect(dashboard.settleCancel(PAYMENT, 'FAILED')).toBe(true)
    expect(dashboard.settleCancel(PAYMENT, 'SUCCEEDED')).toBe(false)
    expect(dashboard.cancel(PAYMENT, 33_000)).toBeUndefined()
    expect(dashboard.cancel(PAYMENT)).toBe('PAYMENT_ALREADY_CANCELLED')
    expect(book().map(({ amountMinor }) => amountMinor)).toEqual([33_000, 33_000])
  })

  test('the server approves: what it expects must be what the window had', async () => {
    const shop = shopOf({ manualConfirm: true, mode: 'live' })
    const approve = (changes: object, n: number) => {
      const expected = { paymentToken, currency: 'KRW', totalAmount: 33_000, isTest: false, ...changes }
      return shop.client.confirmPayment(PAYMENT, expected, `att_1-confirm-number-${n}`)
    }
    const { paymentToken = '' } = shop.fake.buyer.pay(orderOf()) as Record<string, string>
    expect(shop.fake.book()).toEqual([])
    const wrong = [{ totalAmount: 1 }, { currency: 'USD' }, { isTest: true }, { txId: 'tx-other' }]
    for (const [n, changes] of wrong.entries()) {
      expect((await approve(changes, n))._unsafeUnwrapErr().providerCode).toBe('INFORMATION_MISMATCH')
    }
    expect((await approve({ paymentToken: 'x' }, 5))._unsafeUnwrapErr().providerCode).toBe('INVALID_PAYMENT_TOKEN')
    expect((await approve({}, 6)).isOk()).toBe(true)
    expect((await approve({}, 7))._unsafeUnwrapErr()).toMatchObject({ code: 'conflict', providerCode: 'ALREADY_PAID' })
    expect(shop.fake.book()).toMatchObject([{ amountMinor: 33_000, channelType: 'LIVE' }])
  })

  test('the server approves and the payment company refuses: a 502, and a FAILED record', async () => {
    const shop = shopOf({ manualConfirm: true })
    const { paymentToken = '' } = shop.fake.buyer.pay(orderOf()) as Record<string, string>
    shop.fake.decline()
    const expected = { paymentToken, currency: 'KRW', totalAmount: 33_000, isTest: true }
    const refused = await shop.client.confirmPayment(PAYMENT, expected, 'att_1-confirm-number-1')
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'provider_fault', providerCode: 'PG_PROVIDER' })
    expect((await shop.client.getPayment(PAYMENT))._unsafeUnwrap().status).toBe('FAILED')
  })
})

test('a success that nobody wants to hear of is not told; a failure is', async () => {
  const shop = shopOf()
  const billingKey = await registered(shop)
  const body = { billingKey, orderName: 'x', amount: { total: 1 }, currency: 'KRW', skipWebhook: true }
  await callOf(shop)('POST', 'payments/chg0001/billing-key', body)
  shop.fake.decline()
  await callOf(shop)('POST', 'payments/chg0002/billing-key', body)
  await callOf(shop)('POST', 'payments/chg0001/cancel', { reason: 'x', skipWebhook: true })
  const types = shop.fake.webhooks.pending().map(({ rawBody }) => JSON.parse(rawBody).type)
  expect(types.filter((type: string) => !type.endsWith('Ready'))).toEqual(['BillingKey.Issued', 'Transaction.Failed'])
})

test('webhooks can be lost, late, doubled and in the wrong order', async () => {
  const shop = shopOf()
  const { webhooks, dashboard, buyer } = shop.fake
  const typesSent = async () => {
    const sent: string[] = []
    await webhooks.deliverDue(async ({ rawBody }) => {
      sent.push(JSON.parse(rawBody).type)
      return 200
    })
    return sent
  }
  webhooks.loseNext()
  buyer.pay(orderOf())
  webhooks.duplicateNext()
  dashboard.cancel(PAYMENT, 1)
  webhooks.delayNext(MINUTE)
  dashboard.cancel(PAYMENT, 2)
  webhooks.reverseNext()
  expect(await typesSent()).toEqual([
    'Transaction.PartialCancelled',
    'Transaction.PartialCancelled',
    'Transaction.Paid',
  ])
  await shop.clock.advance(MINUTE)
  expect(await typesSent()).toEqual(['Transaction.PartialCancelled'])
})

test('the same life twice is the same to the byte', async () => {
  const life = async () => {
    const shop = shopOf()
    const billingKey = await registered(shop)
    await shop.billing.charge(chargeOf({ billingKey }))
    shop.fake.buyer.fail(orderOf())
    shop.fake.buyer.pay(orderOf())
    shop.fake.dashboard.cancel(PAYMENT, 1)
    return shop.fake.save()
  }
  expect(await life()).toBe(await life())
})

test('a fake speaks to a client that knows neither its store nor its clock', async () => {
  const { fake } = shopOf()
  fake.buyer.pay(orderOf())
  const client = portOneV2Client({ apiSecret: API_SECRET, fetch: fake.fetch })
  expect((await client.getPayment(PAYMENT))._unsafeUnwrap()).toMatchObject({ status: 'PAID', storeId: STORE_ID })
})
