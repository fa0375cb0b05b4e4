import { describe, expect, test } from 'vitest'
import { balanceOf, HOUR, MINUTE, tossNet, world } from '../flows/world'
import { site } from './site'

describe('holding', () => {
  test('S2-04 C-41: the client names seats, the server names the price, and a price in the body is ignored', async () => {
    const { buyer } = site()
    const { status, body } = await buyer.post('/orders', { seats: ['A-1', 'A-2'], total: 1, unitPrice: 1 })
    expect(status).toBe(201)
    expect(body['order']).toMatchObject({
      status: 'HOLD',
      buyerId: 'buyer-1',
      total: { amountMinor: 200_000, currency: 'KRW' },
      refundPolicy: 'ticket',
    })
  })

  test('S3-03 S3-79 S3-80: the answer has the deadline and the server time as UTC text, and nothing else decides', async () => {
    const { buyer } = site()
    const { body } = await buyer.post('/orders', { seats: ['A-1'] })
    expect(body['serverNow']).toBe('2026-01-05T00:00:00.000Z')
    expect(body['order'].holdExpiresAt).toBe('2026-01-05T00:05:00.000Z')
  })

  test('is refused when the host offers no such thing', async () => {
    const { buyer } = site()
    expect(await buyer.post('/orders', { seats: ['Z-99'] })).toMatchObject({
      status: 400,
      body: { errorCode: 'NOT_ON_OFFER' },
    })
  })

  test('answers with what the host answers itself', async () => {
    const { handler } = site(world(), { hold: () => new Response('{"sale":"closed"}', { status: 418 }) })
    const request = new Request('https://shop.example/payments/orders', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', 'x-session': 'buyer-1' },
    })
    const response = await handler(request)
    expect(response.status).toBe(418)
    expect(await response.json()).toEqual({ sale: 'closed' })
  })

  test('the same Idempotency-Key gives the same order; with other seats it is a conflict', async () => {
    const { buyer } = site()
    const key = { 'idempotency-key': 'a-key' }
    const first = await buyer.post('/orders', { seats: ['A-1'] }, key)
    const again = await buyer.post('/orders', { seats: ['A-1'] }, key)
    expect(again.body['order'].id).toBe(first.body['order'].id)
    const other = await buyer.post('/orders', { seats: ['A-2'] }, key)
    expect(other).toMatchObject({ status: 409, body: { errorCode: 'IDEMPOTENCY_CONFLICT' } })
  })

  test('somebody else may not hold the same seat', async () => {
    const { buyer, stranger } = site()
    await buyer.post('/orders', { seats: ['A-1'] })
    expect(await stranger.post('/orders', { seats: ['A-1'] })).toMatchObject({
      status: 409,
      body: { errorCode: 'RESOURCE_UNAVAILABLE', details: { resource: { id: 'A-1' }, outcome: 'not_executed' } },
    })
  })
})

describe('reading', () => {
  test('GET /orders lists the buyer’s own, newest first, page by page', async () => {
    const { buyer, w } = site()
    for (const id of ['A-1', 'A-2', 'A-3']) {
      await buyer.post('/orders', { seats: [id] })
      w.clock.advance(1_000)
    }
    const first = await buyer.get('/orders?limit=2')
    expect(first.body['orders']).toHaveLength(2)
    const rest = await buyer.get(`/orders?limit=2&after=${encodeURIComponent(first.body['next'])}`)
    expect(rest.body['orders']).toHaveLength(1)
    expect(rest.body['next']).toBeNull()
    const ids = [...first.body['orders'], ...rest.body['orders']].map(({ heldAt }) => heldAt)
    expect(ids).toEqual([...ids].sort().reverse())
    expect((await buyer.get('/orders?status=EXPIRED')).body['orders']).toEqual([])
  })

  test('a cursor, a status or a limit that cannot be meant is a bad request', async () => {
    const { buyer } = site()
    for (const query of ['after=yesterday', 'after=2026-01-01T00:00:00Z', 'status=PAID', 'limit=many', 'limit=0']) {
      expect(await buyer.get(`/orders?${query}`)).toMatchObject({ status: 400, body: { errorCode: 'BAD_REQUEST' } })
    }
  })

  test('S3-83: somebody else’s order answers like a missing one, on every route', async () => {
    const { stranger, buyer } = site()
    const { body } = await buyer.post('/orders', { seats: ['A-1'] })
    const path = `/orders/${body['order'].id}`
    const answers = [
      await stranger.get(path),
      await stranger.get(`${path}/details`),
      await stranger.get(`${path}/refund-quote`),
      await stranger.get(`${path}/watch`),
      await stranger.post(`${path}/payments`, { gateway: 'wallet' }),
      await stranger.post(`${path}/cancel`),
      await stranger.post(`${path}/refunds`),
    ]
    const missing = await stranger.get('/orders/ord_missing')
    expect(missing.status).toBe(404)
    for (const answer of answers) {
      const { correlationId, ...rest } = answer.body
      expect({ ...rest, correlationId: missing.body['correlationId'] }).toEqual(missing.body)
      expect(correlationId).not.toBe(missing.body['correlationId'])
    }
    expect(await stranger.get('/orders?buyerId=buyer-1')).toMatchObject({ status: 404 })
  })

  test('the details show lines, attempts and history, and no secret of an attempt', async () => {
    const { buyer, toTheReturn, w } = site()
    const { orderId, returned, confirmPath } = await toTheReturn()
    await buyer.post(confirmPath, { returned })
    const { body } = await buyer.get(`/orders/${orderId}/details`)
    expect(body['lines']).toMatchObject([{ title: 'Seat A-1', resource: { id: 'A-1' } }])
    expect(body['attempts']).toMatchObject([{ provider: 'toss', mode: 'test', status: 'APPROVED' }])
    expect(body['events'].map(({ type }: { type: string }) => type)).toContain('order.confirmed')
    const text = JSON.stringify(body)
    for (const secret of [returned.paymentKey, w.fake.keys.secretKey, 'callbackSecret', 'keyGeneration', 'terms']) {
      expect(text).not.toContain(secret)
    }
  })
})

