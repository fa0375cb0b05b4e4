import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { createApp, type Demo } from '../../examples/express-tickets/app'

/** The gateways whose payment is made in a window. */
export type WindowGateway = keyof Demo['providers']

export type Choice = 'pay' | 'account' | 'decline' | 'close'

/** How each window calls what a buyer may do. */
const BUTTONS: Readonly<Record<WindowGateway, Readonly<Record<Choice, string>>>> = {
  toss: { pay: 'card', account: 'virtual_account', decline: 'decline', close: 'cancel' },
  payple: { pay: 'pay', account: 'none', decline: 'decline', close: 'close' },
  portone_v1: { pay: 'pay', account: 'virtual_account', decline: 'decline', close: 'cancel' },
  portone_v2: { pay: 'card', account: 'virtual_account', decline: 'decline', close: 'cancel' },
}

export type Site = Awaited<ReturnType<typeof openSite>>

/** A fresh demo on a free port, and a browser in front of it. */
export const openSite = async (browser: Browser, screenshots: string) => {
  const demo = createApp()
  const server = createServer(demo.app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const complaints: string[] = []

  /** A browser of its own: other cookies, another language, another screen. */
  const visit = async (
    options: { readonly width?: number; readonly dark?: boolean; readonly english?: boolean } = {},
  ) => {
    const { width = 1_280, dark = false, english = false } = options
    const context = await browser.newContext({
      viewport: { width, height: width < 500 ? 844 : 900 },
      colorScheme: dark ? 'dark' : 'light',
      locale: 'ko-KR',
    })
    context.setDefaultTimeout(15_000)
    const page = await context.newPage()
    page.on('pageerror', (fault) => void complaints.push(`page error: ${fault.message}`))
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text())
    })
    page.on('request', (request) => {
      if (new URL(request.url()).hostname !== '127.0.0.1') complaints.push(`left the machine: ${request.url()}`)
    })
    if (english) await page.addInitScript(() => localStorage.setItem('language', 'en'))
    return page
  }
  const page = await visit()

  /** Presses a button of the operator's desk. */
  const operate = async (path: string, body: object): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${origin}/operator/api/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    assert.equal(response.status, 204, `operator: ${path} ${JSON.stringify(body)}`)
  }
  /** Arms one fault of one provider. */
  const breakNext = (kind: string, gateway: WindowGateway = 'toss') => operate('faults', { gateway, kind })
  const signIn = async (on: Page, buyer: string, at = origin): Promise<void> => {
    await on.goto(at)
    await on.click('#who')
    await Promise.all([on.waitForEvent('load'), on.click(`#buyer-${buyer}`)])
    await on.waitForSelector('#seat-A1')
  }
  /** Chooses seats and holds them: the id of the order whose page is open now. */
  const hold = async (on: Page, ...seats: readonly string[]): Promise<string> => {
    for (const seat of seats) await on.click(`#seat-${seat}`)
    await on.click('#hold')
    await on.waitForSelector('#countdown')
    return new URL(on.url()).searchParams.get('id') ?? ''
  }
  /** In the payment window that is open: what the buyer does. */
  const press = async (on: Page, choice: Choice, gateway: WindowGateway): Promise<void> => {
    await on.click(`button[value="${BUTTONS[gateway][choice]}"]`)
    // Payple's window ends with a form that the browser posts.
    if (gateway === 'payple') await on.click('form[action*="/return"] button')
  }
  /** Opens the payment window and presses one of its buttons. */
  const atTheWindow = async (on: Page, choice: Choice, gateway: WindowGateway = 'toss'): Promise<void> => {
    await on.click(`#pay-${gateway}`)
    await press(on, choice, gateway)
  }
  const status = (on: Page, wanted: string) => on.waitForSelector(`#status[data-status="${wanted}"]`)
  const outcome = (on: Page, wanted: string) => on.waitForSelector(`#outcome[data-state="${wanted}"]`)
  /** What a page does not show: asked again and again, for ten seconds at most. */
  const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 200; tries += 1) {
      if (await isSo()) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.fail('it did not become so within ten seconds')
  }
  const order = async (id: string) => {
    const row = await demo.store.get('orders', id)
    assert.ok(row !== undefined, `no order ${id}`)
    return row
  }
  const eventsOf = async (orderId: string) =>
    demo.store.find('events', { index: 'byOrder', where: { orderId }, limit: 500 })
  /** What a provider's own book says, as `capture 90000`. */
  const book = (gateway: WindowGateway = 'toss'): readonly string[] =>
    demo.providers[gateway].book().map(({ kind, amountMinor }) => `${kind} ${amountMinor}`)

  return {
    ...demo,
    origin,
    page,
    visit,
    operate,
    breakNext,
    signIn,
    hold,
    press,
    atTheWindow,
    status,
    outcome,
    order,
    until,
    eventsOf,
    book,
    shot: (name: string, on: Page = page) => on.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true }),
    assertQuietPages: () => assert.deepEqual(complaints, []),
    close: async () => {
      for (const context of browser.contexts()) await context.close()
      demo.stop()
      server.closeAllConnections()
      server.close()
    },
  }
}
