import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DemoProcess, startDemo } from '../examples/demo-process'
import type { Scenario } from './scenario'
import type { Site } from './site'

/** The real server in a process of its own, which can be killed, and is started again on the same port and data. */
const killable = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'))
  let demo: DemoProcess = await startDemo({ folder })
  const { origin } = demo
  const operate = async (path: string, body: object): Promise<void> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    assert.equal((await fetch(`${origin}/operator/api/${path}`, init)).status, 204)
  }
  return {
    origin,
    operate,
    kill: () => demo.kill('SIGKILL'),
    startAgain: async () => {
      demo = await startDemo({ folder, port: new URL(origin).port })
    },
    end: async () => {
      await demo.kill('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const onKillable =
  (run: (site: Site, server: Awaited<ReturnType<typeof killable>>) => Promise<void>): Scenario['run'] =>
  async (site) => {
    const server = await killable()
    try {
      await run(site, server)
    } finally {
      await server.end()
    }
  }

/** The provider's book and ours, as the operator's desk shows them side by side. */
const booksAgree = async (site: Site, origin: string, orderId: string, shot: string): Promise<void> => {
  const desk = await site.visit()
  await desk.goto(`${origin}/operator?order=${orderId}`)
  await desk.waitForSelector('#verdict[data-agree="true"]')
  await site.shot(shot, desk)
  await desk.close()
}

export const restartScenarios: readonly Scenario[] = [
  {
    name: '`npm run demo` prints its addresses and serves them',
    run: onKillable(async (_site, { origin }) => {
      const response = await fetch(`${origin}/`)
      assert.equal(response.status, 200)
      assert.match(await response.text(), /가을밤의 현악사중주/)
    }),
  },
  {
    name: 'the process is killed right after a payment: the seat is sold, the buyer signed in, and it can be refunded',
    run: onKillable(async (site, server) => {
      const { page } = site
      await site.signIn(page, 'minji', server.origin)
      const orderId = await site.hold(page, 'A3')
      await site.atTheWindow(page, 'pay')
      await site.status(page, 'CONFIRMED')
      await server.kill()
      await page.waitForSelector('.line.is-polling')
      await server.startAgain()
      await page.waitForSelector('.line.is-live')
      await page.goto(server.origin)
      await page.waitForSelector('#seat-A3.is-mine')
      await site.shot('27-sold-after-kill')
      await booksAgree(site, server.origin, orderId, '28-operator-after-kill')

      await page.goto(`${server.origin}/order?id=${orderId}`)
      await site.status(page, 'CONFIRMED')
      await page.click('#cancel')
      await page.click('#cancel-confirm')
      await page.click('#refund')
      await site.status(page, 'REFUNDED')
      await booksAgree(site, server.origin, orderId, '29-operator-refunded')
      await page.goto(server.origin)
      await page.waitForSelector('#seat-A3.is-free')
    }),
  },
  {
    name: 'the process is killed between charge and commit: the page that waits is told that it is paid, once',
    run: onKillable(async (site, server) => {
      const { page } = site
      await site.signIn(page, 'junho', server.origin)
      const orderId = await site.hold(page, 'B6')
      await server.operate('faults', { gateway: 'toss', kind: 'webhook_never' })
      await server.operate('server', { action: 'die_after_charge' })
      await site.atTheWindow(page, 'pay')
      await page.waitForFunction(() => document.querySelector('#outcome')?.textContent?.includes('서버가 꺼져'))
      await server.kill()
      await server.startAgain()
      await site.status(page, 'CONFIRMED')
      await site.shot('30-paid-after-kill')
      await booksAgree(site, server.origin, orderId, '31-operator-after-charge')
      const state = await (await fetch(`${server.origin}/operator/api/state?order=${orderId}`)).json()
      const theirs = state.order.books.theirs.map(({ kind, amountMinor }: Record<string, unknown>) => [
        kind,
        amountMinor,
      ])
      assert.deepEqual(theirs, [['capture', 90_000]])
    }),
  },
  {
    name: 'the process is killed while the buyer is in Payple’s window: it still opens, comes back, and pays once',
    run: onKillable(async (site, server) => {
      const { page } = site
      await site.signIn(page, 'junho', server.origin)
      const orderId = await site.hold(page, 'C6')
      await page.click('#pay-payple')
      await page.waitForSelector('button.pay')
      await server.kill()
      await server.startAgain()
      await site.press(page, 'pay', 'payple')
      await site.status(page, 'CONFIRMED')
      await booksAgree(site, server.origin, orderId, '32-operator-after-window')
    }),
  },
]
