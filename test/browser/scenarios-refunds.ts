import assert from 'node:assert/strict'
import { buy, type Scenario, textOf } from './scenario'

export const refundScenarios: readonly Scenario[] = [
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
]
