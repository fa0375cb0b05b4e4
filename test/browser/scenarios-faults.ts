import assert from 'node:assert/strict'
import type { Scenario } from './scenario'

export const faultScenarios: readonly Scenario[] = [
  {
    name: 'the server dies between charge and commit, is started again on the same store, and finds the money',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      const orderId = await site.hold(page, 'A8')
      // No webhook: what is found is found by the engine itself.
      await site.breakNext('webhook_never')
      await site.operate('server', { action: 'die_after_charge' })
      await site.atTheWindow(page, 'pay')
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
      await site.breakNext('webhook_never')
      await site.operate('server', { action: 'die_after_charge' })
      await site.atTheWindow(page, 'pay')
      await page.waitForFunction(() => document.querySelector('#outcome')?.textContent?.includes('서버가 꺼져'))
      await page.goto('about:blank')
      await site.operate('server', { action: 'start' })
      await site.operate('clock', { minutes: 1 })
      await site.until(async () => (await site.order(orderId)).status === 'CONFIRMED')
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
      await site.breakNext('webhook_never')
      await site.breakNext('lost_answer')
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
    name: 'S2-17 the payment script does not load: the page says so, and the next press works',
    run: async (site) => {
      const { page } = site
      await site.signIn(page, 'minji')
      await site.hold(page, 'E8')
      await page.route('**/toss/sdk.js*', (route) => route.abort())
      await page.click('#pay-toss')
      await page.waitForFunction(() => document.querySelector('#note')?.textContent?.includes('불러오지 못했습니다'))
      await page.unroute('**/toss/sdk.js*')
      await site.atTheWindow(page, 'pay')
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
]
