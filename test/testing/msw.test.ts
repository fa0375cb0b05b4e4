import { fakeToss, toMswHandlers } from 'holdfast/testing'
import { http } from 'msw'
import { setupServer } from 'msw/node'
import { describe, expect, test } from 'vitest'

describe('fakes behind msw', () => {
  test('answer the code’s own fetch, with their state; a lost answer is a broken connection', async () => {
    const fake = fakeToss()
    const server = setupServer(...toMswHandlers(http, fake))
    server.listen({ onUnhandledRequest: 'error' })
    try {
      const { paymentKey, orderId } = fake.buyer.authorize({ orderId: 'att_msw_0001', amount: 1_000 })
      const confirm = () =>
        fetch(`${fake.origin}/v1/payments/confirm`, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa(`${fake.keys.secretKey}:`)}`, 'content-type': 'application/json' },
          body: JSON.stringify({ paymentKey, orderId, amount: 1_000 }),
        })
      fake.faults.next({ kind: 'lost_answer' })
      await expect(confirm()).rejects.toThrow(TypeError)
      expect((await confirm()).status).toBe(400)
      expect(fake.book()).toMatchObject([{ kind: 'capture', amountMinor: 1_000 }])
    } finally {
      server.close()
    }
  })
})
