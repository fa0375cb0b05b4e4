import { createPayments, krw } from 'holdfast'
import { never } from 'holdfast/policies'
import { sqlStore } from 'holdfast/storage/sql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect, countOf, type Db, drop, empty, type Place, rowsOf, run, SERVERS, settle } from './servers'

const BUYERS = 30
const buyers = Array.from({ length: BUYERS }, (_, at) => ({ kind: 'buyer', id: `buyer-${at}` }) as const)

describe.each(SERVERS.map((server) => [server.name, server] as const))('30 buyers at once on %s', (_, server) => {
  if (server.missing !== undefined) {
    test.skip(server.missing)
    return
  }
  const place: Place = server.place('claims')
  let db: Db
  let locks: Db

  beforeAll(async () => {
    db = connect(place, { connections: 10, prepared: true })
    locks = connect(place, { connections: 10 })
    await settle(db, place)
  }, 60_000)
  beforeEach(() => empty(db, place))
  afterAll(async () => {
    await drop(db, place)
    await db.destroy()
    await locks.destroy()
  })

  const shop = () =>
    createPayments({
      store: sqlStore({ db, dialect: place.kind, ...place.naming }),
      gateways: {},
      refundPolicies: { none: never() },
    })
  const wanted = {
    lines: [{ title: 'The seat', unitPrice: krw(1_000), resource: { group: 'hall', id: 'A-1' } }],
    refundPolicy: 'none' as const,
  }
  const expectOne = async (codes: readonly string[]) => {
    expect(codes.toSorted()).toEqual(['ok', ...Array(BUYERS - 1).fill('resource_unavailable')].toSorted())
    for (const kind of ['orders', 'claims', 'orderLines', 'events', 'outbox'] as const) {
      expect(await countOf(db, place, kind), kind).toBe(1)
    }
    const [order] = await rowsOf(db, place, 'orders')
    const [claim] = await rowsOf(db, place, 'claims')
    expect(claim).toMatchObject({ orderId: order?.id, buyerId: order?.buyerId })
  }
  const codeOf = (held: { isOk: () => boolean; match: unknown }, error: () => { readonly code: string }) =>
    held.isOk() ? 'ok' : error().code

  test('optimistic: nothing but the unique key decides, and exactly one order exists (E-46, C-20, I-13)', async () => {
    const { orders } = shop()
    const held = await Promise.all(buyers.map((actor) => orders.hold({ actor, ...wanted })))
    await expectOne(held.map((it) => codeOf(it, () => it._unsafeUnwrapErr())))
  })

  test('pessimistic: each locks a row of the host first, in one transaction with the hold (E-47, C-20, I-13)', async () => {
    const payments = shop()
    ;(
      await payments.resources.setCapacity({ actor: { kind: 'admin', id: 'a' }, pool: 'lock', places: 1 })
    )._unsafeUnwrap()
    const row =
      place.naming.schema === undefined ? `${place.naming.tablePrefix}pools` : `${place.naming.schema}.hf_pools`
    const held = await Promise.all(
      buyers.map((actor) =>
        db
          .transaction()
          .setIsolationLevel('read committed')
          .execute(async (tx) => {
            await run(tx, `SELECT * FROM ${row} WHERE id = 'lock' FOR UPDATE`)
            return payments.join(tx).orders.hold({ actor, ...wanted })
          }),
      ),
    )
    await expectOne(held.map((it) => codeOf(it, () => it._unsafeUnwrapErr())))
  })

  test('distributed: each takes a lock of the whole server first (E-48, C-20, I-13)', async () => {
    const { orders } = shop()
    const name = 'hf_srv_seat'
    const take = place.kind === 'postgres' ? 'SELECT pg_advisory_lock(480046)' : `SELECT GET_LOCK('${name}', 60)`
    const give = place.kind === 'postgres' ? 'SELECT pg_advisory_unlock(480046)' : `SELECT RELEASE_LOCK('${name}')`
    let inside = 0
    const held = await Promise.all(
      buyers.map((actor) =>
        locks.connection().execute(async (session) => {
          await run(session, take)
          inside += 1
          expect(inside).toBe(1)
          const answer = await orders.hold({ actor, ...wanted })
          inside -= 1
          await run(session, give)
          return answer
        }),
      ),
    )
    await expectOne(held.map((it) => codeOf(it, () => it._unsafeUnwrapErr())))
  })
})
