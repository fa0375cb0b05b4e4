import { describe, expect, test } from 'vitest'
import { ORDER, setUp } from './fake-support'
import { KEYS, START } from './support'

describe('the token', () => {
  test.each([
    ['wrong', { imp_key: 'x', imp_secret: KEYS.impSecret }, 401],
    ['missing', { imp_key: KEYS.impKey }, 400],
  ])('%s credentials', async (_name, body, status) => {
    expect(await setUp().send('POST', 'users/getToken', body)).toMatchObject({ status, code: -1, response: null })
  })

  test('is needed, with Bearer or without', async () => {
    const { send, getToken } = setUp()
    const token = await getToken()
    for (const given of [undefined, 'Bearer x']) {
      expect(await send('GET', 'payments/imp_1', undefined, given)).toMatchObject({
        status: 401,
        message: 'Unauthorized',
      })
    }
    for (const given of [token, `Bearer ${token}`]) {
      expect((await send('GET', 'payments/imp_1', undefined, given)).status).toBe(404)
    }
  })
})

describe('payments', () => {
  test('each try is a record of its own; one order id is paid once', async () => {
    const { fake, call } = setUp()
    const failed = fake.buyer.fail(ORDER)
    const paid = fake.buyer.pay(ORDER)
    expect(failed).toMatchObject({ merchant_uid: 'order1', error_code: expect.any(String), imp_success: 'false' })
    expect(paid['imp_uid']).not.toBe(failed['imp_uid'])
    expect(fake.buyer.pay(ORDER)).not.toHaveProperty('imp_uid')
    const found = (path: string) => call('GET', `payments/${path}?include_sandbox=true`)
    expect((await found('find/order1/paid')).response).toMatchObject({ imp_uid: paid['imp_uid'], status: 'paid' })
    expect((await found('find/order1/failed')).response).toMatchObject({ imp_uid: failed['imp_uid'] })
    expect((await found('findAll/order1')).response).toMatchObject({ total: 2, next: 0, list: [{}, {}] })
    expect(await found('find/order1/cancelled')).toMatchObject({ status: 404, code: -1 })
  })

  test.each(['order_1', 'order-1', '주문1', 'x'.repeat(41), ''])(
    '%j is no order id that every PG takes: nothing is made of it',
    async (merchant_uid) => {
      const { fake, call } = setUp()
      fake.buyer.pay({ merchant_uid: 'bki1', amount: 0, customer_uid: 'cus_1' })
      const before = fake.payments()
      const order = { ...ORDER, merchant_uid }
      expect(fake.buyer.open(order)).toBeUndefined()
      expect(fake.buyer.pay(order)).toMatchObject({ imp_success: 'false' })
      const charge = { ...order, name: 'x', currency: 'KRW', schedule_at: START / 1000 + 60 }
      const account = { ...order, vbank_code: '088', vbank_due: START / 1000 + 60 }
      const refused = [
        await call('POST', 'payments/prepare', order),
        await call('POST', 'subscribe/payments/again', { ...charge, customer_uid: 'cus_1' }),
        await call('POST', 'subscribe/payments/schedule', { customer_uid: 'cus_1', schedules: [charge] }),
        await call('POST', 'vbanks', account),
      ]
      expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400])
      expect([fake.payments(), fake.schedules()]).toEqual([before, []])
    },
  )

  test('two windows of one order: the second to finish fails', () => {
    const { fake } = setUp()
    const [one, two] = [fake.buyer.open(ORDER), fake.buyer.open(ORDER)]
    expect(fake.buyer.finish(one ?? '')).toMatchObject({ imp_success: 'true' })
    expect(fake.buyer.finish(two ?? '')).toMatchObject({ imp_success: 'false' })
    expect(fake.book()).toHaveLength(1)
  })

  test('those of a test channel are hidden from whoever does not ask for them', async () => {
    const { fake, call } = setUp({ mode: 'live' })
    const impUid = fake.buyer.pay({ ...ORDER, channel: 'test' })['imp_uid']
    for (const path of [`payments/${impUid}`, 'payments/find/order1', 'payments/findAll/order1']) {
      expect((await call('GET', path)).status).toBe(404)
      expect((await call('GET', `${path}?include_sandbox=true`)).status).toBe(200)
    }
    expect(fake.book()).toEqual([])
  })

  test('several at once: 207 when some are missing', async () => {
    const { fake, call } = setUp()
    const impUid = fake.buyer.pay(ORDER)['imp_uid']
    const ask = (ids: string) => call('GET', `payments?include_sandbox=true&${ids}`)
    expect((await ask(`imp_uid[]=${impUid}`)).status).toBe(200)
    expect((await ask(`imp_uid[]=${impUid}&merchant_uid[]=none`)).status).toBe(207)
    expect((await ask('imp_uid[]=none')).status).toBe(404)
  })

  test('by status and time, in pages', async () => {
    const { fake, clock, client } = setUp()
    for (const n of [1, 2, 3]) {
      fake.buyer.pay({ ...ORDER, merchant_uid: `order${n}` })
      await clock.advance(1_000)
    }
    fake.buyer.fail({ ...ORDER, merchant_uid: 'order4' })
    const list = async (query: Parameters<typeof client.listPayments>[0]) =>
      (await client.listPayments(query))._unsafeUnwrap()
    expect((await list({ status: 'all' })).total).toBe(4)
    const page = await list({ status: 'paid', limit: 2, sorting: 'paid' })
    expect({ ...page, list: page.list.map(({ merchant_uid }) => merchant_uid) }).toEqual({
      total: 3,
      next: 2,
      list: ['order1', 'order2'],
    })
    expect((await list({ status: 'paid', from: START / 1000 + 2 })).total).toBe(1)
    const beyond = await client.listPayments({ status: 'paid', page: 3 })
    expect(beyond._unsafeUnwrapErr().code).toBe('invalid_request')
  })

  test('a registered amount: once by POST, then by PUT', async () => {
    const { call } = setUp()
    const body = { merchant_uid: 'order1', amount: 1_000 }
    expect(await call('PUT', 'payments/prepare', body)).toMatchObject({ status: 404 })
    expect(await call('POST', 'payments/prepare', body)).toMatchObject({ status: 200, code: 0 })
    expect(await call('POST', 'payments/prepare', body)).toMatchObject({ status: 200, code: 1, response: null })
    expect(await call('PUT', 'payments/prepare', { ...body, amount: 2 })).toMatchObject({ code: 0 })
    expect((await call('GET', 'payments/prepare/order1')).response).toMatchObject({ amount: 2 })
  })

  test('sparse answers leave out what is null', async () => {
    const { fake, call } = setUp({ sparse: true })
    const { response } = await call('GET', `payments/${fake.buyer.pay(ORDER)['imp_uid']}?include_sandbox=true`)
    expect(Object.values(response as object)).not.toContain(null)
    expect(response).not.toHaveProperty('vbank_num')
  })
})

