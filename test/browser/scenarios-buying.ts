import assert from 'node:assert/strict'
import { type Scenario, textOf } from './scenario'

export const buyingScenarios: readonly Scenario[] = [
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

      await site.breakNext('decline')
      await site.atTheWindow(page, 'pay')
      await site.outcome(page, 'failed')
      assert.match(await textOf(site, '#outcome'), /카드사가 거절했습니다. 청구되지 않았습니다/)
      assert.deepEqual(site.book(), [])
      await page.click('#to-order')
      await page.waitForSelector('#retryable')
      await site.shot('08-retry')

      await site.atTheWindow(page, 'pay')
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
      await site.atTheWindow(page, 'close')
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
      await site.atTheWindow(page, 'pay')
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
      await site.breakNext('slow')
      await site.atTheWindow(page, 'pay')
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
    name: 'S3-14 S3-77 a virtual account: nothing is called paid before the deposit has come, then the webhook confirms',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'B4')
      await site.atTheWindow(page, 'account')
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
]
