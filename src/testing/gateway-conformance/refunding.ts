import type { Result } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import { type Money, sameMoney } from '../../core/money'
import type { Refund } from '../../core/refund'
import { type GatewayError, isAboutThisSendOnly, mayStillArrive, type ProviderRefund } from '../../providers/gateway'
import { described, expectEqual, expectThat, fail } from './expectations'
import { lookup, minor, type World } from './world'

export type RefundEnding = 'completed' | 'waiting' | 'refused' | 'open'

const HOUR_MS = 3_600_000
const ROUNDS = 3

/** What we believe is left of a payment. */
export const leftOf = (world: World, attempt: Attempt): Money =>
  minor(world, attempt.capturedMinor - attempt.refundedMinor)

export const refund = (
  world: World,
  request: Refund,
  attempt: Attempt,
): Promise<Result<ProviderRefund, GatewayError>> =>
  world.ask('refund', () =>
    world.gateway.refund(request, { attempt, refundable: leftOf(world, attempt), refundAccount: null }),
  )

export const expectRefunded = async (world: World, attempt: Attempt, what: string, expected: number): Promise<void> =>
  expectEqual(`${what}: the money given back, in the book`, await world.refundedMinor(attempt), expected)

/** The payment as the library keeps it after a refund. */
export const withRefund = (attempt: Attempt, { amount }: Pick<Refund, 'amount'>): Attempt => ({
  ...attempt,
  version: attempt.version + 1,
  refundedMinor: attempt.refundedMinor + amount.amountMinor,
})

const endingOf = (answer: Result<ProviderRefund, GatewayError>, request: Refund, isRepeat: boolean): RefundEnding => {
  if (answer.isOk()) {
    const { amount, status } = answer.value
    expectThat(sameMoney(amount, request.amount), 'a refund', 'the amount that was asked for', described(answer))
    return status === 'failed' ? 'refused' : status
  }
  const { error } = answer
  return error.outcome === 'unknown' || (isRepeat && isAboutThisSendOnly(error)) ? 'open' : 'refused'
}

/**
 * Goes on as the library does after an answer to a refund: it looks up, and sends it again only when the provider's window
 * is over and the look-ups would show what had been made.
 */
export const settleRefund = async (
  world: World,
  request: Refund,
  attempt: Attempt,
  first: Result<ProviderRefund, GatewayError>,
): Promise<RefundEnding> => {
  const { refundWindowMs, listsRefunds = true } = world.subject.gateway.capabilities
  const before = (await world.refundedMinor(attempt)) - (await wasMade(world, attempt, request))
  let ending = endingOf(first, request, false)
  let current = request
  let answer = first
  for (let round = 0; round < ROUNDS && ending === 'open'; round += 1) {
    current = unknownAfter(current, answer)
    await world.pass(refundWindowMs)
    ending = await endingOfLookup(world, current, attempt)
    if (ending !== 'open' || !listsRefunds) break
    current = { ...current, sentAt: world.now() }
    answer = await refund(world, current, attempt)
    ending = endingOf(answer, request, refundWindowMs === 0)
  }
  await world.pass(HOUR_MS)
  const given = (await world.refundedMinor(attempt)) - before
  const isAsSaid =
    ending === 'completed'
      ? given === request.amount.amountMinor
      : ending === 'refused'
        ? given === 0
        : given === 0 || given === request.amount.amountMinor
  expectThat(
    isAsSaid,
    `a refund of ${request.amount.amountMinor} that is ${ending}`,
    'a book that says the same',
    given,
  )
  return ending
}

/** What the book already shows of this refund: refunds of a case differ in their amounts, so the amount tells. */
const wasMade = async (world: World, attempt: Attempt, { amount }: Refund): Promise<number> => {
  const given = await world.refundedMinor(attempt)
  return given - attempt.refundedMinor >= amount.amountMinor ? amount.amountMinor : 0
}

const unknownAfter = (request: Refund, answer: Result<ProviderRefund, GatewayError>): Refund => {
  const answered = answer.isErr() && answer.error.outcome === 'unknown' && !mayStillArrive(answer.error)
  return {
    ...request,
    version: request.version + 1,
    status: 'UNKNOWN',
    checks: request.checks + 1,
    keyGeneration: request.keyGeneration + (answered ? 1 : 0),
  }
}

const endingOfLookup = async (world: World, request: Refund, attempt: Attempt): Promise<RefundEnding> => {
  const seen = await lookup(world, attempt)
  if (seen.isErr()) return 'open'
  if (seen.value.status !== 'approved') return fail('a look-up of a paid attempt', 'approved', seen.value.status)
  const found = seen.value.refunds.find(({ refundId }) => refundId === request.id)
  if (found === undefined) return 'open'
  expectThat(sameMoney(found.amount, request.amount), 'the refund in a look-up', 'its own amount', found.amount)
  return found.status === 'failed' ? 'refused' : found.status
}