describe('cancel', () => {
  const bought = () => {
    const it = setUp()
    const imp_uid = it.fake.buyer.pay(ORDER)['imp_uid'] ?? ''
    return { ...it, imp_uid, cancel: (body: object = {}) => it.call('POST', 'payments/cancel', { imp_uid, ...body }) }
  }

  test('a part makes it cancelled; without an amount, or with 0, all that is left goes', async () => {
    const { fake, cancel } = bought()
    expect((await cancel({ amount: 3_000 })).response).toMatchObject({
      status: 'cancelled',
      amount: 33_000,
      cancel_amount: 3_000,
    })
    expect((await cancel({ amount: 0 })).response).toMatchObject({ cancel_amount: 33_000, cancel_history: [{}, {}] })
    expect(await cancel()).toMatchObject({ status: 200, code: 1, message: '이미 전액취소된 주문입니다.' })
    expect(fake.book().map(({ amountMinor }) => amountMinor)).toEqual([33_000, 3_000, 30_000])
  })

  test.each([
    ['a balance that is another', { checksum: 32_999 }],
    ['one won too many', { amount: 33_001 }],
    ['less than nothing', { amount: -1 }],
    ['an unknown payment', { imp_uid: 'imp_none' }],
  ])('%s: status 200 with a code, and nothing moves', async (_name, body) => {
    const { fake, cancel } = bought()
    const { status, code, response } = await cancel(body)
    expect({ status, response, refused: code !== 0 }).toEqual({ status: 200, response: null, refused: true })
    expect(fake.book()).toHaveLength(1)
  })

  test('sends no webhook unless it is asked to; the merchant’s dashboard does', async () => {
    const { fake, cancel, webhooks, imp_uid } = bought()
    await webhooks()
    await cancel({ amount: 1_000 })
    expect(await webhooks()).toEqual([])
    await cancel({ amount: 1_000, enable_webhook: true })
    fake.dashboard.cancel(imp_uid, 1_000)
    expect(await webhooks()).toEqual([
      {
        imp_uid,
        merchant_uid: 'order1',
        status: 'cancelled',
        cancellation_id: expect.stringMatching(/^cancellation_/),
      },
      {
        imp_uid,
        merchant_uid: 'order1',
        status: 'cancelled',
        cancellation_id: expect.stringMatching(/^cancellation_/),
      },
    ])
    expect(fake.dashboard.cancel('imp_none')).toContain('존재하지 않습니다')
  })
})
