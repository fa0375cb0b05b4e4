import { readdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { createApp } from '../../examples/express-tickets/app'
import { atTheWindow, type Parameters, paymentAt, type WindowGateway } from './window'

const running: { readonly server: Server; readonly stop: () => void }[] = []
afterEach(() => {
  for (const { server, stop } of running.splice(0)) {
    stop()
    server.closeAllConnections()
    server.close()
  }
})

/** The demo, listening on the loopback device, and one buyer who talks to it as the page does. */
const demo = async () => {
  const { app, stop, ...rest } = createApp()
  const server = createServer(app)
  running.push({ server, stop })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const post = (path: string, body: unknown, cookie = '') =>
    fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    })
  const signIn = async (buyer: string) => {
    const cookie = (await post('/api/session', { buyer })).headers.get('set-cookie')?.split(';')[0] ?? ''
    const get = async (path: string) => (await fetch(origin + path, { headers: { cookie } })).json()
    /** The way back from a window: the page that the buyer sees then. */
    const follow = async (url: URL, init: RequestInit) => {
      const answer = await fetch(url, { ...init, headers: { cookie } })
      return new URL(answer.headers.get('location') ?? url, origin)
    }
    const comeBack = async (gateway: WindowGateway, parameters: Parameters, choice?: string) => {
      const { url, init } = await atTheWindow(origin, gateway, parameters, choice)
      return follow(url, init)
    }
    return {
      get,
      follow,
      comeBack,
      post: async (path: string, body: unknown = {}) => (await post(path, body, cookie)).json(),
    }
  }
  return { ...rest, origin, signIn, post }
}

const won = (amountMinor: number) => ({ amountMinor, currency: 'KRW' })

