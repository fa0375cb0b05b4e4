import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type DemoProcess, type DemoStart, startDemo } from './demo-process'
import { atTheWindow, paymentAt, type Way, type WindowGateway } from './window'

const folders: string[] = []
const running = new Set<DemoProcess>()
afterEach(async () => {
  for (const demo of running) await demo.kill('SIGKILL')
  running.clear()
})
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'))
  folders.push(folder)
  return folder
}

const start = async (options: DemoStart): Promise<DemoProcess> => {
  const demo = await startDemo(options)
  running.add(demo)
  return demo
}

/** A browser, as far as a server sees one: it keeps its cookie when the server is another process. */
const visitor = (demo: DemoProcess) => {
  let { origin } = demo
  let cookie = ''
  const ask = async (path: string, body?: unknown) => {
    const init = { method: 'POST', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await fetch(origin + path, body === undefined ? { headers: { cookie } } : init)
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    const text = await response.text()
    return text === '' ? response.status : JSON.parse(text)
  }
  /** Holds a seat and pays at the window: everything but the confirmation. */
  const authorize = async (seat: string, choice?: string, gateway: WindowGateway = 'toss') => {
    const { order } = await ask('/payments/orders', { seats: [seat] })
    const path = `/payments/orders/${order.id}`
    const { payment } = await ask(`${path}/payments`, paymentAt(gateway, origin))
    const way = await atTheWindow(origin, gateway, payment.window.parameters, choice)
    return {
      orderId: order.id,
      attemptId: payment.attemptId,
      path,
      way,
      returned: Object.fromEntries(way.url.searchParams),
      confirm: `${path}/payments/${payment.attemptId}/confirm`,
    }
  }
  /** Comes back from a window to the server, wherever it listens by now: the page that follows. */
  const comeBack = async ({ url, init }: Way): Promise<string | null> => {
    const answer = await fetch(origin + url.pathname + url.search, { ...init, headers: { cookie } })
    return answer.headers.get('location')
  }
  return {
    ask,
    authorize,
    comeBack,
    moveTo: (next: DemoProcess) => {
      origin = next.origin
    },
    /** Money of an order as both sides tell it: ours, the provider's. */
    books: async (orderId: string) => {
      const { order } = await ask(`/operator/api/state?order=${orderId}`)
      type Line = { readonly kind: string; readonly amountMinor: number }
      const told = (lines: readonly Line[]) => lines.map(({ kind, amountMinor }) => `${kind} ${amountMinor}`)
      return { ours: told(order.books.ours), theirs: told(order.books.theirs) }
    },
    seat: async (id: string) => {
      const { seats } = await ask('/api/concert')
      return seats.find((seat: { readonly id: string }) => seat.id === id)
    },
  }
}

type Target = {
  readonly title: string
  readonly open: () => Promise<string | undefined>
  readonly close: () => Promise<unknown>
}

/** A database of this run's own on each server that can be reached. */
const database = `holdfast_demo_${process.pid}`
const targetUrl = (url: string): string => Object.assign(new URL(url), { pathname: `/${database}` }).href
const { HOLDFAST_TEST_POSTGRES: postgres, HOLDFAST_TEST_MYSQL: mariadb } = process.env
const onPostgres = async (url: string, statement: string) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement).finally(() => client.end())
  return targetUrl(url)
}
const onMysql = async (url: string, statement: string) => {
  const connection = await mysql.createConnection(url)
  await connection.query(statement).finally(() => connection.end())
  return targetUrl(url)
}
const TARGETS: readonly Target[] = [
  { title: 'SQLite', open: async () => undefined, close: async () => undefined },
  ...(postgres === undefined
    ? []
    : [
        {
          title: 'PostgreSQL',
          open: () => onPostgres(postgres, `CREATE DATABASE ${database}`),
          close: () => onPostgres(postgres, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
        },
      ]),
  ...(mariadb === undefined
    ? []
    : [
        {
          title: 'MySQL',
          open: () => onMysql(mariadb, `CREATE DATABASE ${database}`),
          close: () => onMysql(mariadb, `DROP DATABASE IF EXISTS ${database}`),
        },
      ]),
]
if (postgres === undefined) test.skip('on PostgreSQL: HOLDFAST_TEST_POSTGRES is not set')
if (mariadb === undefined) test.skip('on MySQL: HOLDFAST_TEST_MYSQL is not set')

describe.each(TARGETS)('the demo is killed and started again, on $title', ({ open, close }) => {
  let databaseUrl: string | undefined
  let folder: string
  beforeAll(async () => {
    databaseUrl = await open()
    folder = newFolder()
  }, 60_000)
  afterAll(close, 60_000)
  const demo = (flags: readonly string[] = []) => start({ folder, databaseUrl, flags })
  const again = async (before: DemoProcess, buyer: ReturnType<typeof visitor>) => {
    await before.kill('SIGKILL')
    const after = await demo()
    buyer.moveTo(after)
    return after
  }

  test('nothing is lost at any step of a payment, and it can be refunded', { timeout: 120_000 }, async () => {
    const first = await demo()
    const minji = visitor(first)
    await minji.ask('/api/session', { buyer: 'minji' })
    const paid = await minji.authorize('A1')
    expect(await minji.ask(paid.confirm, { returned: paid.returned })).toMatchObject({ order: { status: 'CONFIRMED' } })
    await minji.ask('/operator/api/clock', { minutes: 60 })
    const { startsAt } = await minji.ask('/api/concert')

    // Right after a payment.
    const second = await again(first, minji)
    expect(await minji.ask('/api/me')).toMatchObject({ buyer: { id: 'minji' } })
    expect(await minji.seat('A1')).toMatchObject({ status: 'RESERVED', isMine: true, orderId: paid.orderId })
    expect(await minji.ask('/api/concert')).toMatchObject({ startsAt })
    const { serverNow } = await minji.ask('/operator/api/state')
    expect(Date.parse(serverNow) - Date.now()).toBeGreaterThan(59 * 60_000)
    expect(await minji.books(paid.orderId)).toEqual({ ours: ['capture 120000'], theirs: ['capture 120000'] })

    // Authorized at the window, not confirmed; another one charged, not written down.
    const waiting = await minji.authorize('B1')
    const lost = await minji.authorize('C1')
    await minji.ask('/operator/api/faults', { gateway: 'toss', kind: 'webhook_never' })
    await minji.ask('/operator/api/server', { action: 'die_after_charge' })
    await expect(minji.ask(lost.confirm, { returned: lost.returned })).rejects.toThrow()
    expect(await minji.books(lost.orderId)).toEqual({ ours: [], theirs: ['capture 90000'] })
    const third = await again(second, minji)
    for (const { confirm, returned, orderId } of [waiting, lost]) {
      expect(await minji.ask(confirm, { returned })).toMatchObject({ order: { status: 'CONFIRMED' } })
      expect(await minji.books(orderId)).toEqual({ ours: ['capture 90000'], theirs: ['capture 90000'] })
    }

    // An account waits for its deposit; a paid order is given up, and its refund is charged back but not written down.
    const account = await minji.authorize('D1', 'virtual_account')
    await minji.ask(account.confirm, { returned: account.returned })
    await minji.ask(`${paid.path}/cancel`, {})
    await minji.ask('/operator/api/server', { action: 'die_after_refund' })
    await expect(minji.ask(`${paid.path}/refunds`, {})).rejects.toThrow()
    await minji.ask('/operator/api/deposit', { attemptId: account.attemptId })
    const fourth = await again(third, minji)
    await expect
      .poll(() => minji.books(account.orderId))
      .toEqual({ ours: ['capture 60000'], theirs: ['capture 60000'] })
    await minji.ask(`${paid.path}/refunds`, {})
    await minji.ask('/operator/api/clock', { minutes: 1 })
    const everything = { ours: ['capture 120000', 'refund 120000'], theirs: ['capture 120000', 'refund 120000'] }
    await expect.poll(() => minji.books(paid.orderId), { timeout: 20_000 }).toEqual(everything)
    expect(await minji.ask(paid.path)).toMatchObject({ order: { status: 'REFUNDED' } })
    expect(await minji.seat('A1')).toMatchObject({ status: 'FREE' })
    await fourth.kill('SIGINT')
  })

  test('no provider forgets: paid, refunded or on the way back from the window, it goes on after the kill', {
    timeout: 120_000,
  }, async () => {
    const first = await demo(['--fresh'])
    const [minji, junho] = [visitor(first), visitor(first)]
    await minji.ask('/api/session', { buyer: 'minji' })
    await junho.ask('/api/session', { buyer: 'junho' })
    const begun = []
    for (const [gateway, row] of [
      ['payple', 'B'],
      ['portone_v1', 'C'],
      ['portone_v2', 'D'],
    ] as const) {
      const paid = await minji.authorize(`${row}1`, undefined, gateway)
      expect(await minji.comeBack(paid.way)).toBe(`/pay/ended?status=success&orderId=${paid.orderId}`)
      const waiting = await junho.authorize(`${row}2`, undefined, gateway)
      begun.push({ paid, waiting, amount: row === 'D' ? 60_000 : 90_000 })
    }
    const second = await again(first, minji)
    junho.moveTo(second)
    for (const { paid, waiting, amount } of begun) {
      const captured = [`capture ${amount}`]
      expect(await minji.books(paid.orderId)).toEqual({ ours: captured, theirs: captured })
      expect(await junho.comeBack(waiting.way)).toBe(`/pay/ended?status=success&orderId=${waiting.orderId}`)
      expect(await junho.books(waiting.orderId)).toEqual({ ours: captured, theirs: captured })
      await minji.ask(`${paid.path}/cancel`, {})
      expect(await minji.ask(`${paid.path}/refunds`, {})).toMatchObject({ order: { status: 'REFUNDED' } })
    }
    await again(second, minji)
    for (const { paid, amount } of begun) {
      const refunded = [`capture ${amount}`, `refund ${amount}`]
      expect(await minji.books(paid.orderId)).toEqual({ ours: refunded, theirs: refunded })
    }
  })

  test('two cannot run on one place; a lost memory is refused; --fresh begins with nothing', {
    timeout: 120_000,
  }, async () => {
    const first = await demo()
    const minji = visitor(first)
    await minji.ask('/api/session', { buyer: 'minji' })
    await minji.authorize('E1')
    await expect(demo()).rejects.toThrow(/another demo is running/)
    expect(first.printed).toContain(`${folder}/memory`)
    await first.kill('SIGKILL')

    const [, memoryFile = ''] = /providers and sessions: (\S+)/.exec(first.printed) ?? []
    const memory = readFileSync(memoryFile, 'utf8')
    rmSync(memoryFile)
    await expect(demo()).rejects.toThrow(/the database has orders, but .* is gone\. Start afresh: --fresh/)
    writeFileSync(memoryFile, memory.slice(0, -1))
    await expect(demo()).rejects.toThrow(/is not what this demo has written/)

    const fresh = await demo(['--fresh'])
    minji.moveTo(fresh)
    expect(await minji.ask('/api/me')).toMatchObject({ buyer: null })
    expect(await minji.seat('E1')).toMatchObject({ status: 'FREE' })
    expect(await minji.ask('/operator/api/state')).toMatchObject({ orders: [] })
    await fresh.kill('SIGINT')
  })
})

test('what cannot be right is said in a line, without a password', { timeout: 60_000 }, async () => {
  const folder = newFolder()
  const says = (databaseUrl: string) => start({ folder, databaseUrl }).catch((fault: Error) => fault.message)
  expect(await says('oracle://me:s3cret@db/shop')).toMatch(/DATABASE_URL: expected postgres:\/\/… or mysql:\/\/…\n$/)
  const refused = await says('postgres://me:s3cret@127.0.0.1:1/shop')
  expect(refused).toMatch(/me@127\.0\.0\.1:1\/shop: nothing listens there/)
  expect(refused).not.toContain('s3cret')
})
