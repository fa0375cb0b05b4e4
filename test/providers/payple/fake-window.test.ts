import { describe, expect, test } from 'vitest'
import { attemptOf, beginContext, issueOf, KEYS, shopOf } from './support'

const BASE = 'http://127.0.0.1:3000'

/** The window for what `begin` gave, and the form that its buttons send. */
const open = async (shop = shopOf(), changes: Record<string, string> = {}, method = 'CARD') => {
  const begun = (await shop.gateway.begin(attemptOf({ method }), beginContext))._unsafeUnwrap()
  const parameters = begun.action === 'window' ? { ...begun.parameters, ...changes } : {}
  const url = shop.fake.windowUrl(parameters, `${BASE}/`)
  const press = async (choice: string) => {
    const body = new URLSearchParams({ choice })
    return shop.fake.handle(new Request(url, { method: 'POST', body }))
  }
  return { shop, url, press, show: () => shop.fake.handle(new Request(url)) }
}

/** What the browser would post to the host. */
const formIn = (html: string) => {
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
  const plain = (text = '') => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
  const [, action] = /<form method="post" action="([^"]*)">/.exec(html) ?? []
  return {
    action: plain(action),
    fields: Object.fromEntries(fields.map(([, name, value]) => [plain(name), plain(value)])),
  }
}

describe('the payment window', () => {
  test('shows title and amount, and is a page without scripts', async () => {
    const { show } = await open()
    const response = await show()
    const html = await response.text()
    expect(response.status).toBe(200)
    expect(html).toContain('녹차 세트 외 1건')
    expect(html).toContain('12,900')
    expect(html).not.toContain('<script')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test.each([
    ['CARD', 'card'],
    ['TRANSFER', 'transfer'],
  ])('paid by %s, the browser posts to the host what the gateway confirms', async (method, payType) => {
    const { shop, press } = await open(undefined, {}, method)
    const { action, fields } = formIn(await (await press('pay')).text())
    expect(action).toBe(beginContext.successUrl)
    const attempt = { ...attemptOf({ method }), chargeRequestedAt: shop.clock.now() }
    expect(shop.gateway.readReturn(attempt, fields).isOk()).toBe(true)
    expect((await shop.gateway.confirm(attempt, fields))._unsafeUnwrap()).toMatchObject({ status: 'approved' })
    expect(shop.fake.payments()).toMatchObject([{ status: 'PAID', payType }])
  })

  test('declined, the confirmation is refused', async () => {
    const { shop, press } = await open()
    const { fields } = formIn(await (await press('decline')).text())
    const answer = await shop.gateway.confirm(attemptOf(), fields)
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'declined', outcome: 'not_executed' })
  })

  test.each([
    ['fail', { PCD_PAY_RST: 'error', PCD_PAY_CODE: 'CPCA0001' }],
    ['close', { PCD_PAY_RST: 'close' }],
  ])('%s comes back as such', async (choice, expected) => {
    const { shop, press } = await open()
    const { fields } = formIn(await (await press(choice)).text())
    expect(fields).toMatchObject({ ...expected, PCD_PAY_OID: attemptOf().id })
    expect(shop.gateway.readReturn(attemptOf(), fields)._unsafeUnwrapErr()).toMatchObject({ code: 'declined' })
    expect(shop.fake.book()).toEqual([])
  })

  test('in a window that takes the money at once, it is taken', async () => {
    const { shop, press } = await open(undefined, { PCD_PAY_WORK: 'PAY' })
    const { fields } = formIn(await (await press('pay')).text())
    expect(fields).toMatchObject({ PCD_PAY_WORK: 'PAY', PCD_PAY_RST: 'success' })
    expect(shop.fake.book()).toHaveLength(1)
  })

  test.each([
    ['no amount', { PCD_PAY_TOTAL: '' }],
    ['half a won', { PCD_PAY_TOTAL: '100.5' }],
    ['no title', { PCD_PAY_GOODS: '' }],
    ['no order id', { PCD_PAY_OID: '' }],
    ['an unknown type', { PCD_PAY_TYPE: 'cash' }],
    ['an unknown work', { PCD_PAY_WORK: 'x' }],
    ['a buyer’s number that is none', { PCD_PAYER_NO: 'buyer-1' }],
    ['another client key', { clientKey: 'test_other' }],
    ['a script to come back to', { PCD_RST_URL: 'javascript:alert(1)' }],
    ['nowhere to come back to', { PCD_RST_URL: '/relative' }],
  ])('does not open with %s', async (_, changes) => {
    const { shop, press, show } = await open(undefined, changes)
    expect((await show()).status).toBe(400)
    expect((await press('pay')).status).toBe(400)
    expect(shop.fake.payments()).toEqual([])
  })

  test('an unknown button does nothing, and text from outside stays text', async () => {
    const { shop, press, show } = await open(undefined, { PCD_PAY_GOODS: '<script>alert(1)</script>' })
    expect((await press('free')).status).toBe(400)
    expect(await (await show()).text()).not.toContain('<script>')
    expect(shop.fake.payments()).toEqual([])
  })
})

test('the window of a registration gives a billing key, and takes no money', async () => {
  const shop = shopOf()
  const billing = shop.gateway.billing
  const begun = (await billing?.beginIssue(issueOf(), beginContext))?._unsafeUnwrap()
  const url = shop.fake.windowUrl(begun?.action === 'window' ? begun.parameters : {}, BASE)
  const page = await (await shop.fake.handle(new Request(url))).text()
  expect(page).toContain('카드 등록')
  expect(page).not.toContain('KRW')
  const body = new URLSearchParams({ choice: 'pay' })
  const html = await (await shop.fake.handle(new Request(url, { method: 'POST', body }))).text()
  const key = await billing?.finishIssue(issueOf(), formIn(html).fields)
  expect(key?._unsafeUnwrap()).toMatchObject({ method: 'CARD', label: 'BC카드 ****4444' })
  expect(shop.fake.billingKeys()).toMatchObject([{ payerNo: '1001', status: 'active' }])
  expect(shop.fake.book()).toEqual([])
})

test('the API answers behind the same door, and a cut connection is an error', async () => {
  const { fake } = shopOf()
  const request = () =>
    new Request(`${fake.origin}/php/auth.php`, {
      method: 'POST',
      headers: { referer: KEYS.referer },
      body: JSON.stringify({ cst_id: KEYS.cstId, custKey: KEYS.custKey, PCD_PAYCHK_FLAG: 'Y' }),
    })
  expect(await (await fake.handle(request())).json()).toMatchObject({ result: 'success' })
  fake.faults.next({ kind: 'lost_answer' })
  expect((await fake.handle(request())).type).toBe('error')
})