describe('paying', () => {
  test('E-126 S2-02 S2-24: prepare gives the window what it needs, with the public key and no secret', async () => {
    const { buyer, startToss, w } = site()
    const { body: held } = await buyer.post('/orders', { seats: ['A-1'] })
    const { status, body } = await startToss(held['order'].id)
    expect(status).toBe(200)
    expect(body['payment']).toMatchObject({
      provider: 'toss',
      method: 'CARD',
      paymentStatus: 'CREATED',
      action: 'WINDOW',
      window: {
        gateway: 'toss',
        parameters: {
          orderId: body['payment'].attemptId,
          orderName: 'A concert',
          amount: 100_000,
          clientKey: w.fake.keys.clientKey,
          successUrl: 'https://shop.example/success',
          failUrl: 'https://shop.example/fail',
        },
      },
    })
    expect(JSON.stringify(body)).not.toContain(w.fake.keys.secretKey)
  })

  test('E-126 S2-10 S3-15: the return is confirmed, and only the confirm makes it paid', async () => {
    const { buyer, toTheReturn, w } = site()
    const { orderId, attemptId, returned, confirmPath } = await toTheReturn()
    expect((await buyer.get(`/orders/${orderId}`)).body['order'].status).toBe('PAYING')
    const { status, body } = await buyer.post(confirmPath, { returned })
    expect(status).toBe(200)
    expect(body['order']).toMatchObject({ status: 'CONFIRMED', paidAttemptId: attemptId })
    expect(body['payment']).toEqual({
      attemptId,
      provider: 'toss',
      mode: 'test',
      method: expect.any(String),
      paymentStatus: 'APPROVED',
      result: 'confirmed',
      action: 'NONE',
      deposit: null,
    })
    expect(tossNet(w)).toBe(100_000)
  })

  test('E-127 S2-11: a changed amount is refused and the provider is not called', async () => {
    let calls = 0
    const w = world()
    const { buyer, toTheReturn } = site(w)
    const { orderId, returned, confirmPath } = await toTheReturn()
    w.fake.faults.next({ kind: 'error_before', status: 500 }, () => {
      calls += 1
      return false
    })
    const cheaper = await buyer.post(confirmPath, { returned: { ...returned, amount: '100' } })
    expect(cheaper).toMatchObject({ status: 400, body: { errorCode: 'AMOUNT_MISMATCH', retryable: false } })
    expect(calls).toBe(0)
    expect(tossNet(w)).toBe(0)
    expect((await buyer.get(`/orders/${orderId}`)).body['order'].status).toBe('PAYING')
  })

  test('E-129 C-15: two tabs confirm the same attempt: the same answer twice, one charge', async () => {
    const { buyer, toTheReturn, w } = site()
    const { returned, confirmPath } = await toTheReturn()
    const answers = await Promise.all([buyer.post(confirmPath, { returned }), buyer.post(confirmPath, { returned })])
    const reload = await buyer.post(confirmPath, { returned })
    for (const { status, body } of [...answers, reload]) {
      expect({ status, order: body['order'].status }).toEqual({ status: 200, order: 'CONFIRMED' })
    }
    expect(w.fake.book()).toHaveLength(1)
  })

  test('S2-15 S2-16: a refusal by the issuer says so, and the order can be paid again', async () => {
    const { buyer, toTheReturn, startToss, w } = site()
    const { orderId, attemptId, returned, confirmPath } = await toTheReturn()
    w.fake.decline('REJECT_CARD_PAYMENT')
    const declined = await buyer.post(confirmPath, { returned })
    expect(declined).toMatchObject({
      status: 402,
      body: {
        errorCode: 'PAYMENT_DECLINED',
        retryable: true,
        details: { outcome: 'not_executed', attemptId, gateway: 'toss', providerCode: 'REJECT_CARD_PAYMENT' },
      },
    })
    const { body: retry } = await startToss(orderId)
    expect(retry['payment'].attemptId).not.toBe(attemptId)
    const again = w.fake.buyer.authorize({ orderId: retry['payment'].attemptId, amount: 100_000 })
    const paid = await buyer.post(`/orders/${orderId}/payments/${retry['payment'].attemptId}/confirm`, {
      returned: again,
    })
    expect(paid.body['order'].status).toBe('CONFIRMED')
    expect(w.fake.book()).toHaveLength(1)
  })

  test('S2-15 S3-15: a lost answer is 503 OUTCOME_PENDING, and the same request again finds out', async () => {
    const { buyer, toTheReturn, w, failures } = site()
    const { orderId, attemptId, returned, confirmPath } = await toTheReturn()
    w.fake.faults.next({ kind: 'lost_answer' }, { operation: 'confirmPayment' })
    const lost = await buyer.post(confirmPath, { returned })
    expect(lost).toMatchObject({
      status: 503,
      body: { errorCode: 'OUTCOME_PENDING', retryable: true, details: { outcome: 'unknown', action: 'RETRY_CONFIRM' } },
    })
    expect(lost.headers.get('retry-after')).toBe('2')
    expect(failures).toMatchObject([{ orderId, attemptId, errorCode: 'OUTCOME_PENDING' }])
    const found = await buyer.post(confirmPath, { returned })
    expect(found).toMatchObject({ status: 200, body: { order: { status: 'CONFIRMED' } } })
    expect(w.fake.book()).toHaveLength(1)
  })

  test('E-128 S2-16: after the fail page the attempt is given up and another way of paying is open', async () => {
    const { buyer, startToss, w } = site()
    const { body: held } = await buyer.post('/orders', { seats: ['A-1'] })
    const path = `/orders/${held['order'].id}/payments`
    const { body: started } = await startToss(held['order'].id)
    const busy = await buyer.post(path, { gateway: 'wallet' })
    expect(busy).toMatchObject({ status: 409, body: { errorCode: 'ATTEMPT_IN_PROGRESS' } })
    const abandoned = await buyer.post(`${path}/${started['payment'].attemptId}/abandon`)
    expect(abandoned.body['order']).toMatchObject({ status: 'PAYING', openAttemptId: null })
    const byWallet = await buyer.post(path, { gateway: 'wallet' })
    expect(byWallet.body['payment'].action).toBe('NONE')
    const paid = await buyer.post(`${path}/${byWallet.body['payment'].attemptId}/confirm`)
    expect(paid.body).toMatchObject({ order: { status: 'CONFIRMED' }, payment: { provider: 'wallet' } })
    expect(await balanceOf(w)).toBe(100_000)
  })

  test('S3-14: an account that waits for its deposit is 202, PAYING, and no success', async () => {
    const { buyer, w } = site()
    const { body: held } = await buyer.post('/orders', { seats: ['A-1'] })
    const path = `/orders/${held['order'].id}/payments`
    const { body: started } = await buyer.post(path, { gateway: 'toss', method: 'VIRTUAL_ACCOUNT' })
    const orderId = started['payment'].attemptId
    const returned = w.fake.buyer.authorize({ orderId, amount: 100_000, method: 'VIRTUAL_ACCOUNT' })
    const { status, body } = await buyer.post(`${path}/${orderId}/confirm`, { returned })
    expect(status).toBe(202)
    expect(body['order'].status).toBe('PAYING')
    expect(body['payment']).toMatchObject({ result: 'waiting', action: 'WAIT_WEBHOOK', paymentStatus: 'PENDING' })
    expect(body['payment'].deposit.accountNumber).toMatch(/^X\d+$/)
  })

  test('after the deadline the answer is hold_expired, and nothing is charged', async () => {
    const { buyer, toTheReturn, w } = site()
    const { orderId, returned, confirmPath } = await toTheReturn()
    w.clock.advance(5 * MINUTE)
    expect(await buyer.post(confirmPath, { returned })).toMatchObject({
      status: 409,
      body: { errorCode: 'HOLD_EXPIRED', details: { holdExpiresAt: '2026-01-05T00:05:00.000Z' } },
    })
    expect((await buyer.get(`/orders/${orderId}`)).body['order'].status).toBe('EXPIRED')
    expect(tossNet(w)).toBe(0)
  })
})

