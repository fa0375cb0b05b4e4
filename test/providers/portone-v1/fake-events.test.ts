import { describe, expect, test } from 'vitest'
import { ORDER, setUp } from './fake-support'
import { START } from './support'

const KEY = { merchant_uid: 'bki1', customer_uid: 'cus_1', amount: 9_900 }
const HOUR = 3_600_000

describe('webhooks', () => {
  test.each(['json', 'form'] as const)('as %s, once, and none for a failure', async (webhookFormat) => {
    const { fake, clock, webhooks } = setUp({ webhookFormat })
    fake.buyer.fail(ORDER)
    const imp_uid = fake.buyer.pay(ORDER)['imp_uid']
    expect(await webhooks()).toEqual([{ imp_uid, merchant_uid: 'order1', status: 'paid' }])
    fake.buyer.pay({ ...ORDER, merchant_uid: 'order2' })
    const [delivery] = fake.webhooks.pending()
    expect(delivery?.headers['content-type']).toContain(webhookFormat)
    await fake.webhooks.deliverDue(async () => 503)
    await clock.advance(HOUR)
    expect(fake.webhooks.pending()).toEqual([])
    expect(fake.webhooks.failed()).toHaveLength(1)
  })

  test('five more, a minute apart, for a merchant who asked', async () => {
    const { fake, clock } = setUp({ webhookRetries: true })
    fake.buyer.pay(ORDER)
    let sent = 0
    for (let minute = 0; minute < 10; minute += 1) {
      await fake.webhooks.deliverDue(async () => {
        sent += 1
        return 503
      })
      await clock.advance(60_000)
    }
    expect(sent).toBe(6)
  })

  test('an account tells of itself, and of its deposit; too late or another amount is refused', async () => {
    const { fake, clock, webhooks } = setUp()
    fake.buyer.pay({ ...ORDER, pay_method: 'vbank', depositHours: 1 })
    expect(fake.bank.deposit('order1', 1)).toBe(false)
    expect(fake.bank.deposit('order1')).toBe(true)
    expect(fake.bank.deposit('order1')).toBe(false)
    expect((await webhooks()).map((body) => (body as { status: string }).status)).toEqual(['ready', 'paid'])
    fake.buyer.pay({ ...ORDER, merchant_uid: 'order2', pay_method: 'vbank', depositHours: 1 })
    await clock.advance(HOUR)
    expect(fake.bank.deposit('order2')).toBe(false)
  })

  test('failed, and paid after all', async () => {
    const { fake, webhooks } = setUp()
    const impUid = fake.buyer.fail(ORDER)['imp_uid'] ?? ''
    expect(fake.dashboard.approveLate(impUid)).toBe(true)
    expect(fake.dashboard.approveLate(impUid)).toBe(false)
    expect(await webhooks()).toMatchObject([{ imp_uid: impUid, status: 'paid' }])
    expect(fake.book()).toHaveLength(1)
  })
})

