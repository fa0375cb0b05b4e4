import { createPayments, type Gateway } from 'holdfast'
import { mock } from 'holdfast/mock'
import { memoryStore } from 'holdfast/storage/memory'
import { wallet } from 'holdfast/wallet'
import { describe, expect, test } from 'vitest'
import { attempt, connect, refund } from '../providers/wallet/fixtures'
import { BUYER, holdSeat, world } from './world'

describe('which gateway', () => {
  test('S3-04: a key that leads to no gateway is an error at start, and names the key', () => {
    const chosen: Readonly<Record<string, Gateway>> = { wallet: wallet(), mock: mock() }
    const start = (provider: string | undefined) => () =>
      createPayments({
        store: memoryStore(),
        // What a host reads from its configuration may be missing or misspelt; the types cannot see that.
        gateways: { payment: chosen[String(provider)] as Gateway },
      })
    expect(start('walet')).toThrow('gateways.payment is not a gateway')
    expect(start(undefined)).toThrow('gateways.payment is not a gateway')
    expect(start('wallet')).not.toThrow()
  })

  test('S3-04: the gateway that is shown is the one that is active', async () => {
    const w = world()
    const order = await holdSeat(w)
    const started = await w.payments.orders.startPayment({ actor: BUYER, order: order.id, gateway: 'wallet' })
    expect(started._unsafeUnwrap().attempt.gateway).toBe('wallet')
    const shown = (await w.payments.orders.details({ actor: BUYER, order: order.id }))._unsafeUnwrap()
    expect(shown.attempts.map(({ gateway }) => gateway)).toEqual(['wallet'])
    const stranger = { actor: BUYER, order: order.id, gateway: 'paypal' as 'wallet' }
    expect((await w.payments.orders.startPayment(stranger))._unsafeUnwrapErr()).toMatchObject({
      code: 'validation',
      field: 'gateway',
    })
  })

  test('S3-02: paying and refunding say how it stands: done, pending or refused, with the provider’s reference', async () => {
    const answers = async (step: Parameters<typeof mock>[0]) => {
      const gateway = connect(mock(step))
      const paid = await gateway.confirm(attempt(), {})
      const context = { attempt: attempt(), refundable: attempt().amount, refundAccount: null }
      const given = await gateway.refund(refund({ amount: attempt().amount }), context)
      return [paid, given].map((it) =>
        it.match(
          ({ status, providerRef }) => `${status} ${providerRef}`,
          ({ code, outcome }) => `${code} ${outcome}`,
        ),
      )
    }
    const { id } = attempt()
    expect(await answers({})).toEqual([`approved mock:${id}`, `completed mock:${refund().id}`])
    expect(await answers({ script: [{ step: 'wait' }] })).toEqual([`waiting mock:${id}`, 'not_found not_executed'])
    expect(await answers({ script: [{ step: 'decline', code: 'NO' }] })).toEqual([
      'declined not_executed',
      'not_found not_executed',
    ])
    expect(await answers({ script: [{ step: 'refund_wait' }] })).toEqual([
      `approved mock:${id}`,
      `waiting mock:${refund().id}`,
    ])
  })
})
