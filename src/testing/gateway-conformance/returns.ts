import type { Returned } from '../../providers/gateway'
import type { GatewayCase, Shape } from './cases'
import { confirm, expectNothingTaken, expectTrue } from './charging'
import { described, expectEqual, expectRefusal, expectThat, fail, granted, printed } from './expectations'
import { accept, begin, lookup, minor, newAttempt, type World } from './world'

const pays = async (world: World) => {
  const attempt = newAttempt(world)
  const returned = (await world.subject.buyer.pay(attempt, await begin(world, attempt))) ?? {}
  return { attempt, returned }
}

const read = (world: World, attempt: Parameters<World['gateway']['readReturn']>[0], returned: Returned) =>
  world.ask('readReturn', () => world.gateway.readReturn(attempt, returned))

/** What a browser may send in the place of any value. */
const HOSTILE: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  '../../v1/payments',
  '__proto__',
  'a\r\nb: c',
  '{"a":1}',
  'é'.repeat(40),
  'x'.repeat(5_000),
]

export const returns = ({ subject: { buyer }, capabilities }: Shape): readonly GatewayCase[] => [
  {
    name: 'return: reading it asks nobody, moves nothing and says the same twice',
    run: async (world) => {
      const { attempt, returned } = await pays(world)
      const takenBefore = await world.takenMinor(attempt)
      const before = printed([returned, attempt])
      const loggedBefore = world.logged.length
      const first = await read(world, attempt, returned)
      const second = await read(world, attempt, returned)
      expectEqual('the same return read twice', described(second), described(first))
      expectThat(first.isOk(), 'a good return', 'accepted', described(first))
      expectEqual('calls to the provider', world.logged.length - loggedBefore, 0)
      expectEqual('the money in the book', await world.takenMinor(attempt), takenBefore)
      expectEqual('what was handed in', printed([returned, attempt]), before)
    },
  },
  {
    name: 'return: whatever a browser sends, an answer comes as a value and takes no money that it does not say',
    run: async (world) => {
      const { attempt, returned } = await pays(world)
      const names = [...new Set([...Object.keys(returned), 'paymentKey', 'orderId', 'amount', 'attemptId'])]
      for (const name of names) {
        for (const value of HOSTILE) {
          const sent = { ...returned, [name]: value }
          const accepted = await read(world, attempt, sent)
          if (accepted.isErr()) {
            expectRefusal('readReturn', accepted)
            continue
          }
          const ready = await accept(world, attempt, sent)
          const answer = await confirm(world, ready)
          if (answer.isErr() || answer.value.status === 'waiting') continue
          expectEqual(
            'the captured money, in the book',
            await world.takenMinor(attempt),
            answer.value.captured.amountMinor,
          )
        }
      }
      const taken = await world.takenMinor(attempt)
      expectThat(taken === 0 || taken === attempt.amount.amountMinor, 'the book', 'all or nothing', taken)
    },
  },
  ...(buyer.bringsBack ? [anothersReturn, halfAReturn] : []),
  ...(buyer.bringsBack && capabilities.capturedBy === 'confirm' ? [mixedReturn] : []),
  ...(buyer.payAnother === null ? [] : [anotherAmount]),
]

const anothersReturn: GatewayCase = {
  name: 'return: the return of another payment pays nothing here',
  run: async (world) => {
    const theirs = await pays(world)
    const ours = newAttempt(world)
    await begin(world, ours)
    const accepted = await read(world, ours, theirs.returned)
    if (accepted.isErr()) {
      expectRefusal('readReturn', accepted)
    } else {
      const answer = await confirm(world, await accept(world, ours, theirs.returned))
      expectThat(answer.isErr(), "confirm with another payment's return", 'a refusal', described(answer))
    }
    await expectNothingTaken(world, ours, "with another payment's return")
  },
}

const halfAReturn: GatewayCase = {
  name: 'return: with a part missing or exchanged it is refused, or pays exactly what the attempt says',
  run: async (world) => {
    const theirs = await pays(world)
    for (const change of ['missing', 'exchanged'] as const) {
      const names = Object.keys(theirs.returned)
      for (const name of names) {
        const { attempt, returned } = await pays(world)
        const { [name]: _, ...rest } = returned
        const sent: Returned = change === 'missing' ? rest : { ...rest, [name]: theirs.returned[name] ?? '' }
        const accepted = await read(world, attempt, sent)
        if (accepted.isErr()) {
          expectRefusal(`a return with ${name} ${change}`, accepted)
          continue
        }
        const answer = await confirm(world, await accept(world, attempt, sent))
        const said = answer.isOk() && answer.value.status === 'approved' ? answer.value.captured.amountMinor : null
        const taken = await world.takenMinor(attempt)
        if (said !== null) expectEqual(`a return with ${name} ${change}: the book`, taken, said)
        await expectTrue(world, theirs.attempt, granted('lookup', await lookup(world, theirs.attempt)))
      }
    }
  },
}

/** An attempt that nobody asked the money of is closed without a look-up: `capturedBy: 'confirm'` says that this is safe. */
const mixedReturn: GatewayCase = {
  name: 'return: mixed with another payment, it takes no money of that one, or says whose it took',
  run: async (world) => {
    const theirs = await pays(world)
    const ours = await pays(world)
    const mixed: Record<string, string> = { ...ours.returned }
    for (const [name, value] of Object.entries(theirs.returned)) {
      const accepted = await read(world, ours.attempt, { ...ours.returned, [name]: value })
      if (accepted.isOk()) mixed[name] = value
    }
    const accepted = await read(world, ours.attempt, mixed)
    const answer = accepted.isOk() ? await confirm(world, await accept(world, ours.attempt, mixed)) : accepted
    const named = answer.isErr() && answer.error.outcome === 'unknown' ? answer.error.aboutAttemptId : undefined
    // The engine looks that one up at once; an attempt that nobody names is closed without a question.
    if (named === theirs.attempt.id) return
    await expectNothingTaken(world, theirs.attempt, 'a payment whose confirm was never called')
  },
}

const anotherAmount: GatewayCase = {
  name: 'return: a window that was opened for another amount never pays this attempt in full',
  run: async (world) => {
    const { payAnother } = world.subject.buyer
    if (payAnother === null) return fail('the subject', 'a way to pay another amount', 'none')
    const attempt = newAttempt(world)
    const amount = minor(world, 1_000)
    const checkout = await begin(world, attempt)
    const returned = (await payAnother(attempt, checkout, amount)) ?? {}
    // The browser may change the amount back to the one we expect.
    const amounts = Object.entries(returned).filter(([, value]) => value === String(amount.amountMinor))
    const lie = Object.fromEntries(amounts.map(([name]) => [name, String(attempt.amount.amountMinor)]))
    for (const sent of [returned, { ...returned, ...lie }]) {
      const accepted = await read(world, attempt, sent)
      if (accepted.isErr()) {
        expectRefusal('readReturn', accepted)
        continue
      }
      const answer = await confirm(world, await accept(world, attempt, sent))
      if (answer.isErr() || answer.value.status === 'waiting') continue
      const { captured } = answer.value
      expectEqual('what was called captured, in the book', await world.takenMinor(attempt), captured.amountMinor)
      expectThat(captured.amountMinor !== attempt.amount.amountMinor, 'the captured money', 'another amount', captured)
    }
    const taken = await world.takenMinor(attempt)
    expectThat(taken < attempt.amount.amountMinor, 'the money in the book', 'less than the attempt', taken)
  },
}
