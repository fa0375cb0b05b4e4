import { describe, expect, test } from 'vitest'
import { attemptOf, beginContext, paid, shopOf } from './support'

const begun = async (title = beginContext.title) => {
  const shop = shopOf()
  const checkout = (await shop.gateway.begin(attemptOf(), { ...beginContext, title }))._unsafeUnwrap()
  if (checkout.action !== 'window') throw new Error('no window')
  const url = shop.fake.windowUrl(checkout.parameters, 'https://shop.example/toss/')
  const press = async (choice: string) => {
    const body = new URLSearchParams({ choice })
    const response = await shop.fake.handle(new Request(url, { method: 'POST', body }))
    return { status: response.status, to: new URL(response.headers.get('location') ?? 'none:') }
  }
  return { ...shop, url, press }
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

  test('a card: back to successUrl with what confirm needs', async () => {
    const { fake, gateway, press } = await begun()
    const { status, to } = await press('card')
    expect(status).toBe(303)
    expect(to.origin + to.pathname).toBe('https://shop.example/success')
    const returned = Object.fromEntries(to.searchParams)
    expect(returned).toMatchObject({ orderId: attemptOf().id, amount: '33000', paymentType: 'NORMAL' })
    const { providerRef } = gateway.readReturn(attemptOf(), returned)._unsafeUnwrap()
    expect((await gateway.confirm({ ...attemptOf(), providerRef }, returned))._unsafeUnwrap().status).toBe('approved')
    expect(fake.book()).toHaveLength(1)
  })

  test('a virtual account: confirmed, it waits', async () => {
    const { gateway, press } = await begun()
    const returned = Object.fromEntries((await press('virtual_account')).to.searchParams)
    expect((await gateway.confirm(attemptOf(), returned))._unsafeUnwrap().status).toBe('waiting')
  })

  test('a decline: back to failUrl with the reason', async () => {
    const { fake, press } = await begun()
    const { to } = await press('decline')
    expect(to.pathname).toBe('/fail')
    expect(Object.fromEntries(to.searchParams)).toMatchObject({ code: 'REJECT_CARD_COMPANY', orderId: attemptOf().id })
    expect(fake.payments()).toEqual([])
  })

  test('a buyer who cancels comes back without an order id', async () => {
    const { press } = await begun()
    const { to } = await press('cancel')
    expect(to.searchParams.get('code')).toBe('PAY_PROCESS_CANCELED')
    expect(to.searchParams.has('orderId')).toBe(false)
  })

  test('another button does nothing', async () => {
    const { fake, press } = await begun()
    expect((await press('x')).status).toBe(400)
    expect(fake.payments()).toEqual([])
  })

  test.each([
    ['successUrl', 'javascript:alert(1)'],
    ['failUrl', 'data:text/html,x'],
    ['amount', '-1'],
    ['amount', 'x'],
    ['orderId', ''],
  ])('refuses %s=%s', async (name, value) => {
    const { fake, url } = await begun()
    const changed = new URL(url)
    changed.searchParams.set(name, value)
    expect((await fake.handle(new Request(changed))).status).toBe(400)
  })
})

test('handle serves the API too, and turns a cut connection into a network error', async () => {
  const shop = shopOf()
  const attempt = await paid(shop)
  const request = () => new Request(`https://api.tosspayments.com/v1/payments/${attempt.providerRef}`)
  expect((await shop.fake.handle(request())).status).toBe(403)
  shop.fake.faults.next({ kind: 'lost_answer' })
  expect((await shop.fake.handle(request())).type).toBe('error')
})
