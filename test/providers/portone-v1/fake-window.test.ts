import { describe, expect, test } from 'vitest'
import type { Checkout } from '../../../src/providers/gateway'
import { attemptOf, beginContext, issueOf, paid, refundContext, refundOf, type Shop, shopOf, uidOf } from './support'

const windowOf = (shop: Shop, checkout: Checkout) => {
  if (checkout.action !== 'window') throw new Error('no window')
  const url = shop.fake.windowUrl(checkout.parameters, 'https://shop.example/fakes/')
  const press = async (choice: string) => {
    const body = new URLSearchParams({ choice })
    const response = await shop.fake.handle(new Request(url, { method: 'POST', body }))
    const to = new URL(response.headers.get('location') ?? 'none:')
    return { status: response.status, to, returned: Object.fromEntries(to.searchParams) }
  }
  const show = async () => {
    const response = await shop.fake.handle(new Request(url))
    return { response, html: await response.text() }
  }
  return { ...shop, url, press, show }
}

const payment = async (title = beginContext.title) => {
  const shop = shopOf()
  return windowOf(shop, (await shop.gateway.begin(attemptOf(), { ...beginContext, title }))._unsafeUnwrap())
}
const registration = async () => {
  const shop = shopOf()
  return windowOf(shop, (await shop.billing.beginIssue(issueOf(), beginContext))._unsafeUnwrap())
}

describe('the payment window of the fake', () => {
  test('shows what is paid for, in Korean and English, and runs no script', async () => {
    const { response, html } = await (await payment()).show()
    expect(response.status).toBe(200)
    for (const text of ['녹차 세트 외 1건', '33,000', '카드로 결제', 'Pay by card', '가상계좌 발급', '결제 취소']) {
      expect(html).toContain(text)
    }
    expect(html).not.toContain('<script')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('shows foreign text as text', async () => {
    const { html } = await (await payment('<img src=x onerror="a">')).show()
    expect(html).not.toContain('<img')
    expect(html).toContain('&#60;img')
  })

  test('a card: back with what confirm needs', async () => {
    const { fake, gateway, press } = await payment()
    const { status, to, returned } = await press('pay')
    expect(status).toBe(303)
    expect(to.origin + to.pathname).toBe('https://shop.example/return')
    expect(returned).toMatchObject({ merchant_uid: uidOf(attemptOf().id), imp_uid: expect.stringMatching(/^imp_/) })
    expect((await gateway.confirm(attemptOf(), returned))._unsafeUnwrap().status).toBe('approved')
    expect(fake.book()).toHaveLength(1)
  })

  test('a virtual account waits', async () => {
    const { gateway, press } = await payment()
    const { returned } = await press('virtual_account')
    expect((await gateway.confirm(attemptOf(), returned))._unsafeUnwrap().status).toBe('waiting')
  })

  test.each(['decline', 'cancel'])('%s: back with a record that says failed', async (choice) => {
    const { fake, gateway, press } = await payment()
    const { returned } = await press(choice)
    expect((await gateway.confirm(attemptOf(), returned))._unsafeUnwrapErr().code).toBe('declined')
    expect(fake.book()).toEqual([])
  })

  test('paid already: it begins nothing', async () => {
    const { gateway, press } = await payment()
    await press('pay')
    const { returned } = await press('pay')
    expect(returned).not.toHaveProperty('imp_uid')
    expect(gateway.readReturn(attemptOf(), returned)._unsafeUnwrapErr().code).toBe('return_invalid')
  })

  test('a button that is none, parameters that are missing, an address that is no web address', async () => {
    const { fake, url, press } = await payment()
    expect((await press('x')).status).toBe(400)
    const without = (name: string, value?: string) => {
      const other = new URL(url)
      if (value === undefined) other.searchParams.delete(name)
      else other.searchParams.set(name, value)
      return fake.handle(new Request(other))
    }
    for (const name of ['merchant_uid', 'amount', 'm_redirect_url']) expect((await without(name)).status).toBe(400)
    expect((await without('m_redirect_url', 'javascript:alert(1)')).status).toBe(400)
    expect((await without('amount', '0')).status).toBe(400)
  })
})

describe('the page on which a card is registered', () => {
  test('says that nothing is paid, and comes back with a key', async () => {
    const { fake, billing, press, show } = await registration()
    const { html } = await show()
    for (const text of ['카드 등록', 'Register the card', '등록 취소', '9,900', '결제되지 않습니다'])
      expect(html).toContain(text)
    expect(html).not.toContain('카드로 결제')
    const { returned } = await press('pay')
    expect((await billing.finishIssue(issueOf(), returned)).isOk()).toBe(true)
    expect(fake.book()).toEqual([])
  })

  test('the buyer gives up', async () => {
    const { billing, press } = await registration()
    const { returned } = await press('cancel')
    expect((await billing.finishIssue(issueOf(), returned))._unsafeUnwrapErr().code).toBe('declined')
  })
})

test('the same handler answers the REST API; a cut connection is an error', async () => {
  const shop = shopOf()
  const bought = await paid(shop)
  shop.fake.faults.next({ kind: 'lost_request' })
  expect((await shop.fake.handle(new Request(`${shop.fake.origin}/payments/imp_1`))).type).toBe('error')
  expect((await shop.fake.handle(new Request(`${shop.fake.origin}/payments/imp_1`))).status).toBe(401)
  expect((await shop.gateway.refund(refundOf(), refundContext(bought))).isOk()).toBe(true)
})
