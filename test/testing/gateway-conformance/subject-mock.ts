import { type ChargeStep, type MockOptions, mock, type RefundStep } from 'holdfast/mock'
import { krw } from '../../../src/core/money'
import type { Fault } from '../../../src/providers/fake/faults'
import { testClock } from '../../../src/testing/clock'
import type { GatewaySubject } from '../../../src/testing/gateway-conformance'

const SECRET = 'mock-webhook-PLANTED-secret-0001'

/** The mock has no wire: its script says what goes wrong. */
const chargeStep = (fault: Fault): ChargeStep =>
  fault.kind === 'late_execution'
    ? { step: 'answer_late', executeAfterMs: fault.afterMs }
    : { step: 'time_out', executed: fault.kind === 'lost_answer' }

const refundStep = (fault: Fault): RefundStep => ({ step: 'refund_time_out', executed: fault.kind === 'lost_answer' })

export const mockSubject = (options: MockOptions = {}): GatewaySubject => {
  const clock = testClock()
  const gateway = mock({ webhookSecret: SECRET, ...options })
  const isTheBuyers = gateway.capabilities.capturedBy === 'buyer'
  const sumOf = (kind: 'PAYMENT' | 'REFUND', id: string): number =>
    gateway
      .book()
      .filter((line) => line.kind === kind && line.attemptId === id)
      .reduce((sum, { amount }) => sum + amount.amountMinor, 0)
  const delivered = { count: 0 }
  return {
    gateway,
    clock,
    pays: { amount: krw(33_000), method: 'CARD' },
    buyer: {
      pay: ({ id, orderId, amount }) => {
        if (isTheBuyers) gateway.settle(id, 'approved')
        return { attemptId: id, orderId, amount: String(amount.amountMinor), currency: amount.currency }
      },
      decline: ({ id, orderId }) => {
        if (isTheBuyers) gateway.settle(id, 'failed')
        else gateway.script({ step: 'decline', code: 'NO_MONEY' })
        return { attemptId: id, orderId }
      },
      leave: () => null,
      payAnother: null,
      bringsBack: true,
    },
    book: {
      takenMinor: (id) => sumOf('PAYMENT', id),
      refundedMinor: (id) => sumOf('REFUND', id),
    },
    wire: {
      faults: {
        confirm: isTheBuyers ? [] : ['lost_request', 'lost_answer', 'late_execution'],
        lookup: ['lost_answer'],
        refund: ['lost_request', 'lost_answer'],
      },
      next: (call, fault) => {
        if (call === 'lookup') gateway.script({ step: 'lookup_time_out' })
        else gateway.script(call === 'refund' ? refundStep(fault) : chargeStep(fault))
      },
      pending: () => 0, // The mock does not tell which steps are left.
    },
    webhooks: {
      deliver: (send) => {
        for (const raw of gateway.notices().slice(delivered.count)) if (send(raw) === 200) delivered.count += 1
      },
      isSigned: true,
      sendsAgainWithinMs: 0,
      forge: ({ id }) => {
        const notice = { id: 'forged-1', type: 'APPROVED', attemptId: id, providerRef: `mock:${id}` }
        const raw = { rawBody: JSON.stringify(notice), receivedAt: clock.now() }
        return [
          { ...raw, headers: {} },
          { ...raw, headers: { 'x-mock-signature': '00'.repeat(32) } },
        ]
      },
    },
    secrets: [SECRET],
    misconfigured: [],
    ...(options.idempotentRefunds === false ? { repeatedRefunds: 'each' } : {}),
  }
}
