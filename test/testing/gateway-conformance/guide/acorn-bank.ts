import type { Clock } from 'holdfast'
import type { Fault } from 'holdfast/testing'
import type { AcornAnswer, AcornPayment, AcornRequest } from './acorn'

/** The provider as a test needs it: its rules, its book, and a way to make things go wrong. */
export const acornBank = (clock: Clock, apiKey: string) => {
  const payments = new Map<string, AcornPayment>()
  const faults: { readonly operation: AcornRequest['operation']; readonly fault: Fault }[] = []
  const declined = new Set<string>()
  const put = (payment: AcornPayment): AcornAnswer => {
    payments.set(payment.reference, payment)
    return { status: 200, payment }
  }

  const answer = ({ operation, reference, body }: AcornRequest): AcornAnswer => {
    const payment = payments.get(reference)
    if (payment === undefined) return { status: 404 }
    const { status, won, refunds } = payment
    if (operation === 'find' || body === undefined) return { status: 200, payment }
    if (operation === 'capture') {
      if (status === 'paid') return { status: 200, payment } // Once per reference, however often it is asked.
      if (body.won !== won || status === 'refused') return { status: 422 }
      if (!declined.has(reference)) return put({ ...payment, status: 'paid' })
      put({ ...payment, status: 'refused' })
      return { status: 402 }
    }
    if (refunds.some((it) => it.reference === body.refund)) return { status: 200, payment }
    const left = refunds.reduce((rest, it) => rest - it.won, won)
    if (status !== 'paid' || body.won > left || body.refund === undefined) return { status: 422 }
    const refund = { id: `back-${reference}-${refunds.length + 1}`, reference: body.refund, won: body.won }
    return put({ ...payment, refunds: [...refunds, refund] })
  }

  return {
    faults,
    send: async (key: string, request: AcornRequest): Promise<AcornAnswer> => {
      if (key !== apiKey) return { status: 401 }
      const at = faults.findIndex(({ operation }) => operation === request.operation)
      const fault = at < 0 ? undefined : faults.splice(at, 1)[0]?.fault
      switch (fault?.kind) {
        case 'lost_request':
          throw new Error(`connection reset while sending with ${key}`)
        case 'lost_answer':
          answer(request)
          throw new Error(`connection reset while sending with ${key}`)
        case 'stalled_request':
          return new Promise<never>(() => undefined)
        case 'late_execution':
          clock.schedule(fault.afterMs, () => void answer(request))
          return new Promise<never>(() => undefined)
        case 'error_after':
          answer(request)
          return { status: fault.status }
        default:
          return answer(request)
      }
    },
    /** The buyer agrees on the provider's page: to the amount that stands there. */
    authorise: (reference: string, won: number): void => {
      put({ reference, won, status: 'authorised', refunds: [] })
    },
    decline: (reference: string) => void declined.add(reference),
    get: (reference: string) => payments.get(reference),
  }
}
