import { krw } from 'holdfast'
import { type GatewaySubject, testClock } from 'holdfast/testing'
import { acorn } from './acorn'
import { acornBank } from './acorn-bank'

const API_KEY = 'acorn-key-0123456789'
const FAULTS = ['lost_request', 'lost_answer', 'stalled_request', 'late_execution', 'error_after'] as const
const OPERATIONS = { confirm: 'capture', lookup: 'find', refund: 'giveBack', begin: 'find', sign_in: 'find' } as const

export const acornSubject = (): GatewaySubject => {
  const clock = testClock()
  const bank = acornBank(clock, API_KEY)
  return {
    gateway: acorn({ apiKey: API_KEY, send: bank.send }),
    clock,
    pays: { amount: krw(33_000), method: null },
    buyer: {
      pay: ({ id, amount }) => {
        bank.authorise(id, amount.amountMinor)
        return { reference: id }
      },
      decline: ({ id, amount }) => {
        bank.authorise(id, amount.amountMinor)
        bank.decline(id)
        return { reference: id }
      },
      leave: () => null,
      payAnother: ({ id }, _checkout, { amountMinor }) => {
        bank.authorise(id, amountMinor)
        return { reference: id }
      },
      bringsBack: true,
    },
    book: {
      takenMinor: (id) => (bank.get(id)?.status === 'paid' ? (bank.get(id)?.won ?? 0) : 0),
      refundedMinor: (id) => (bank.get(id)?.refunds ?? []).reduce((sum, { won }) => sum + won, 0),
    },
    wire: {
      faults: { confirm: FAULTS, lookup: FAULTS, refund: FAULTS },
      next: (call, fault) => void bank.faults.push({ operation: OPERATIONS[call], fault }),
      pending: () => bank.faults.length,
    },
    webhooks: null,
    secrets: [API_KEY],
    misconfigured: [{ what: 'a blank apiKey', make: () => acorn({ apiKey: ' ', send: bank.send }) }],
  }
}
