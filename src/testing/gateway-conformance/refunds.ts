import type { Attempt } from '../../core/attempt'
import { refundKey } from '../../core/refund'
import type { GatewayCase, Shape } from './cases'
import { described, expectEqual, expectRefusal, expectThat, fail, granted, printed } from './expectations'
import { expectRefunded, leftOf, refund, withRefund } from './refunding'
import { buy, lookup, minor, newAttempt, newRefund, type World } from './world'

const PART = 400

const give = async (world: World, attempt: Attempt, amountMinor: number) => {
  const request = newRefund(world, attempt, minor(world, amountMinor))
  return { request, answer: await refund(world, request, attempt) }
}

/** One that was given, in the answer and in the book. */
const given = async (world: World, attempt: Attempt, amountMinor: number): Promise<Attempt> => {
  const before = await world.refundedMinor(attempt)
  const { request, answer } = await give(world, attempt, amountMinor)
  const done = granted('refund', answer)
  expectEqual('the amount of the refund', done.amount, request.amount)
  expectThat(done.providerRef !== '', 'providerRef', 'a reference', done.providerRef)
  expectThat(done.refundId === null || done.refundId === request.id, 'refundId', 'ours or null', done.refundId)
  if (done.status === 'completed') await expectRefunded(world, attempt, 'completed', before + amountMinor)
  return withRefund(attempt, request)
}

export const refunds = ({ subject, capabilities }: Shape): readonly GatewayCase[] => [
  {
    name: 'refund: the whole amount goes back once',
    run: async (world) => {
      const attempt = await buy(world)
      await given(world, attempt, attempt.capturedMinor)
      await expectRefunded(world, attempt, 'afterwards', attempt.capturedMinor)
    },
  },
  ...(capabilities.listsRefunds === false ? [] : [listed(capabilities.partialRefund)]),
  capabilities.partialRefund ? inParts : noParts,
  {
    name: 'refund: more than was taken is refused, and nothing goes back',
    run: async (world) => {
      const attempt = await buy(world)
      const { answer } = await give(world, attempt, attempt.capturedMinor + 1)
      expectThat(answer.isErr(), 'a refund of more than was taken', 'a refusal', described(answer))
      await expectRefunded(world, attempt, 'after a refund of more than was taken', 0)
    },
  },
  {
    name: 'refund: when all has gone back, nothing more does',
    run: async (world) => {
      const attempt = await buy(world)
      const empty = await given(world, attempt, attempt.capturedMinor)
      for (const believed of [attempt, empty]) {
        const { answer } = await give(world, believed, attempt.capturedMinor)
        expectThat(answer.isErr(), 'another refund', 'an error', described(answer))
        await expectRefunded(world, attempt, 'after another refund', attempt.capturedMinor)
      }
    },
  },
  {
    name: 'refund: of nothing, or less, is refused',
    run: async (world) => {
      const attempt = await buy(world)
      for (const amountMinor of [0, -1, -PART]) {
        const { answer } = await give(world, attempt, amountMinor)
        expectRefusal(`a refund of ${amountMinor}`, answer)
      }
      await expectRefunded(world, attempt, 'after refunds of nothing', 0)
    },
  },
  {
    name: 'refund: of an attempt that was never paid is refused',
    run: async (world) => {
      const attempt = newAttempt(world, { status: 'APPROVED', capturedMinor: world.subject.pays.amount.amountMinor })
      const { answer } = await give(world, attempt, attempt.capturedMinor)
      expectThat(answer.isErr(), 'a refund of an attempt that was never paid', 'an error', described(answer))
      await expectRefunded(world, attempt, 'of an attempt that was never paid', 0)
    },
  },
  {
    name: 'refund: the whole amount sent twice goes back once',
    run: (world) => sentTwice(world, world.subject.pays.amount.amountMinor, (request) => request),
  },
  ...(capabilities.partialRefund && subject.repeatedRefunds !== 'each'
    ? [
        {
          name: 'refund: a part sent twice with the same key goes back once',
          run: (world) => sentTwice(world, PART, (request) => request),
        } satisfies GatewayCase,
        {
          name: 'refund: a part sent twice with the next key goes back once',
          run: (world) => sentTwice(world, PART, (request) => ({ ...request, keyGeneration: 1 })),
        } satisfies GatewayCase,
      ]
    : []),
  {
    name: 'refund: two at once never give back more than was taken',
    run: async (world) => {
      const attempt = await buy(world)
      const both = await Promise.all([
        give(world, attempt, attempt.capturedMinor),
        give(world, attempt, attempt.capturedMinor),
      ])
      const completed = both.filter(({ answer }) => answer.isOk() && answer.value.status === 'completed')
      expectThat(completed.length <= 1, 'two refunds of everything', 'one at most', `${completed.length}`)
      const back = await world.refundedMinor(attempt)
      expectThat(back <= attempt.capturedMinor, 'the money given back', 'no more than was taken', back)
      if (completed.length === 1) expectEqual('the money given back', back, attempt.capturedMinor)
    },
  },
]

