import { describe, expect, test } from 'vitest'
import type { Checkout } from '../../../src/providers/gateway'
import { API_SECRET, asked, attemptOf, beginContext, issueOf, paid, type Shop, sentOf, shopOf } from './support'

const opened = (shop: Shop, checkout: Checkout) => {
  if (checkout.action !== 'window') throw new Error('no window')
  const url = shop.fake.windowUrl(checkout.parameters, 'https://shop.example/portone/')
  const press = async (choice: string) => {
    const body = new URLSearchParams({ choice })
    const response = await shop.fake.handle(new Request(url, { method: 'POST', body }))
    return { status: response.status, to: new URL(response.headers.get('location') ?? 'none:') }
  }
  return { ...shop, url, press }
}

const begun = async (title = beginContext.title) => {
  const shop = shopOf()
  return opened(shop, (await shop.gateway.begin(attemptOf(), { ...beginContext, title }))._unsafeUnwrap())
}

const issuing = async (title = '월간 구독') => {
  const shop = shopOf()
  const context = { title, successUrl: 'https://shop.example/registered', failUrl: null, customer: null }
  return opened(shop, (await shop.billing.beginIssue(issueOf(), context))._unsafeUnwrap())
}

describe('the payment window of the fake', () => {
  test('shows what is paid for, in Korean and English, and runs no script', async () => {
    const { fake, url } = await begun()
    const response = await fake.handle(new Request(url))
    const html = await response.text()
    expect(response.status).toBe(200)
    for (const text of ['녹차 세트 외 1건', '33,000', '카드로 결제', 'Pay by card', '결제 취소'])
      expect(html).toContain(text)
    expect(html).not.toContain('<script')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('shows foreign text as text', async () => {
    const { fake, url } = await begun('<img src=x onerror="alert(1)">')
    const html = await (await fake.handle(new Request(url))).text()
    expect(html).not.toContain('<img')
    expect(html).toContain('&#60;img')
  })

  test.each(['card', 'easy_pay'])('%s: the money is taken in the window, and the buyer comes back', async (choice) => {
    const { fake, gateway, press } = await begun()
    const { status, to } = await press(choice)
    expect(status).toBe(303)
    expect(to.origin + to.pathname).toBe('https://shop.example/return')
    expect(fake.book()).toHaveLength(1)
    const returned = Object.fromEntries(to.searchParams)
    expect(gateway.readReturn(attemptOf(), returned).isOk()).toBe(true)
    expect((await gateway.confirm(asked(), returned))._unsafeUnwrap().status).toBe('approved')
  })

  test('a virtual account waits', async () => {
    const { gateway, press } = await begun()
    const returned = Object.fromEntries((await press('virtual_account')).to.searchParams)
    expect((await gateway.confirm(asked(), returned))._unsafeUnwrap().status).toBe('waiting')
  })

  test.each(['decline', 'cancel'])('%s: back to the same address, with a code', async (choice) => {
    const { fake, gateway, press } = await begun()
    const { to } = await press(choice)
    expect(to.pathname).toBe('/return')
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      code: 'FAILURE_TYPE_PG',
      paymentId: sentOf(attemptOf().id),
    })
    expect(gateway.readReturn(attemptOf(), Object.fromEntries(to.searchParams))._unsafeUnwrapErr().code).toBe(
      'declined',
    )
    expect(fake.book()).toEqual([])
  })

  test.each(['x', '', 'constructor'])('the button %j does nothing', async (choice) => {
    const { fake, press } = await begun()
    expect((await press(choice)).status).toBe(400)
    expect(fake.payments()).toEqual([])
  })

  test.each([
    ['redirectUrl', 'javascript:alert(1)'],
    ['redirectUrl', ''],
    ['totalAmount', '-1'],
    ['totalAmount', '1.5'],
    ['totalAmount', 'x'],
    ['paymentId', ''],
  ])('refuses %s=%s', async (name, value) => {
    const { fake, url } = await begun()
    const changed = new URL(url)
    changed.searchParams.set(name, value)
    expect((await fake.handle(new Request(changed))).status).toBe(400)
  })
})

describe('the billing key window of the fake', () => {
  test('S1-01: asks for no card number', async () => {
    const { fake, url } = await issuing('<b>구독</b>')
    const html = await (await fake.handle(new Request(url))).text()
    expect(html).toContain('카드 등록')
    expect(html).toContain('&#60;b&#62;구독')
    expect(html).not.toContain('<input')
  })

  test('S1-02: a registered card comes back as a key that the gateway takes', async () => {
    const { fake, billing, press } = await issuing()
    const { status, to } = await press('register')
    expect([status, to.pathname]).toEqual([303, '/registered'])
    const key = (await billing.finishIssue(issueOf(), Object.fromEntries(to.searchParams)))._unsafeUnwrap()
    expect(fake.billingKeys()).toMatchObject([{ billingKey: key.billingKey, customerId: 'buyer-1' }])
    expect(fake.book()).toEqual([])
  })

  test.each(['decline', 'cancel'])('%s: no key', async (choice) => {
    const { fake, billing, press } = await issuing()
    const returned = Object.fromEntries((await press(choice)).to.searchParams)
    expect((await billing.finishIssue(issueOf(), returned))._unsafeUnwrapErr().code).toBe('declined')
    expect(fake.billingKeys()).toEqual([])
  })

  test('another button does nothing, and an issuance needs an id', async () => {
    const { fake, url, press } = await issuing()
    expect((await press('toString')).status).toBe(400)
    const changed = new URL(url)
    changed.searchParams.set('issueId', '')
    expect((await fake.handle(new Request(changed))).status).toBe(400)
  })
})

test('handle serves the API too, under a path of the host’s, and turns a cut connection into a network error', async () => {
  const shop = shopOf()
  const attempt = await paid(shop)
  const request = (authorization: string) =>
    new Request(`https://shop.example/portone/payments/${sentOf(attempt.id)}`, { headers: { authorization } })
  expect((await shop.fake.handle(request('PortOne wrong'))).status).toBe(401)
  expect((await shop.fake.handle(request(`PortOne ${API_SECRET}`))).status).toBe(200)
  shop.fake.faults.next({ kind: 'lost_answer' })
  expect((await shop.fake.handle(request(`PortOne ${API_SECRET}`))).type).toBe('error')
})
