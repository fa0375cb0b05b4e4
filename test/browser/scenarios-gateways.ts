import assert from 'node:assert/strict'
import { type Scenario, textOf } from './scenario'
import type { Site, WindowGateway } from './site'

/** What every window of every provider must do. The names are what the buyer reads on the button. */
const GATEWAYS: readonly { readonly gateway: WindowGateway; readonly called: string; readonly seat: string }[] = [
  { gateway: 'toss', called: '토스페이먼츠', seat: 'B2' },
  { gateway: 'payple', called: '페이플', seat: 'B3' },
  { gateway: 'portone_v1', called: '포트원 V1', seat: 'B4' },
  { gateway: 'portone_v2', called: '포트원 V2', seat: 'B5' },
]

/** The operator's desk shows that this provider's book and ours come to the same. */
const deskAgrees = async (site: Site, orderId: string, shot: string): Promise<void> => {
  const desk = await site.visit()
  await desk.goto(`${site.origin}/operator?order=${orderId}`)
  await desk.waitForSelector('#verdict[data-agree="true"]')
  await site.shot(shot, desk)
  await desk.close()
}

const bought = ({ gateway, called, seat }: (typeof GATEWAYS)[number]): Scenario => ({
  name: `${gateway}: a seat is bought in its window, cancelled and refunded, and its book agrees`,
  run: async (site) => {
    const { page } = site
    await site.signIn(page, 'minji')
    const orderId = await site.hold(page, seat)
    assert.match(await textOf(site, `#pay-${gateway}`), new RegExp(called))
    await page.click(`#pay-${gateway}`)
    await page.waitForURL(`**/${gateway}/**`)
    await page.waitForSelector('button.pay')
    assert.match(await textOf(site, 'h1'), /가을밤의 현악사중주/)
    await site.shot(`40-window-${gateway}`)
    await site.press(page, 'pay', gateway)
    await site.outcome(page, 'done')
    await site.status(page, 'CONFIRMED')
    assert.deepEqual(site.book(gateway), ['capture 90000'])
    await deskAgrees(site, orderId, `41-books-${gateway}`)

    await page.click('#cancel')
    await page.click('#cancel-confirm')
    await page.click('#refund')
    await site.status(page, 'REFUNDED')
    assert.deepEqual(site.book(gateway), ['capture 90000', 'refund 90000'])
    assert.equal((await site.order(orderId)).refundedMinor, 90_000)
    await deskAgrees(site, orderId, `42-refunded-${gateway}`)
  },
})

const declined = ({ gateway, seat }: (typeof GATEWAYS)[number]): Scenario => ({
  name: `${gateway}: refused in its window, nothing is taken, and the next try pays once`,
  run: async (site) => {
    const { page } = site
    await site.signIn(page, 'minji')
    await site.hold(page, seat)
    await site.atTheWindow(page, 'decline', gateway)
    await site.outcome(page, 'failed')
    await site.shot(`43-declined-${gateway}`)
    assert.match(await textOf(site, '#outcome'), /결제되지 않았습니다/)
    assert.deepEqual(site.book(gateway), [])
    await page.click('#to-order')
    await site.status(page, 'PAYING')
    await site.atTheWindow(page, 'pay', gateway)
    await site.status(page, 'CONFIRMED')
    assert.deepEqual(site.book(gateway), ['capture 90000'])
  },
})

const closed = ({ gateway, seat }: (typeof GATEWAYS)[number]): Scenario => ({
  name: `${gateway}: its window is closed, nothing is taken, the seat stays, and it can be opened again`,
  run: async (site) => {
    const { page } = site
    await site.signIn(page, 'junho')
    const orderId = await site.hold(page, seat)
    await site.atTheWindow(page, 'close', gateway)
    await site.outcome(page, 'failed')
    assert.deepEqual(site.book(gateway), [])
    assert.equal((await site.order(orderId)).status, 'PAYING')
    await page.click('#to-order')
    await page.click(`#pay-${gateway}`)
    await page.waitForURL(`**/${gateway}/**`)
    // The browser's own way back: nobody tells us anything.
    await page.goBack()
    await page.waitForSelector(`#pay-${gateway}`)
    await site.atTheWindow(page, 'pay', gateway)
    await site.status(page, 'CONFIRMED')
    assert.deepEqual(site.book(gateway), ['capture 90000'])
  },
})

