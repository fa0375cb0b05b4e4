import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { Site } from './site'

export type Scenario = { readonly name: string; readonly run: (site: Site) => Promise<void> }

const textOf = async ({ page }: Pick<Site, 'page'>, selector: string) => (await page.textContent(selector)) ?? ''

/** Buys one seat by card and waits for the ticket. */
const buy = async (site: Site, seat: string): Promise<string> => {
  const { page } = site
  await site.signIn(page, 'minji')
  const orderId = await site.hold(page, seat)
  await site.atTheWindow(page, 'card')
  await site.outcome(page, 'done')
  await site.status(page, 'CONFIRMED')
  return orderId
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'S2-01 without a session the page asks who is buying, and holds nothing',
    run: async (site) => {
      await site.page.goto(site.origin)
      await site.page.click('#seat-B3')
      await site.page.click('#hold')
      await site.page.waitForSelector('dialog[open]')
      await site.shot('01-sign-in')
      assert.deepEqual(await site.store.find('orders', { index: 'byBuyer', where: { buyerId: 'minji' }, limit: 5 }), [])
    },
  },
  {
    name: 'E-126 S2-09 S2-10 S3-77 a seat is bought by card',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      await page.click('#seat-A4')
      await page.click('#seat-A5')
      await site.shot('02-seats-chosen')
      await page.click('#hold')
      await page.waitForSelector('#countdown')
      await site.shot('03-order-held')
      const orderId = new URL(page.url()).searchParams.get('id') ?? ''
      assert.equal((await site.order(orderId)).status, 'HOLD')
      assert.match(await textOf(site, '#total'), /240,000원/)

      await page.click('#pay-toss')
      await page.waitForSelector('button[value="card"]')
      await site.shot('04-payment-window')
      await page.click('button[value="card"]')
      await site.outcome(page, 'done')
      await site.shot('05-success')
      await site.status(page, 'CONFIRMED')
      await page.waitForSelector('#explanation')
      await site.shot('06-ticket')
      const order = await site.order(orderId)
      assert.deepEqual([order.status, order.totalMinor], ['CONFIRMED', 240_000])
      assert.deepEqual(site.book(), ['capture 240000'])
      await page.goto(site.origin)
      await page.waitForSelector('#seat-A4.is-mine')
    },
  },
  {
    name: 'E-128 S2-16 the fail page says why; after a decline the order is paid on the second try',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'B1')
      await site.atTheWindow(page, 'decline')
      await site.outcome(page, 'failed')
      await site.shot('07-fail-page')
      assert.match(await textOf(site, '#outcome'), /거절/)
      await page.click('#to-order')
      await site.status(page, 'PAYING')

      await site.operate('faults', { kind: 'decline' })
      await site.atTheWindow(page, 'card')
      await site.outcome(page, 'failed')
      assert.match(await textOf(site, '#outcome'), /카드사가 거절했습니다. 청구되지 않았습니다/)
      assert.deepEqual(site.book(), [])
      await page.click('#to-order')
      await page.waitForSelector('#retryable')
      await site.shot('08-retry')

      await site.atTheWindow(page, 'card')
      await site.outcome(page, 'done')
      await site.status(page, 'CONFIRMED')
      assert.deepEqual(site.book(), ['capture 90000'])
      const attempts = await site.store.find('attempts', { index: 'byOrder', where: { orderId }, limit: 9 })
      assert.deepEqual(
        attempts.map(({ status }) => status),
        ['VOIDED', 'FAILED', 'APPROVED'],
      )
    },
  },
  {
    name: 'S2-16 closing the payment window gives the try up, and the wallet can pay instead',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'junho')
      const orderId = await site.hold(page, 'C1')
      await site.atTheWindow(page, 'cancel')
      await site.outcome(page, 'failed')
      await page.click('#to-order')
      await page.click('#pay-wallet')
      await site.status(page, 'CONFIRMED')
      await page.waitForFunction(() => document.querySelector('#balance')?.textContent?.includes('110,000'))
      assert.equal((await site.order(orderId)).status, 'CONFIRMED')
      assert.deepEqual(site.book(), [])
      const account = await site.store.get('walletAccounts', 'junho:KRW')
      assert.equal(account?.balanceMinor, 110_000)
    },
  },
  {
    name: 'E-77 the wallet has too little: it says so, nothing is taken, and the card still works',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'junho')
      await site.hold(page, 'A1', 'A2')
      await page.click('#pay-wallet')
      await page.waitForSelector('#note:not([hidden])')
      await page.waitForFunction(() => document.querySelector('#note')?.textContent?.includes('잔액이 부족'))
      await site.shot('09-wallet-too-little')
      assert.equal((await site.store.get('walletAccounts', 'junho:KRW'))?.balanceMinor, 200_000)
      await site.atTheWindow(page, 'card')
      await site.status(page, 'CONFIRMED')
      assert.deepEqual(site.book(), ['capture 240000'])
    },
  },
  {
    name: 'C-15 E-129 two tabs confirm the same attempt: both say paid, and it was paid once',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'C4')
      await site.operate('faults', { kind: 'slow' })
      await site.atTheWindow(page, 'card')
      await page.waitForURL(/pay\/success/)
      const second = await page.context().newPage()
      await second.goto(page.url())
      await Promise.all([site.status(page, 'CONFIRMED'), site.status(second, 'CONFIRMED')])
      assert.deepEqual(site.book(), ['capture 90000'])
      const confirmed = (await site.eventsOf(orderId)).filter(({ type }) => type === 'order.confirmed')
      assert.equal(confirmed.length, 1)
    },
  },
  {
    name: 'two buyers want one seat: the second is told at once, and sees it taken',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const other = await site.visit()
      await site.signIn(other, 'junho')
      await other.click('#seat-D1')
      // Nothing is fetched again on this page: it presses what it still believes to be free.
      await other.route('**/api/concert', (route) => route.abort())
      await site.hold(page, 'D1')
      await other.click('#hold')
      await other.waitForFunction(() => document.body.textContent?.includes('방금 다른 분이 D1 좌석을 잡았습니다'))
      await other.unroute('**/api/concert')
      await other.waitForSelector('#seat-D1.is-held')
      await site.shot('10-taken', other)
      assert.deepEqual(await site.store.find('orders', { index: 'byBuyer', where: { buyerId: 'junho' }, limit: 5 }), [])
    },
  },
  {
    name: 'S3-03 S3-79 the countdown follows the server; at zero the server says that the hold expired',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'E1')
      await site.operate('clock', { minutes: 4 })
      await page.waitForFunction(() => /^0:/.test(document.querySelector('#countdown')?.textContent ?? ''))
      await site.shot('11-last-minute')
      assert.equal((await site.order(orderId)).status, 'HOLD')
      await site.operate('clock', { minutes: 1 })
      await site.status(page, 'EXPIRED')
      await site.shot('12-expired')
      assert.equal((await site.order(orderId)).status, 'EXPIRED')
      assert.deepEqual(site.book(), [])
      await page.goto(site.origin)
      await page.waitForSelector('#seat-E1.is-free')
    },
  },
  {
    name: 'S3-33 a paid order is cancelled and refunded, and says what comes back before',
    run: async (site) => {
      const { page } = site
      const orderId = await buy(site, 'B8')
      await page.click('#cancel')
      assert.match(
        await textOf(site, '#explanation'),
        /주문을 먼저 취소하면 .*\(Asia\/Seoul\) 전까지 환불받을 수 있습니다/,
      )
      assert.match(await textOf(site, '#refund-amount'), /90,000원/)
      await site.shot('13-cancel-quote')
      assert.equal((await site.order(orderId)).status, 'CONFIRMED')
      await page.click('#cancel-confirm')
      await site.status(page, 'CANCELLED')
      await page.waitForSelector('#refund')
      assert.match(await textOf(site, '#explanation'), /환불받을 수 있는 금액은 90,000 KRW입니다/)
      await site.shot('14-refund-offer')
      assert.deepEqual(site.book(), ['capture 90000'])
      await page.click('#refund')
      await site.status(page, 'REFUNDED')
      await site.shot('15-refunded')
      assert.deepEqual(site.book(), ['capture 90000', 'refund 90000'])
      assert.deepEqual((await site.order(orderId)).refundedMinor, 90_000)
    },
  },
  {
    name: 'S3-33 after the cut-off the page says that nothing comes back, before the seat is given up',
    run: async (site) => {
      const { page } = site
      const orderId = await buy(site, 'E5')
      await site.operate('clock', { minutes: 3 * 1_440 })
      await page.reload()
      await page.click('#cancel')
      assert.match(await textOf(site, '#explanation'), /마감되었습니다/)
      assert.match(await textOf(site, '#refund-amount'), /^0원/)
      await site.shot('16-forfeited')
      await page.click('#cancel-confirm')
      await site.status(page, 'CANCELLED')
      assert.equal(await page.locator('#refund').count(), 0)
      assert.deepEqual(site.book(), ['capture 60000'])
      assert.equal((await site.order(orderId)).refundedMinor, 0)
    },
  },
  {
    name: 'the server dies between charge and commit, is started again on the same store, and finds the money',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'A8')
      // No webhook: what is found is found by the engine itself.
      await site.operate('faults', { kind: 'webhook_never' })
      await site.operate('server', { action: 'die_after_charge' })
      await site.atTheWindow(page, 'card')
      await page.waitForFunction(() => document.querySelector('#outcome')?.textContent?.includes('서버가 꺼져'))
      await page.waitForSelector('.bar')
      await site.shot('17-server-died')
      assert.deepEqual(site.book(), ['capture 120000'])
      assert.equal((await site.order(orderId)).status, 'PAYING')

      const desk = await site.visit()
      await desk.goto(`${site.origin}/operator?order=${orderId}`)
      await desk.waitForSelector('#verdict[data-agree="false"]')
      await desk.waitForSelector('.is-down')
      await site.shot('18-operator-books-differ', desk)
      await desk.click('#server-start')
      await site.status(page, 'CONFIRMED')
      await desk.waitForSelector('#verdict[data-agree="true"]')
      await site.shot('19-operator-books-agree', desk)
      assert.deepEqual(site.book(), ['capture 120000'])
      assert.equal((await site.order(orderId)).status, 'CONFIRMED')
    },
  },
  {
    name: 'the buyer has gone, the server died: a job of the new server finds the money alone',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'A7')
      await site.operate('faults', { kind: 'webhook_never' })
      await site.operate('server', { action: 'die_after_charge' })
      await site.atTheWindow(page, 'card')
      await page.waitForFunction(() => document.querySelector('#outcome')?.textContent?.includes('서버가 꺼져'))
      await page.goto('about:blank')
      await site.operate('server', { action: 'start' })
      await site.operate('clock', { minutes: 1 })
      const until = Date.now() + 10_000
      while ((await site.order(orderId)).status !== 'CONFIRMED' && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      const events = await site.eventsOf(orderId)
      assert.equal(events.find(({ type }) => type === 'order.confirmed')?.cause, 'job')
      assert.deepEqual(site.book(), ['capture 120000'])
    },
  },
  {
    name: 'S2-15 a lost answer is looked up: the page never says "not paid", and it is charged once',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'D4')
      await site.operate('faults', { kind: 'webhook_never' })
      await site.operate('faults', { kind: 'lost_answer' })
      await page.click('#pay-toss')
      await page.click('button[value="card"]')
      const seen = await page.waitForSelector('#outcome')
      assert.notEqual(await seen.getAttribute('data-state'), 'failed')
      await site.status(page, 'CONFIRMED')
      const events = (await site.eventsOf(orderId)).map(({ type }) => type)
      assert.ok(events.includes('attempt.unknown'))
      assert.deepEqual(site.book(), ['capture 60000'])
    },
  },
  {
    name: 'the answer to a refund is lost and the server dies: it completes itself, and the money goes back once',
    run: async (site) => {
      const { page } = site
      const orderId = await buy(site, 'D8')
      await page.click('#cancel')
      await page.click('#cancel-confirm')
      await page.waitForSelector('#refund')
      await site.operate('server', { action: 'die_after_refund' })
      await page.click('#refund')
      await page.waitForSelector('#note:not([hidden])')
      assert.deepEqual(site.book(), ['capture 60000', 'refund 60000'])
      await site.operate('server', { action: 'start' })
      await site.operate('clock', { minutes: 1 })
      await site.status(page, 'REFUNDED')
      assert.deepEqual(site.book(), ['capture 60000', 'refund 60000'])
      assert.equal((await site.order(orderId)).status, 'REFUNDED')
    },
  },
  {
    name: 'S3-14 S3-77 a virtual account: nothing is called paid before the deposit has come, then the webhook confirms',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'B4')
      await site.atTheWindow(page, 'virtual_account')
      await site.outcome(page, 'waiting')
      await site.shot('26-deposit')
      assert.match(await textOf(site, '#outcome'), /X\d+/)
      await page.click('#to-order')
      await page.waitForSelector('#pending')
      assert.equal((await site.order(orderId)).status, 'PAYING')
      assert.deepEqual(site.book(), [])
      const desk = await site.visit()
      await desk.goto(`${site.origin}/operator?order=${orderId}`)
      await desk.click('#deposit')
      await site.status(page, 'CONFIRMED')
      assert.deepEqual(site.book(), ['capture 90000'])
      const confirmed = (await site.eventsOf(orderId)).find(({ type }) => type === 'order.confirmed')
      assert.equal(confirmed?.cause, 'webhook')
    },
  },
  {
    name: 'S2-17 the payment script does not load: the page says so, and the next press works',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      await site.hold(page, 'E8')
      await page.route('**/toss/sdk.js*', (route) => route.abort())
      await page.click('#pay-toss')
      await page.waitForFunction(() => document.querySelector('#note')?.textContent?.includes('불러오지 못했습니다'))
      await page.unroute('**/toss/sdk.js*')
      await site.atTheWindow(page, 'card')
      await site.status(page, 'CONFIRMED')
      assert.deepEqual(site.book(), ['capture 60000'])
    },
  },
  {
    name: 'the line breaks: the page polls, and is live again when the server is back',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'E4')
      await page.waitForSelector('.line.is-live')
      await site.operate('server', { action: 'kill' })
      await page.waitForSelector('.line.is-polling')
      await site.operate('server', { action: 'start' })
      await page.waitForSelector('.line.is-live')
      await site.operate('clock', { minutes: 5 })
      await site.status(page, 'EXPIRED')
      assert.equal((await site.order(orderId)).status, 'EXPIRED')
    },
  },
  {
    name: 'on a phone, in the dark and in English, everything fits',
    run: async (site) => {
      const phone = await site.visit({ width: 390 })
      const look = async (name: string, page: Page) => {
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        assert.equal(width, 390, `${name} is ${width} px wide`)
        await site.shot(name, page)
      }
      await site.signIn(phone, 'minji')
      await phone.click('#seat-C3')
      await look('20-phone-seats', phone)
      const orderId = await site.hold(phone, 'C2')
      await look('21-phone-order', phone)
      const english = await site.visit({ width: 390, dark: true, english: true })
      await site.signIn(english, 'junho')
      await english.click('#seat-D3')
      await look('22-phone-dark-english', english)
      await site.hold(english)
      await english.click('#pay-wallet')
      await site.status(english, 'CONFIRMED')
      await english.click('#cancel')
      await look('23-phone-dark-cancel', english)
      await phone.goto(`${site.origin}/operator?order=${orderId}`)
      await phone.waitForSelector('#events')
      await look('24-phone-operator', phone)
      await phone.goto(`${site.origin}/orders`)
      await phone.waitForSelector('.order-link')
      await look('25-phone-orders', phone)
    },
  },
]
