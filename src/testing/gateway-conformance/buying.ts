import type { GatewayCase, Shape } from './cases'
import { confirm, expectInBook, expectNothingTaken, type settleCharge } from './charging'
import { described, expectEqual, expectRefusal, expectThat, fail, granted } from './expectations'
import { accept, agree, begin, buy, lookup, minor, newAttempt, type World } from './world'

export const buying = ({ capabilities }: Shape): readonly GatewayCase[] => [
  {
    name: 'buying: an approval takes the whole amount once, and a look-up says the same',
    run: async (world) => {
      const ready = await agree(world)
      const charge = granted('confirm', await confirm(world, ready))
      if (charge.status !== 'approved') return fail('confirm', 'an approval', charge.status)
      expectEqual('captured', charge.captured, ready.attempt.amount)
      expectThat(charge.providerRef !== '', 'providerRef', 'a reference', charge.providerRef)
      const ageMs = world.now().getTime() - charge.approvedAt.getTime()
      expectThat(Math.abs(ageMs) < 60_000, 'approvedAt', 'the moment of the approval', charge.approvedAt)
      await expectInBook(world, ready.attempt, ready.attempt.amount.amountMinor)
      const seen = granted('lookup', await lookup(world, ready.attempt))
      if (seen.status !== 'approved') return fail('lookup', 'approved', seen.status)
      expectEqual('captured in the look-up', seen.captured, ready.attempt.amount)
      expectEqual('providerRef in the look-up', seen.providerRef, charge.providerRef)
      expectEqual('refunds in the look-up', seen.refunds, [])
    },
  },
  {
    name: 'buying: the smallest step in the amount is kept',
    run: async (world) => {
      const { amountMinor } = world.subject.pays.amount
      for (const odd of [amountMinor - 1, amountMinor + 1]) {
        const ready = await agree(world, newAttempt(world, { amount: minor(world, odd) }))
        const charge = granted('confirm', await confirm(world, ready))
        if (charge.status !== 'approved') return fail('confirm', 'an approval', charge.status)
        expectEqual('captured', charge.captured, minor(world, odd))
        await expectInBook(world, ready.attempt, odd)
      }
    },
  },
  {
    name: 'buying: two payments keep their money apart',
    run: async (world) => {
      const first = await buy(world)
      const second = await buy(world)
      for (const attempt of [first, second]) await expectInBook(world, attempt, attempt.amount.amountMinor)
      expectThat(first.providerRef !== second.providerRef, 'the references', 'two', 'one')
    },
  },
  repeated('the same key', (generation) => generation),
  repeated('the next key', (generation) => generation + 1),
  {
    name: 'buying: two requests at once take the money once',
    run: async (world) => {
      const ready = await agree(world)
      const answers = await Promise.all([confirm(world, ready), confirm(world, ready)])
      await expectInBook(world, ready.attempt, ready.attempt.amount.amountMinor)
      const settled = await Promise.all(answers.map((answer) => settleLoser(world, ready, answer)))
      expectEqual('how both ended', settled, ['approved', 'approved'])
    },
  },
  {
    name: 'buying: a decline is a refusal, and nothing is taken',
    run: async (world) => {
      const attempt = newAttempt(world)
      const returned = (await world.subject.buyer.decline(attempt, await begin(world, attempt))) ?? {}
      const accepted = await world.ask('readReturn', () => world.gateway.readReturn(attempt, returned))
      if (accepted.isErr()) expectRefusal('readReturn', accepted)
      else expectDeclined(world, await confirm(world, await accept(world, attempt, returned)))
      await expectNothingTaken(world, attempt, 'after a decline')
      expectUnpaid(granted('lookup', await lookup(world, attempt)).status)
      await world.pass(3_600_000)
      await expectNothingTaken(world, attempt, 'an hour after a decline')
    },
  },
  {
    name: 'buying: a buyer who goes away pays nothing, and no look-up calls it paid',
    run: async (world) => {
      const attempt = newAttempt(world)
      const returned = await world.subject.buyer.leave(attempt, await begin(world, attempt))
      if (returned !== null) {
        const accepted = await world.ask('readReturn', () => world.gateway.readReturn(attempt, returned))
        expectRefusal('the return of a buyer who went away', accepted)
      }
      for (const waitMs of [0, 60_000, 3_600_000]) {
        await world.pass(waitMs)
        expectUnpaid(granted('lookup', await lookup(world, attempt)).status)
        await expectNothingTaken(world, attempt, 'a buyer who went away')
      }
    },
  },
  ...(capabilities.capturedBy === 'buyer' ? [] : [withoutBuyer]),
]

const repeated = (what: string, next: (generation: number) => number): GatewayCase => ({
  name: `buying: a repeat with ${what} takes nothing more, and is not called a refusal`,
  run: async (world) => {
    const ready = await agree(world)
    granted('confirm', await confirm(world, ready))
    for (let times = 0; times < 2; times += 1) {
      const { attempt, returned } = ready
      const again = { ...attempt, status: 'UNKNOWN', checks: 1, keyGeneration: next(attempt.keyGeneration) } as const
      const answer = await confirm(world, { attempt: again, returned })
      await expectInBook(world, attempt, attempt.amount.amountMinor)
      const isHonest = answer.isOk() || answer.error.outcome === 'unknown'
      expectThat(isHonest, 'the repeat of a payment that was made', 'the payment, or unknown', described(answer))
    }
  },
})

/** Of two requests one may be told to look: then a look-up must find the payment. */
const settleLoser = async (
  world: World,
  ready: Parameters<typeof settleCharge>[1],
  answer: Parameters<typeof settleCharge>[2],
): Promise<string> => {
  const isHonest = answer.isOk() || answer.error.outcome === 'unknown'
  expectThat(isHonest, 'one of two requests', 'the payment, or unknown', described(answer))
  if (answer.isOk()) return answer.value.status
  return granted('lookup', await lookup(world, ready.attempt)).status
}

/** Money that the buyer's window takes is never declined by our call: there a look-up may only say what is known. */
const expectDeclined = (world: World, answer: Awaited<ReturnType<typeof confirm>>): void => {
  const { capturedBy } = world.subject.gateway.capabilities
  const isOpenElsewhere = capturedBy === 'buyer' && (answer.isErr() || answer.value.status === 'waiting')
  if (!isOpenElsewhere) expectRefusal('confirm', answer)
}

const expectUnpaid = (status: string): void =>
  expectThat(['open', 'not_found', 'failed', 'waiting'].includes(status), 'a look-up', 'anything but approved', status)

const withoutBuyer: GatewayCase = {
  name: 'buying: a buyer who agrees pays nothing before confirm asks for it',
  run: async (world) => {
    const { attempt } = await agree(world)
    await world.pass(60_000)
    await expectNothingTaken(world, attempt, 'before confirm')
    expectUnpaid(granted('lookup', await lookup(world, attempt)).status)
  },
}