describe('the concert', () => {
  test('E-126 S2-10: a seat is held, paid at the window, confirmed on return, cancelled and refunded', async () => {
    const shop = await demo()
    const minji = await shop.signIn('minji')
    const { order } = await minji.post('/payments/orders', { seats: ['A1', 'B2'] })
    expect(order).toMatchObject({ status: 'HOLD', total: won(210_000) })
    const path = `/payments/orders/${order.id}`

    const { payment } = await minji.post(`${path}/payments`, paymentAt('toss', shop.origin))
    const back = await minji.comeBack('toss', payment.window.parameters)
    expect(back.pathname).toBe('/pay/success')
    expect((await minji.get(path)).order.status).toBe('PAYING')
    const returned = Object.fromEntries(back.searchParams)
    const paid = await minji.post(`${path}/payments/${payment.attemptId}/confirm`, { returned })
    expect(paid.order.status).toBe('CONFIRMED')
    expect(shop.providers.toss.fake.book()).toMatchObject([
      { kind: 'capture', orderId: payment.attemptId, amountMinor: 210_000 },
    ])
    const { seats } = await minji.get('/api/concert')
    expect(seats.filter(({ status }: { status: string }) => status === 'RESERVED')).toHaveLength(2)

    const { refund: quote } = await minji.get(`${path}/refund-quote`)
    expect(quote).toMatchObject({ reason: 'requires_cancellation', refundable: won(210_000) })
    expect(quote.explanation.ko).toContain('(Asia/Seoul)')
    expect((await minji.post(`${path}/cancel`)).refund).toMatchObject({ kind: 'auto', refundNow: won(210_000) })
    const refunded = await minji.post(`${path}/refunds`)
    expect(refunded).toMatchObject({ order: { status: 'REFUNDED' }, refund: { status: 'COMPLETED' } })
    expect(shop.providers.toss.fake.book().map(({ kind }) => kind)).toEqual(['capture', 'refund'])
  })

  test.each(['payple', 'portone_v1', 'portone_v2'] as const)(
    '%s: its window comes back to the server, which confirms; refunded, both books agree',
    async (gateway) => {
      const shop = await demo()
      const minji = await shop.signIn('minji')
      const { order } = await minji.post('/payments/orders', { seats: ['B1'] })
      const path = `/payments/orders/${order.id}`
      const begin = async () => (await minji.post(`${path}/payments`, paymentAt(gateway, shop.origin))).payment

      const refused = await minji.comeBack(gateway, (await begin()).window.parameters, 'decline')
      expect(refused.pathname).toBe('/pay/ended')
      expect(Object.fromEntries(refused.searchParams)).toMatchObject({ status: 'fail', code: 'PAYMENT_DECLINED' })
      expect(shop.providers[gateway].book()).toEqual([])

      const paid = await minji.comeBack(gateway, (await begin()).window.parameters)
      expect(paid.pathname + paid.search).toBe(`/pay/ended?status=success&orderId=${order.id}`)
      expect((await minji.get(path)).order.status).toBe('CONFIRMED')
      await minji.post(`${path}/cancel`)
      expect(await minji.post(`${path}/refunds`)).toMatchObject({ order: { status: 'REFUNDED' } })
      const { books } = (await minji.get(`/operator/api/state?order=${order.id}`)).order
      const moved = [
        { gateway, kind: 'capture', amountMinor: 90_000 },
        { gateway, kind: 'refund', amountMinor: 90_000 },
      ]
      expect(books.ours).toMatchObject(moved)
      expect(books.theirs).toMatchObject(moved)
    },
  )

  test.each(['toss', 'payple', 'portone_v1', 'portone_v2'] as const)(
    '%s: its webhook is delivered, and alone confirms a payment that we have not heard of',
    async (gateway) => {
      const shop = await demo()
      const minji = await shop.signIn('minji')
      const { order } = await minji.post('/payments/orders', { seats: ['B1'] })
      const path = `/payments/orders/${order.id}`
      const { payment } = await minji.post(`${path}/payments`, paymentAt(gateway, shop.origin))
      const { url, init } = await atTheWindow(shop.origin, gateway, payment.window.parameters)
      const isTakenByWindow = gateway.startsWith('portone')
      if (!isTakenByWindow) {
        // The confirmation is carried out, and nobody hears of it but by the webhook.
        await shop.post('/operator/api/faults', { gateway, kind: 'lost_answer' })
        if (gateway === 'toss') {
          const returned = Object.fromEntries(url.searchParams)
          await minji.post(`${path}/payments/${payment.attemptId}/confirm`, { returned })
        } else await minji.follow(url, init)
      }
      await expect.poll(async () => (await minji.get(path)).order.status, { timeout: 9_000 }).toBe('CONFIRMED')
      const events = await shop.store.find('events', { index: 'byOrder', where: { orderId: order.id }, limit: 50 })
      expect(events.find(({ type }) => type === 'order.confirmed')?.cause).toBe('webhook')
      expect(shop.providers[gateway].book()).toHaveLength(1)
      const inbox = await shop.store.find('inbox', { index: 'byStatus', where: { status: 'HANDLED' }, limit: 9 })
      expect(inbox.some((row) => row.gateway === gateway && row.attemptId === payment.attemptId)).toBe(true)
    },
    20_000,
  )

  test.each(['portone_v1', 'portone_v2'] as const)(
    '%s: an account is waited for, and the deposit confirms',
    async (gateway) => {
      const shop = await demo()
      const minji = await shop.signIn('minji')
      const { order } = await minji.post('/payments/orders', { seats: ['D1'] })
      const path = `/payments/orders/${order.id}`
      const { payment } = await minji.post(`${path}/payments`, paymentAt(gateway, shop.origin))
      const back = await minji.comeBack(gateway, payment.window.parameters, 'virtual_account')
      expect(back.pathname + back.search).toBe(`/pay/ended?status=pending&orderId=${order.id}`)
      expect(shop.providers[gateway].book()).toEqual([])
      const deposit = { attemptId: payment.attemptId }
      expect((await shop.post('/operator/api/deposit', deposit)).status).toBe(204)
      await expect.poll(async () => (await minji.get(path)).order.status, { timeout: 9_000 }).toBe('CONFIRMED')
      expect((await shop.post('/operator/api/deposit', deposit)).status).toBe(409)
      expect(shop.providers[gateway].book()).toHaveLength(1)
    },
    20_000,
  )

  test('C-41 S2-04: the page cannot set a price, and cannot hold what is not on offer', async () => {
    const shop = await demo()
    const minji = await shop.signIn('minji')
    const cheap = { seats: ['A1'], price: 1, lines: [{ title: 'A1', unitPrice: won(1) }] }
    expect((await minji.post('/payments/orders', cheap)).order.total).toEqual(won(120_000))
    for (const seats of [[], ['Z9'], ['A1', 'A1'], ['B1', 'B2', 'B3', 'B4', 'B5'], 'A1', null]) {
      expect(await minji.post('/payments/orders', { seats })).toMatchObject({ errorCode: 'NOT_ON_OFFER' })
    }
  })

  test('S2-01: nobody holds a seat without signing in, and a made-up cookie is nobody', async () => {
    const shop = await demo()
    for (const cookie of ['', 'demo_session=minji', 'demo_session=../../etc']) {
      const answer = await shop.post('/payments/orders', { seats: ['A1'] }, cookie)
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({
        status: 401,
        body: { errorCode: 'UNAUTHENTICATED' },
      })
    }
  })

  test('whose seat it is, is told to nobody else', async () => {
    const shop = await demo()
    const [minji, junho] = [await shop.signIn('minji'), await shop.signIn('junho')]
    const { order } = await minji.post('/payments/orders', { seats: ['A1'] })
    const seatOf = (list: readonly { readonly id: string }[]) => list.find(({ id }) => id === 'A1')
    expect(seatOf((await minji.get('/api/concert')).seats)).toMatchObject({ isMine: true, orderId: order.id })
    const seen = await junho.get('/api/concert')
    expect(seatOf(seen.seats)).toMatchObject({ status: 'TEMP_RESERVED', isMine: false, orderId: null })
    expect(JSON.stringify(seen)).not.toContain('minji')
  })

  test('the server dies between charge and commit; started again on the same store it finds the money', async () => {
    const shop = await demo()
    const minji = await shop.signIn('minji')
    const { order } = await minji.post('/payments/orders', { seats: ['C1'] })
    const path = `/payments/orders/${order.id}`
    const { payment } = await minji.post(`${path}/payments`, paymentAt('toss', shop.origin))
    const back = await minji.comeBack('toss', payment.window.parameters)
    const confirm = `${path}/payments/${payment.attemptId}/confirm`
    const returned = Object.fromEntries(back.searchParams)

    await shop.post('/operator/api/server', { action: 'die_after_charge' })
    await expect(minji.post(confirm, { returned })).rejects.toThrow()
    expect(shop.providers.toss.fake.book()).toHaveLength(1)
    expect(await shop.store.get('orders', order.id)).toMatchObject({ status: 'PAYING', paidAttemptId: null })
    expect(await minji.post(confirm, { returned })).toMatchObject({ errorCode: 'SERVER_DOWN' })

    await shop.post('/operator/api/server', { action: 'start' })
    expect(await minji.post(confirm, { returned })).toMatchObject({ order: { status: 'CONFIRMED' } })
    expect(shop.providers.toss.fake.book()).toHaveLength(1)
    const { order: seen, alerts } = await minji.get(`/operator/api/state?order=${order.id}`)
    expect(alerts).toEqual([])
    const [ours, theirs] = [seen.books.ours, seen.books.theirs]
    expect(ours).toMatchObject([{ attemptId: payment.attemptId, kind: 'capture', amountMinor: 90_000 }])
    expect(theirs).toMatchObject([{ attemptId: payment.attemptId, kind: 'capture', amountMinor: 90_000 }])
  })

  test.each(['toss', 'payple', 'portone_v1', 'portone_v2'] as const)(
    '%s: the server dies between refund and commit; the new one ends it, and the money goes back once',
    async (gateway) => {
      const shop = await demo()
      const minji = await shop.signIn('minji')
      const { order } = await minji.post('/payments/orders', { seats: ['C1'] })
      const path = `/payments/orders/${order.id}`
      const { payment } = await minji.post(`${path}/payments`, paymentAt(gateway, shop.origin))
      const back = await minji.comeBack(gateway, payment.window.parameters)
      const returned = Object.fromEntries(back.searchParams)
      if (gateway === 'toss') await minji.post(`${path}/payments/${payment.attemptId}/confirm`, { returned })
      await minji.post(`${path}/cancel`)

      await shop.post('/operator/api/server', { action: 'die_after_refund' })
      await expect(minji.post(`${path}/refunds`)).rejects.toThrow()
      const kinds = () => shop.providers[gateway].book().map(({ kind }) => kind)
      expect(kinds()).toEqual(['capture', 'refund'])
      expect(await shop.store.get('orders', order.id)).toMatchObject({ status: 'CANCELLED', refundedMinor: 0 })

      await shop.post('/operator/api/server', { action: 'start' })
      // Payple lists no refunds: only when the first request is dead for sure is it sent again, and refused as a repeat.
      await shop.post('/operator/api/clock', { minutes: 12 })
      await expect.poll(async () => (await minji.get(path)).order.status, { timeout: 9_000 }).toBe('REFUNDED')
      expect(kinds()).toEqual(['capture', 'refund'])
    },
    20_000,
  )

  test('the clock button expires a hold, and the seat is free again', async () => {
    const shop = await demo()
    const minji = await shop.signIn('minji')
    const { order } = await minji.post('/payments/orders', { seats: ['E8'] })
    await shop.post('/operator/api/clock', { minutes: 5 })
    expect((await minji.get(`/payments/orders/${order.id}`)).order.status).toBe('EXPIRED')
    const { seats } = await minji.get('/api/concert')
    expect(seats.find(({ id }: { id: string }) => id === 'E8')).toMatchObject({ status: 'FREE' })
  })

  test('S2-24: no page and no script carries a secret key', async () => {
    const shop = await demo()
    const folder = new URL('../../examples/express-tickets/public/', import.meta.url)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(html|js)$/.test(name))
    expect(files.length).toBeGreaterThan(12)
    const providers = Object.entries(shop.providers)
    const keys = providers.flatMap(([, { fake }]) => Object.values(fake.keys)).filter((key) => key !== 'test')
    expect(keys.length).toBeGreaterThan(12)
    const scripts = providers.map(([name]) => `/${name}/sdk.js`)
    for (const path of ['/', ...scripts, ...files.map((name) => `/${name}`)]) {
      const response = await fetch(shop.origin + path)
      expect(response.status, path).toBe(200)
      const text = await response.text()
      for (const key of keys) expect(text, path).not.toContain(key)
      expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org)/)
    }
  })
})