describe('a provider with a page of its own', () => {
  const opened = async (live: boolean) => {
    const w = world({}, { capturedBy: 'buyer', ...(live ? { live, checkoutUrl: 'https://pay.example/checkout' } : {}) })
    const s = site(w)
    const { body: held } = await s.buyer.post('/orders', { seats: ['A-1'] })
    const path = `/orders/${held['order'].id}`
    const { body } = await s.buyer.post(`${path}/payments`, { gateway: 'mock', method: 'CARD' })
    const { attemptId } = body['payment']
    const settle = async (outcome: 'approved' | 'failed') => {
      const { headers, rawBody } = w.gateways.mock.settle(attemptId, outcome)._unsafeUnwrap()
      const init = { body: String(rawBody), headers: headers as Record<string, string> }
      return s.send('POST', '/webhooks/mock', init)
    }
    return { ...s, path, body, attemptId, settle, held: held['order'] }
  }

  test('E-26 S3-15 S3-17: live, the buyer is redirected, and the URL carries order, attempt and method', async () => {
    const { body, attemptId, held, buyer, path } = await opened(true)
    expect(body['order'].status).toBe('PAYING')
    expect(body['payment']).toMatchObject({ action: 'REDIRECT', method: 'CARD', provider: 'mock' })
    const url = new URL(body['payment'].redirectUrl)
    expect(url.origin + url.pathname).toBe('https://pay.example/checkout')
    for (const value of [held.id, attemptId, 'CARD']) expect([...url.searchParams.values()]).toContain(value)
    const confirm = await buyer.post(`${path}/payments/${attemptId}/confirm`)
    expect(confirm).toMatchObject({ status: 202, body: { order: { status: 'PAYING' } } })
  })

  test('E-27 S3-16: not live, the buyer waits for the webhook and gets no URL', async () => {
    const { body, buyer, path, attemptId } = await opened(false)
    expect(body['payment']).not.toHaveProperty('redirectUrl')
    expect((await buyer.post(`${path}/payments/${attemptId}/confirm`)).body).toMatchObject({
      order: { status: 'PAYING' },
      payment: { paymentStatus: 'PENDING', result: 'waiting', action: 'WAIT_WEBHOOK' },
    })
  })

  test('E-28 C-07 C-10: the verified webhook alone confirms, and the browser that comes later is told so', async () => {
    const { buyer, path, attemptId, settle } = await opened(true)
    await buyer.post(`${path}/payments/${attemptId}/confirm`)
    expect(await settle('approved')).toMatchObject({ status: 200, body: { status: 'handled' } })
    expect((await buyer.get(path)).body['order'].status).toBe('CONFIRMED')
    expect(await buyer.post(`${path}/payments/${attemptId}/confirm`)).toMatchObject({
      status: 200,
      body: { payment: { result: 'confirmed', paymentStatus: 'APPROVED' } },
    })
  })

  test('E-29: a failure by webhook leaves the order PAYING, and a new attempt may start', async () => {
    const { buyer, path, attemptId, settle } = await opened(true)
    await buyer.post(`${path}/payments/${attemptId}/confirm`)
    expect((await settle('failed')).status).toBe(200)
    const { body } = await buyer.get(`${path}/details`)
    expect(body['order']).toMatchObject({ status: 'PAYING', openAttemptId: null })
    expect(body['attempts']).toMatchObject([{ id: attemptId, status: 'FAILED' }])
    expect((await buyer.post(`${path}/payments`, { gateway: 'wallet' })).status).toBe(200)
  })
})