const sentTwice = async (
  world: World,
  amountMinor: number,
  change: (request: ReturnType<typeof newRefund>) => ReturnType<typeof newRefund>,
): Promise<void> => {
  const attempt = await buy(world)
  const request = newRefund(world, attempt, minor(world, amountMinor))
  granted('refund', await refund(world, request, attempt))
  const again = change({ ...request, status: 'UNKNOWN', checks: 1 })
  expectThat(refundKey(again).startsWith(request.id), 'the key', 'made of the refund id', refundKey(again))
  // Nobody knows yet that it worked, so what we believe is left is what it was.
  const answer = await refund(world, again, attempt)
  await expectRefunded(world, attempt, `after ${described(answer)}`, amountMinor)
  const isHonest = answer.isOk() || answer.error.outcome === 'unknown'
  const isShown = world.subject.gateway.capabilities.listsRefunds !== false
  // Where look-ups show refunds the library looks first, so that a refusal of the repeat is never its last word.
  if (!isShown) expectThat(isHonest, 'the repeat of a refund', 'the refund, or unknown', described(answer))
  if (answer.isOk()) expectEqual('the amount of the repeat', answer.value.amount, request.amount)
}

const listed = (partial: boolean): GatewayCase => ({
  name: 'refund: look-ups list each refund once, with its amount and our id or its reference',
  run: async (world) => {
    const attempt = await buy(world)
    const amounts = partial ? [PART, attempt.capturedMinor - PART] : [attempt.capturedMinor]
    const references: { readonly id: string; readonly providerRef: string; readonly amountMinor: number }[] = []
    let current = attempt
    for (const amountMinor of amounts) {
      const { request, answer } = await give(world, current, amountMinor)
      const { providerRef } = granted('refund', answer)
      references.push({ id: request.id, providerRef, amountMinor })
      current = withRefund(current, request)
    }
    const seen = granted('lookup', await lookup(world, current))
    if (seen.status !== 'approved') return fail('lookup', 'approved', seen.status)
    expectEqual('captured, which refunds do not change', seen.captured, attempt.amount)
    expectEqual('how many refunds are listed', seen.refunds.length, amounts.length)
    for (const { id, providerRef, amountMinor } of references) {
      const found = seen.refunds.filter((it) => it.refundId === id)
      expectEqual(`refunds with our id`, found.length, 1)
      expectEqual('its amount', found[0]?.amount, minor(world, amountMinor))
      expectEqual('its reference', found[0]?.providerRef, providerRef)
    }
  },
})

const inParts: GatewayCase = {
  name: 'refund: parts add up, and the last unit of money can go back',
  run: async (world) => {
    const attempt = await buy(world)
    const first = await given(world, attempt, PART)
    const second = await given(world, first, attempt.capturedMinor - PART - 1)
    const { answer } = await give(world, second, 2)
    expectThat(answer.isErr(), 'two units where one is left', 'an error', described(answer))
    await expectRefunded(world, attempt, 'with one unit left', attempt.capturedMinor - 1)
    expectEqual('what is left', leftOf(world, second).amountMinor, 1)
    await given(world, second, 1)
    await expectRefunded(world, attempt, 'at the end', attempt.capturedMinor)
  },
}

const noParts: GatewayCase = {
  name: 'refund: a part is refused where the gateway says that it gives none',
  run: async (world) => {
    const attempt = await buy(world)
    const { answer } = await give(world, attempt, PART)
    expectRefusal(`a refund of a part (${printed(PART)})`, answer)
    await expectRefunded(world, attempt, 'a refused part', 0)
  },
}
