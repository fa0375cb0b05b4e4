import type { Fault } from '../../providers/fake/faults'
import type { GatewayCase, Shape } from './cases'
import { expectInBook } from './charging'
import { described, expectEqual, expectThat, granted, printed } from './expectations'
import { inWords, meeting } from './faults'
import { buy, lookup, newAttempt } from './world'

export const lookups = ({ subject: { wire } }: Shape): readonly GatewayCase[] => [
  {
    name: 'look-up: a payment that nobody began is not_found, as an answer and not as an error',
    run: async (world) => {
      const seen = granted('lookup', await lookup(world, newAttempt(world)))
      expectEqual('the status', seen.status, 'not_found')
    },
  },
  {
    name: 'look-up: asking often changes nothing and moves nothing',
    run: async (world) => {
      const attempt = await buy(world)
      const first = granted('lookup', await lookup(world, attempt))
      for (let times = 0; times < 4; times += 1) {
        expectEqual('the answer', printed(granted('lookup', await lookup(world, attempt))), printed(first))
      }
      await expectInBook(world, attempt, attempt.amount.amountMinor)
      expectEqual('the money given back', await world.refundedMinor(attempt), 0)
    },
  },
  {
    name: 'look-up: finds a payment without the reference that its answer would have brought',
    run: async (world) => {
      const attempt = await buy(world)
      const seen = granted('lookup', await lookup(world, { ...attempt, providerRef: null }))
      expectEqual('the status', seen.status, 'approved')
    },
  },
  {
    name: "look-up: another payment's reference does not make it ours",
    run: async (world) => {
      const theirs = await buy(world)
      const ours = newAttempt(world, { providerRef: theirs.providerRef })
      const seen = await lookup(world, ours)
      const isOurs = seen.isOk() && seen.value.status === 'approved'
      expectThat(!isOurs, 'an attempt that was never paid', 'anything but approved', described(seen))
    },
  },
  ...(wire?.faults.lookup ?? []).map((kind) => meets('lookup', kind)),
  ...(wire?.faults.sign_in ?? []).map((kind) => meets('sign_in', kind)),
]

const meets = (call: 'lookup' | 'sign_in', kind: Fault['kind']): GatewayCase => ({
  name: `look-up: ${call === 'lookup' ? 'that' : 'whose sign-in'} meets ${inWords(kind)} is an error or the truth, never "not paid"`,
  run: async (world) => {
    const attempt = await buy(world)
    const seen = await meeting(world, call, kind, () => lookup(world, attempt))
    const isHonest = seen.isErr() || seen.value.status === 'approved'
    expectThat(isHonest, 'a paid attempt', 'an error or approved', described(seen))
    const next = granted('the look-up after it', await lookup(world, attempt))
    expectEqual('the status after it', next.status, 'approved')
  },
})
