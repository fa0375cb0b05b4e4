import type { Fault } from '../../providers/fake/faults'
import type { GatewayCase, Shape } from './cases'
import { described, expectEqual, expectThat } from './expectations'
import { EXECUTED, inWords, meeting } from './faults'
import { refund, settleRefund } from './refunding'
import { buy, minor, newRefund } from './world'

const PART = 400

type Amount = { readonly what: string; readonly of: (capturedMinor: number) => number }

export const refundFaults = ({ subject: { wire }, capabilities }: Shape): readonly GatewayCase[] => {
  const whole: Amount = { what: 'the whole amount', of: (captured) => captured }
  const amounts = capabilities.partialRefund ? [whole, { what: 'a part', of: () => PART }] : [whole]
  return amounts.flatMap((amount) => [
    ...(wire?.faults.refund ?? []).map((kind) => meets('refund', kind, amount)),
    ...(wire?.faults.sign_in ?? []).map((kind) => meets('sign_in', kind, amount)),
  ])
}

const meets = (call: 'refund' | 'sign_in', kind: Fault['kind'], { what, of }: Amount): GatewayCase => ({
  name: `refund: of ${what} ${call === 'refund' ? 'that' : 'whose sign-in'} meets ${inWords(kind)} is unknown or a true refusal, and is given once or not at all`,
  run: async (world) => {
    const attempt = await buy(world)
    const request = newRefund(world, attempt, minor(world, of(attempt.capturedMinor)))
    const first = await meeting(world, call, kind, () => refund(world, request, attempt))
    if (call === 'refund' && EXECUTED[kind] === 'later' && first.isErr()) {
      expectEqual('the outcome of what may still happen', first.error.outcome, 'unknown')
    }
    const ending = await settleRefund(world, request, attempt, first)
    const { listsRefunds = true } = world.subject.gateway.capabilities
    // Without a list no look-up can tell: then it stays open, and a person is asked.
    if (first.isErr() && first.error.outcome === 'unknown' && listsRefunds) {
      expectThat(
        ending === 'completed' || ending === 'waiting',
        `after ${described(first)}`,
        'an end in a refund',
        ending,
      )
    }
    const back = await world.refundedMinor(attempt)
    if (ending === 'completed') expectEqual('the money given back', back, request.amount.amountMinor)
  },
})