describe('billing keys', () => {
  test('a registration is a paid record that took nothing; at some PGs it takes the amount', () => {
    const honest = setUp()
    honest.fake.buyer.pay(KEY)
    expect(honest.fake.payments()).toMatchObject([{ status: 'paid', usage: 'issue', customerUid: 'cus_1' }])
    expect(honest.fake.book()).toEqual([])
    const charging = setUp({ pgProvider: 'kakaopay' })
    charging.fake.buyer.pay(KEY)
    expect(charging.fake.book()).toHaveLength(1)
  })

  test('a failed charge is code 0, and has a record', async () => {
    const { fake, call } = setUp()
    fake.buyer.pay(KEY)
    fake.decline('[TEST] 한도초과')
    const body = { customer_uid: 'cus_1', merchant_uid: 'chg1', amount: 9_900, name: 'x' }
    const answer = await call('POST', 'subscribe/payments/again', body)
    expect(answer).toMatchObject({
      status: 200,
      code: 0,
      response: { status: 'failed', fail_reason: '[TEST] 한도초과' },
    })
    const { response } = await call('POST', 'subscribe/payments/again', body)
    expect(response).toMatchObject({ status: 'paid', channel: 'api', customer_uid_usage: 'payment' })
    expect(await call('POST', 'subscribe/payments/again', body)).toMatchObject({ status: 200, code: 1, response: null })
  })

  test('to revoke by key ends every schedule of it', async () => {
    const { fake, client, call } = setUp()
    fake.buyer.pay(KEY)
    const plan = (n: number) => ({
      customer_uid: 'cus_1',
      merchant_uid: `chg${n}`,
      schedule_at: START / 1000 + n * 60,
      amount: 100,
      currency: 'KRW',
      name: 'x',
    })
    for (const n of [1, 2, 3]) await client.scheduleCharge(plan(n))
    expect((await client.moveSchedule('chg3', START / 1000 + 600))._unsafeUnwrap().schedule_at).toEqual(
      new Date(START + 600_000),
    )
    const range = { from: START / 1000, to: START / 1000 + 3_600 }
    expect((await client.listSchedules(range))._unsafeUnwrap().list).toHaveLength(3)
    expect(
      (await client.listCustomerSchedules('cus_1', { ...range, status: 'executed' }))._unsafeUnwrap().list,
    ).toEqual([])
    expect((await call('POST', 'subscribe/payments/unschedule', {})).code).toBe(1)
    await call('POST', 'subscribe/payments/unschedule', { customer_uid: 'cus_1' })
    expect(fake.schedules().map(({ status }) => status)).toEqual(['revoked', 'revoked', 'revoked'])
  })

  test('one that failed can be tried again or planned again, one that was paid cannot', async () => {
    const { fake, client, clock } = setUp({ scheduleLists: 'array' })
    fake.buyer.pay(KEY)
    fake.decline()
    const plan = { customer_uid: 'cus_1', merchant_uid: 'chg1', schedule_at: START / 1000 + 60, amount: 100 }
    await client.scheduleCharge({ ...plan, currency: 'KRW', name: 'x' })
    expect((await client.retrySchedule('chg1'))._unsafeUnwrapErr().code).toBe('conflict')
    await clock.advance(60_000)
    expect((await client.reschedule('chg1', START / 1000 + 120))._unsafeUnwrap().schedule_status).toBe('scheduled')
    fake.decline()
    await clock.advance(60_000)
    expect((await client.retrySchedule('chg1'))._unsafeUnwrap().status).toBe('paid')
    expect((await client.retrySchedule('chg1'))._unsafeUnwrapErr().code).toBe('conflict')
    expect(fake.book()).toHaveLength(1)
    const list = await client.listSchedules({ from: START / 1000, to: START / 1000 + 3_600 })
    expect(list._unsafeUnwrap().list).toHaveLength(1)
    expect((await client.listCustomerPayments('cus_1'))._unsafeUnwrap().total).toBeGreaterThan(2)
  })
})

describe('accounts without a window, and receipts', () => {
  test('issue, change, revoke', async () => {
    const { fake, client } = setUp()
    const body = {
      channel_key: 'ck',
      merchant_uid: 'order1',
      amount: 5_000,
      vbank_code: '088',
      vbank_due: START / 1000 + 60,
    }
    const issued = (await client.issueVbank(body))._unsafeUnwrap()
    expect(issued).toMatchObject({ status: 'ready', pay_method: 'vbank', vbank_num: expect.stringMatching(/^X/) })
    const later = await client.changeVbank(issued.imp_uid, { amount: 6_000, vbank_due: START / 1000 + 120 })
    expect(later._unsafeUnwrap()).toMatchObject({ amount: 6_000, vbank_date: new Date(START + 120_000) })
    expect((await client.revokeVbank(issued.imp_uid))._unsafeUnwrap().status).toBe('failed')
    expect((await client.revokeVbank(issued.imp_uid)).isErr()).toBe(true)
    expect(fake.bank.deposit('order1')).toBe(false)
  })

  test('a receipt for what was paid in cash, once', async () => {
    const { fake, client } = setUp()
    const impUid = fake.buyer.pay({ ...ORDER, pay_method: 'vbank' })['imp_uid'] ?? ''
    const issue = () => client.issueReceipt(impUid, { identifier: '01000000000' })
    expect((await issue()).isErr()).toBe(true)
    fake.bank.deposit('order1')
    expect((await issue())._unsafeUnwrap()).toMatchObject({ amount: 33_000, applied_at: new Date(START) })
    expect((await issue()).isErr()).toBe(true)
    expect((await client.getReceipt(impUid)).isOk()).toBe(true)
    expect((await client.revokeReceipt(impUid)).isOk()).toBe(true)
    expect((await client.getReceipt(impUid))._unsafeUnwrapErr().code).toBe('not_found')
    const card = fake.buyer.pay({ ...ORDER, merchant_uid: 'order2' })['imp_uid'] ?? ''
    const refused = await client.issueReceipt(card, { identifier: '01000000000' })
    expect(refused._unsafeUnwrapErr()).toMatchObject({ code: 'method_unavailable', outcome: 'not_executed' })
  })
})
