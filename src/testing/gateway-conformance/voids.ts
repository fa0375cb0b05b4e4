import type { Attempt } from '../../core/attempt'
import type { GatewayCase, Shape } from './cases'
import { closeWithoutRepeat, confirm, expectInBook, expectNothingTaken, staysAsItIs } from './charging'
import { described, expectThat, fail } from './expectations'
import { EXECUTED, meeting } from './faults'
import { agree, begin, buy, newAttempt, type World } from './world'

const voidIt = (world: World, attempt: Attempt) =>
  world.ask('void', async () => world.gateway.void?.(attempt) ?? fail('the gateway', 'a way to void', 'none'))

export const voids = ({ subject: { wire }, canVoid }: Shape): readonly GatewayCase[] => {
  if (!canVoid) return []
  const isEverLate = (wire?.faults.confirm ?? []).some((kind) => EXECUTED[kind] === 'later')
  return [
    {
      name: 'void: after it no request takes the money, however often it comes',
      run: async (world) => {
        const attempt = newAttempt(world)
        const checkout = await begin(world, attempt)
        const voided = await voidIt(world, attempt)
        expectThat(voided.isOk(), 'void of an unpaid attempt', 'ok', described(voided))
        const returned = (await world.subject.buyer.pay(attempt, checkout)) ?? {}
        for (let times = 0; times < 2; times += 1) {
          const answer = await confirm(world, { attempt, returned })
          expectThat(answer.isErr(), 'a confirm after a void', 'an error', described(answer))
          await expectNothingTaken(world, attempt, 'after a void')
        }
        await staysAsItIs(world, attempt, 'refused')
      },
    },
    {
      name: 'void: twice is as good as once, also where nothing was begun',
      run: async (world) => {
        const attempt = newAttempt(world)
        for (let times = 0; times < 2; times += 1) {
          const voided = await voidIt(world, attempt)
          expectThat(voided.isOk(), 'void', 'ok', described(voided))
        }
        await expectNothingTaken(world, attempt, 'after two voids')
      },
    },
    {
      name: 'void: of a payment that was made is no void, and gives nothing back by the way',
      run: async (world) => {
        const attempt = await buy(world)
        const voided = await voidIt(world, attempt)
        expectThat(voided.isErr(), 'void of a paid attempt', 'an error', described(voided))
        await expectInBook(world, attempt, attempt.amount.amountMinor)
        const back = await world.refundedMinor(attempt)
        expectThat(back === 0, 'the money given back', '0', back)
      },
    },
    ...(isEverLate ? [late] : []),
  ]
}

const late: GatewayCase = {
  name: 'void: stops a request that is still under way',
  run: async (world) => {
    const ready = await agree(world)
    const first = await meeting(world, 'confirm', 'late_execution', () => confirm(world, ready))
    const voided = await voidIt(world, ready.attempt)
    if (voided.isOk()) await staysAsItIs(world, ready.attempt, 'refused')
    else await closeWithoutRepeat(world, ready, first)
  },
}
