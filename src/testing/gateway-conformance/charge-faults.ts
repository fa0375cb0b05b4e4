import type { Fault } from '../../providers/fake/faults'
import type { GatewayError } from '../../providers/gateway'
import type { GatewayCase, Shape } from './cases'
import { closeWithoutRepeat, confirm, type Ending, expectNothingTaken, settleCharge } from './charging'
import { described, expectEqual, expectThat } from './expectations'
import { EXECUTED, inWords, meeting } from './faults'
import { agree, contextOf, newAttempt, type World } from './world'

export const chargeFaults = ({ subject: { wire } }: Shape): readonly GatewayCase[] => [
  ...(wire?.faults.begin ?? []).map(begins),
  ...(wire?.faults.confirm ?? []).flatMap((kind) => [settles(kind), closes(kind)]),
]

const begins = (kind: Fault['kind']): GatewayCase => ({
  name: `begin: that meets ${inWords(kind)} takes nothing, and can be begun and paid afterwards`,
  run: async (world) => {
    const attempt = newAttempt(world)
    const { gateway } = world
    await meeting(world, 'begin', kind, () => world.ask('begin', () => gateway.begin(attempt, contextOf(world))))
    await expectNothingTaken(world, attempt, 'after begin')
    await world.pass(1_000) // Nobody tries again within the same millisecond.
    const ready = await agree(world, attempt)
    const { ending } = await settleCharge(world, ready, await confirm(world, ready))
    expectEqual('the end', ending, 'approved')
  },
})

/** Looked up and sent again, the payment is made once; and what was said on the way was true. */
const settles = (kind: Fault['kind']): GatewayCase => ({
  name: `confirm: that meets ${inWords(kind)} is unknown or a true refusal, and ends in one charge or none`,
  run: async (world) => {
    const ready = await agree(world)
    const isPaid = (await world.takenMinor(ready.attempt)) > 0
    const first = await meeting(world, 'confirm', kind, () => confirm(world, ready))
    if (EXECUTED[kind] === 'later' && first.isErr()) {
      expectEqual('the outcome of what may still happen', first.error.outcome, 'unknown')
    }
    const { ending } = await settleCharge(world, ready, first)
    const ends = isPaid || first.isOk() ? PAID : endsOf(world, kind, first.error)
    expectThat(ends.includes(ending), `after ${described(first)}, the end`, ends.join(' or '), ending)
  },
})

/** Money that a buyer has paid in a window is there, whatever our own call was told. */
const PAID: readonly Ending[] = ['approved']

/** A repeat finds the payment or makes it. Unpaid stays what was refused, is never repeated, or what a void has stopped. */
const endsOf = ({ subject, gateway }: World, kind: Fault['kind'], { outcome }: GatewayError): readonly Ending[] => {
  if (outcome === 'not_executed') return ['refused']
  if (EXECUTED[kind] === 'later' && gateway.void !== undefined) return ['approved', 'refused']
  return subject.repeatedCharges === 'never' && EXECUTED[kind] === 'no' ? ['refused'] : PAID
}

/** Nobody comes back: the attempt is closed behind the provider's window, or voided, and then no money may come. */
const closes = (kind: Fault['kind']): GatewayCase => ({
  name: `confirm: that meets ${inWords(kind)} and is not repeated ends as the book says, for good`,
  run: async (world) => {
    const ready = await agree(world)
    const first = await meeting(world, 'confirm', kind, () => confirm(world, ready))
    const ending = await closeWithoutRepeat(world, ready, first)
    expectThat(ending !== 'open', 'an attempt whose window is over', 'an end', ending)
  },
})