describe('cancelling and refunding', () => {
  const bought = async (more = {}) => {
    const s = site(world(), more)
    const { orderId, returned, confirmPath } = await s.toTheReturn()
    await s.buyer.post(confirmPath, { returned })
    return { ...s, path: `/orders/${orderId}` }
  }

  test('S3-33: the quote says what comes back before the seat is given up, in both languages', async () => {
    const { buyer, path } = await bought()
    const { body } = await buyer.get(`${path}/refund-quote`)
    expect(body['order'].status).toBe('CONFIRMED')
    expect(body['refund']).toMatchObject({
      kind: 'none',
      reason: 'requires_cancellation',
      deadline: '2026-01-06T00:00:00.000Z',
      remainingSeconds: 86_400,
      refundable: { amountMinor: 100_000, currency: 'KRW' },
      refundNow: { amountMinor: 0, currency: 'KRW' },
      requiresCancellation: true,
      explanation: {
        en: 'Cancel the order first, and it can be refunded before 2026-01-06 00:00 (UTC).',
        ko: '주문을 먼저 취소하면 2026-01-06 00:00 (UTC) 전까지 환불받을 수 있습니다.',
      },
    })
  })

  test('the deadline is explained in the host’s zone', async () => {
    const { buyer, path } = await bought({ zone: 'Asia/Seoul' })
    expect((await buyer.get(`${path}/refund-quote`)).body['refund'].explanation.en).toContain(
      '2026-01-06 09:00 (Asia/Seoul)',
    )
  })

  test('cancel, then refund; the repeat by the same key is the same refund, and the money goes back once', async () => {
    const { buyer, path, w } = await bought()
    const cancelled = await buyer.post(`${path}/cancel`)
    expect(cancelled.body).toMatchObject({
      order: { status: 'CANCELLED', isRefunding: false },
      refund: { kind: 'auto', refundNow: { amountMinor: 100_000 } },
    })
    expect(tossNet(w)).toBe(100_000)
    const key = { 'idempotency-key': 'give-it-back' }
    const first = await buyer.post(`${path}/refunds`, { reason: 'changed my mind' }, key)
    expect(first).toMatchObject({
      status: 200,
      body: { order: { status: 'REFUNDED' }, refund: { status: 'COMPLETED', amount: { amountMinor: 100_000 } } },
    })
    const again = await buyer.post(`${path}/refunds`, { reason: 'changed my mind' }, key)
    expect(again.body['refund'].id).toBe(first.body['refund'].id)
    expect(tossNet(w)).toBe(0)
    const without = await buyer.post(`${path}/refunds`)
    expect(without).toMatchObject({ status: 409, body: { errorCode: 'ALREADY_REFUNDED' } })
  })

  test('part of the money', async () => {
    const { buyer, path, w } = await bought()
    await buyer.post(`${path}/cancel`)
    const amount = { amountMinor: 30_000, currency: 'KRW' }
    const { body } = await buyer.post(`${path}/refunds`, { amount })
    expect(body['order']).toMatchObject({ status: 'CANCELLED', refunded: amount })
    expect(tossNet(w)).toBe(70_000)
    const tooMuch = await buyer.post(`${path}/refunds`, { amount: { amountMinor: 70_001, currency: 'KRW' } })
    expect(tooMuch).toMatchObject({
      status: 409,
      body: { errorCode: 'REFUND_EXCEEDS_CAPTURED', details: { refundableMinor: 70_000 } },
    })
  })

  test('S3-33: after the cut-off the seat is not taken without asking again', async () => {
    const { buyer, path, w } = await bought()
    w.clock.advance(24 * HOUR)
    const asked = await buyer.post(`${path}/cancel`)
    expect(asked).toMatchObject({
      status: 409,
      body: { errorCode: 'REFUND_FORFEITED', details: { reason: 'refund_cutoff_passed' } },
    })
    expect((await buyer.get(path)).body['order'].status).toBe('CONFIRMED')
    const done = await buyer.post(`${path}/cancel`, { acknowledgeNoRefund: true })
    expect(done.body['order'].status).toBe('CANCELLED')
    expect(await buyer.post(`${path}/refunds`)).toMatchObject({
      status: 400,
      body: { errorCode: 'REFUND_NOT_ELIGIBLE', details: { reason: 'refund_cutoff_passed' } },
    })
  })

  test('cancelling what was never paid has nothing to refund', async () => {
    const { buyer } = site()
    const { body } = await buyer.post('/orders', { seats: ['A-1'] })
    const cancelled = await buyer.post(`/orders/${body['order'].id}/cancel`)
    expect(cancelled.body).toMatchObject({ order: { status: 'CANCELLED', confirmedAt: null }, refund: null })
    expect(await buyer.get(`/orders/${body['order'].id}/refund-quote`)).toMatchObject({
      status: 409,
      body: { errorCode: 'NOTHING_TO_REFUND' },
    })
  })
})