/** Somebody who may be anybody else has put words into the address, or has come back without a session. */
const forged: Scenario = {
  name: 'a made-up return pays for nothing and says so, and the order is as it was',
  run: async (site) => {
    const { page } = site
    await site.signIn(page, 'minji')
    const orderId = await site.hold(page, 'B6')
    await page.click('#pay-payple')
    await page.waitForURL('**/payple/**')
    const { openAttemptId } = await site.order(orderId)
    const back = `${site.origin}/payments/orders/${orderId}/payments/${openAttemptId}/return`
    await page.goto(`${back}?PCD_PAY_RST=success&PCD_PAY_OID=${openAttemptId}&PCD_PAY_TOTAL=90000`)
    await site.outcome(page, 'failed')
    assert.match(await textOf(site, '#outcome'), /결과를 읽을 수 없습니다/)
    const stranger = await site.visit()
    await stranger.goto(`${back}?PCD_PAY_RST=success`)
    await site.outcome(stranger, 'failed')
    assert.equal((await site.order(orderId)).status, 'PAYING')
    assert.deepEqual(site.book('payple'), [])
  },
}

const lostAnswer: Scenario = {
  name: 'payple: the answer to its confirmation is lost: looked up, never called unpaid, charged once',
  run: async (site) => {
    const { page } = site
    await site.signIn(page, 'minji')
    const orderId = await site.hold(page, 'B7')
    const desk = await site.visit()
    await desk.goto(`${site.origin}/operator?order=${orderId}`)
    await desk.click('#gateway-payple')
    await desk.click('#fault-lost_answer')
    await desk.waitForFunction(() => document.querySelector('#gateway-payple')?.textContent === '페이플1')
    await site.shot('43-operator-armed', desk)
    await site.atTheWindow(page, 'pay', 'payple')
    await site.outcome(page, 'waiting')
    await site.shot('44-lost-answer-payple')
    assert.deepEqual(site.book('payple'), ['capture 90000'])
    // The page goes on to the order by itself, and that is told as soon as it is known.
    await site.status(page, 'CONFIRMED')
    const events = await site.eventsOf(orderId)
    assert.ok(events.some(({ type }) => type === 'attempt.unknown'))
    assert.notEqual(events.find(({ type }) => type === 'order.confirmed')?.cause, 'request')
    assert.deepEqual(site.book('payple'), ['capture 90000'])
    await deskAgrees(site, orderId, '45-books-lost-answer-payple')
  },
}

/** The provider has the money; the server that was to write it down is gone. */
const died = ({ gateway, seat }: (typeof GATEWAYS)[number]): Scenario => ({
  name: `${gateway}: the server dies between charge and commit, and the new one finds the money`,
  run: async (site) => {
    const { page } = site
    await site.signIn(page, 'minji')
    const orderId = await site.hold(page, seat)
    await site.operate('server', { action: 'die_after_charge' })
    await site.atTheWindow(page, 'pay', gateway)
    await site.until(() => !site.engine.isAlive())
    assert.deepEqual(site.book(gateway), ['capture 90000'])
    assert.equal((await site.order(orderId)).status, 'PAYING')
    await site.operate('server', { action: 'start' })
    await page.goto(`${site.origin}/order?id=${orderId}`)
    await site.operate('clock', { minutes: 1 })
    await site.status(page, 'CONFIRMED')
    assert.deepEqual(site.book(gateway), ['capture 90000'])
    await deskAgrees(site, orderId, `46-books-after-death-${gateway}`)
  },
})

const windowLeftOpen: Scenario = {
  name: 'portone_v2: while its closed window could still take the money nobody pays twice; after that the wallet can pay',
  run: async (site) => {
    const { page } = site
    await site.signIn(page, 'junho')
    const orderId = await site.hold(page, 'C7')
    await site.atTheWindow(page, 'close', 'portone_v2')
    await site.outcome(page, 'failed')
    await page.click('#to-order')
    await page.click('#pay-wallet')
    await page.waitForFunction(() => document.querySelector('#note')?.textContent?.includes('같은 결제 방법으로'))
    await site.shot('47-window-left-open')
    await site.operate('clock', { minutes: 3 })
    await site.until(async () => (await site.order(orderId)).openAttemptId === null)
    await page.click('#pay-wallet')
    await site.status(page, 'CONFIRMED')
    assert.deepEqual(site.book('portone_v2'), [])
    assert.equal((await site.store.get('walletAccounts', 'junho:KRW'))?.balanceMinor, 110_000)
  },
}

export const gatewayScenarios: readonly Scenario[] = GATEWAYS.flatMap((one) => [
  bought(one),
  declined(one),
  closed(one),
  died(one),
]).concat(forged, lostAnswer, windowLeftOpen)
