import { err, ok, type Result, type ResultAsync, safeTry } from 'neverthrow'
import { describe, expect, test } from 'vitest'
import type { ProviderSchedule } from '../../../src/providers/billing'
import type { Fault } from '../../../src/providers/fake/faults'
import type { GatewayError, Notice } from '../../../src/providers/gateway'
import { beginContext, chargeOf, issueOf, type Shop, START, shopOf, uidOf } from './support'

const MONTH = 30 * 24 * 3_600_000
const issue = issueOf()
const first = chargeOf('')
const next = { id: 'chg_000000000000000000000002', chargeAt: new Date(START + MONTH) }

/**
 * How a subscription begins, at the level of the port: key, charge, look-up, schedule. What is not certain is looked
 * up, and nothing is done before the step in front of it is certain.
 */
const signUp = (shop: Shop, returned: Readonly<Record<string, string>>): ResultAsync<ProviderSchedule, GatewayError> =>
  safeTry(async function* () {
    const { billing } = shop
    const { billingKey } = yield* billing.finishIssue(issue, returned)
    const charge = { ...first, billingKey }
    const charged = await billing.charge(charge)
    if (charged.isErr() && charged.error.outcome === 'not_executed') return err(charged.error)
    const found = yield* billing.lookupCharge(charge)
    if (found.status !== 'approved') return err(UNPAID)
    const { schedules } = billing
    if (schedules === undefined) throw new Error('no schedules')
    const plan = { ...next, billingKey, amount: first.amount, title: first.title }
    const made = await schedules.schedule(plan)
    if (made.isOk() || made.error.outcome === 'not_executed') return made
    // Lost or unreadable: the schedule itself is asked for, and never made a second time.
    const known = yield* schedules.lookup({ scheduleRef: uidOf(next.id), chargeId: next.id })
    return known === null ? err(made.error) : ok(known)
  })

const UNPAID: GatewayError = { code: 'in_progress', outcome: 'unknown', message: 'not paid yet', retryable: true }

const window = async (shop: Shop): Promise<Readonly<Record<string, string>>> => {
  const checkout = (await shop.billing.beginIssue(issue, beginContext))._unsafeUnwrap()
  const { merchant_uid, customer_uid, amount } = checkout.action === 'window' ? checkout.parameters : {}
  return shop.fake.buyer.pay({
    merchant_uid: String(merchant_uid),
    customer_uid: String(customer_uid),
    amount: Number(amount),
  })
}

/** Delivers every webhook that waits, and does with each what its kind asks for. */
const deliver = async (shop: Shop): Promise<Notice[]> => {
  const notices: Notice[] = []
  await shop.fake.webhooks.deliverDue(async ({ headers, rawBody }) => {
    const notice = shop.gateway.receive({ headers, rawBody, receivedAt: shop.clock.now() })._unsafeUnwrap()
    notices.push(notice)
    // A handler that takes an issuance for a payment would go on to charge or to schedule here.
    if (notice.billing?.subject === 'charge') {
      await shop.billing.lookupCharge({ ...first, id: notice.billing.chargeId, billingKey: '' })
    }
    return 200
  })
  return notices
}

describe('sign-up', () => {
  test('S1-06: exactly one charge is made and exactly one is planned, with every webhook delivered twice', async () => {
    const shop = shopOf()
    shop.fake.webhooks.duplicateNext()
    const returned = await window(shop)
    const before = await deliver(shop)
    expect((await signUp(shop, returned))._unsafeUnwrap().status).toBe('scheduled')
    const after = await deliver(shop)
    expect(before.map(({ billing, ignorable }) => [billing?.subject, ignorable])).toEqual([
      ['issue', true],
      ['issue', true],
    ])
    expect(after.map(({ billing }) => billing)).toEqual([{ subject: 'charge', chargeId: first.id }])
    expect(shop.fake.book()).toMatchObject([{ kind: 'capture', merchantUid: uidOf(first.id), amountMinor: 9_900 }])
    expect(shop.fake.schedules()).toMatchObject([{ merchantUid: uidOf(next.id), status: 'scheduled' }])
    // A month on there has been one more charge, and not two.
    await shop.clock.advance(MONTH)
    expect(shop.fake.book().map(({ merchantUid }) => merchantUid)).toEqual([first.id, next.id].map(uidOf))
  })

  test('S1-05: the registration alone, however often it is told of, plans and charges nothing', async () => {
    const shop = shopOf()
    shop.fake.webhooks.duplicateNext(3)
    await window(shop)
    expect(await deliver(shop)).toHaveLength(4)
    await shop.clock.advance(2 * MONTH)
    expect(shop.fake.book()).toEqual([])
    expect(shop.fake.schedules()).toEqual([])
  })

  /** What is there afterwards: keys, charges, schedules. */
  const done = ({ fake }: Shop) => [fake.billingKeys().length, fake.book().length, fake.schedules().length]

  const fault = (kind: Fault, operation: string) => (shop: Shop) => shop.fake.faults.next(kind, { operation })
  const down: Fault = { kind: 'error_before', status: 500 }

  test.each<readonly [string, (shop: Shop) => void, readonly number[]]>([
    ['the key cannot be read', fault(down, 'getCustomer'), [1, 0, 0]],
    ['the charge is declined', (shop) => shop.fake.decline(), [1, 0, 0]],
    ['the charge never arrives', fault({ kind: 'lost_request' }, 'chargeAgain'), [1, 0, 0]],
    ['the charge cannot be looked up', fault(down, 'findAllPayments'), [1, 1, 0]],
    ['the schedule is refused at the door', fault({ kind: 'rate_limited' }, 'scheduleCharge'), [1, 1, 0]],
    ['the schedule never arrives', fault({ kind: 'lost_request' }, 'scheduleCharge'), [1, 1, 0]],
  ])('S1-08: %s: no later step is done', async (_name, breakIt, left) => {
    const shop = shopOf()
    const returned = await window(shop)
    breakIt(shop)
    const answer: Result<ProviderSchedule, GatewayError> = await signUp(shop, returned)
    expect(answer.isErr()).toBe(true)
    expect(done(shop)).toEqual(left)
    await deliver(shop)
    expect(done(shop)).toEqual(left)
  })

  test('S1-08: a buyer who gives up in the window has no key, and nothing follows', async () => {
    const shop = shopOf()
    const order = { merchant_uid: uidOf(issue.id), customer_uid: 'cus_000000000000000000000001', amount: 0 }
    const answer = await signUp(shop, shop.fake.buyer.fail(order))
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'declined' })
    expect(done(shop)).toEqual([0, 0, 0])
  })

  test.each([
    ['the charge', 'chargeAgain'],
    ['the schedule', 'scheduleCharge'],
  ])('S1-06: the answer to %s is lost: a look-up finds it, and it is not done twice', async (_name, operation) => {
    const shop = shopOf()
    const returned = await window(shop)
    shop.fake.faults.next({ kind: 'lost_answer' }, { operation })
    expect((await signUp(shop, returned))._unsafeUnwrap().status).toBe('scheduled')
    expect(done(shop)).toEqual([1, 1, 1])
  })

  test('S1-06: done again from the beginning, it charges and plans nothing more', async () => {
    const shop = shopOf()
    const returned = await window(shop)
    await signUp(shop, returned)
    expect((await signUp(shop, returned))._unsafeUnwrap().status).toBe('scheduled')
    expect(done(shop)).toEqual([1, 1, 1])
  })
})
