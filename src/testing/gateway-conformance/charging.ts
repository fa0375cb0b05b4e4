import type { Result } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import {
  type Charge,
  type GatewayError,
  isAboutThisSendOnly,
  mayStillArrive,
  type ProviderPayment,
} from '../../providers/gateway'
import { described, expectEqual, expectThat, fail } from './expectations'
import { after, lookup, type Ready, type World } from './world'

/** How a charge ended for the library: the order is paid, the attempt is closed, or a job goes on asking. */
export type Ending = 'approved' | 'refused' | 'open'

export type Settled = { readonly ending: Ending; readonly attempt: Attempt }

const HOUR_MS = 3_600_000
const ROUNDS = 3

export const confirm = (world: World, { attempt, returned }: Ready): Promise<Result<Charge, GatewayError>> =>
  world.ask('confirm', () => world.gateway.confirm(attempt, returned))

/** An approval must be in the book to the last unit. */
export const expectInBook = async (world: World, attempt: Attempt, captured: number): Promise<void> =>
  expectEqual('the money that was called captured, in the book', await world.takenMinor(attempt), captured)

export const expectNothingTaken = async (world: World, attempt: Attempt, what: string): Promise<void> =>
  expectEqual(`${what}: the money in the book`, await world.takenMinor(attempt), 0)

/** A look-up is the truth: it must say what the book says. */
export const expectTrue = async (world: World, attempt: Attempt, payment: ProviderPayment): Promise<void> => {
  if (payment.status === 'approved') return expectInBook(world, attempt, payment.captured.amountMinor)
  await expectNothingTaken(world, attempt, `a look-up says ${payment.status}`)
}

/**
 * What one answer means for the library. A refusal at the door of a repeat, or of a look-up for money that a buyer can
 * pay without us, says nothing about the payment.
 */
const endingOf = async (
  world: World,
  attempt: Attempt,
  answer: Result<Charge, GatewayError>,
  isRepeat: boolean,
): Promise<Ending> => {
  if (answer.isOk()) {
    if (answer.value.status === 'waiting') return 'open'
    await expectInBook(world, attempt, answer.value.captured.amountMinor)
    return 'approved'
  }
  const { error } = answer
  if (error.outcome === 'unknown') return 'open'
  const isOneOfMany = isRepeat || world.subject.gateway.capabilities.capturedBy === 'buyer'
  if (isOneOfMany && isAboutThisSendOnly(error)) return 'open'
  await expectNothingTaken(world, attempt, `confirm says ${described(answer)}`)
  return 'refused'
}

const unknownAfter = (world: World, attempt: Attempt, answer: Result<Charge, GatewayError>): Attempt => {
  const at = world.now()
  const error = answer.isErr() ? answer.error : undefined
  return after(attempt, {
    type: 'mark_attempt_unknown',
    reason: error?.code ?? 'waiting',
    answered: error !== undefined && error.outcome === 'unknown' && !mayStillArrive(error),
    nextCheckAt: at,
    at,
  })
}

const endingOfLookup = async (world: World, attempt: Attempt): Promise<Ending> => {
  const seen = await lookup(world, attempt)
  if (seen.isErr()) return 'open'
  await expectTrue(world, attempt, seen.value)
  if (seen.value.status === 'approved') return 'approved'
  return seen.value.status === 'failed' ? 'refused' : 'open'
}

/**
 * Goes on as the library does after an answer: it looks up, sends the same request again while that proves nothing, and
 * asks a last time when the provider's window is over. At every step the book must agree with what was said.
 */
export const settleCharge = async (
  world: World,
  ready: Ready,
  first: Result<Charge, GatewayError>,
): Promise<Settled> => {
  let attempt = ready.attempt
  let ending = await endingOf(world, attempt, first, false)
  let answer = first
  for (let round = 0; round < ROUNDS && ending === 'open'; round += 1) {
    attempt = unknownAfter(world, attempt, answer)
    ending = await endingOfLookup(world, attempt)
    if (ending !== 'open') break
    answer = await confirm(world, { attempt, returned: ready.returned })
    ending = await endingOf(world, attempt, answer, true)
  }
  const end = ending === 'open' ? await close(world, attempt) : await staysAsItIs(world, attempt, ending)
  return { ending: end, attempt }
}

/** Hours later the book must still say so: what was on its way has arrived by then. Gives the end as it is then. */
export const staysAsItIs = async (world: World, attempt: Attempt, ending: Ending): Promise<Ending> => {
  await world.pass(Math.max(world.subject.gateway.capabilities.chargeWindowMs ?? 0, HOUR_MS))
  const whole = attempt.amount.amountMinor
  const taken = await world.takenMinor(attempt)
  if (ending === 'open') expectThat(taken === 0 || taken === whole, 'the money in the book', 'all or nothing', taken)
  else expectEqual(`hours after it was ${ending}, the money in the book`, taken, ending === 'refused' ? 0 : whole)
  const last = await endingOfLookup(world, attempt)
  return ending === 'open' ? last : ending
}

/** The end of an attempt that nobody repeats. */
export const closeWithoutRepeat = async (
  world: World,
  { attempt }: Ready,
  first: Result<Charge, GatewayError>,
): Promise<Ending> => {
  const ending = await endingOf(world, attempt, first, false)
  return ending === 'open' ? close(world, unknownAfter(world, attempt, first)) : staysAsItIs(world, attempt, ending)
}

/**
 * The library closes an attempt when the provider's window is over and a look-up finds nothing, or when the provider voids
 * it. After that no money may come.
 */
const close = async (world: World, attempt: Attempt): Promise<Ending> => {
  const { chargeWindowMs } = world.subject.gateway.capabilities
  const windowEndsMs = (attempt.chargeRequestedAt ?? attempt.createdAt).getTime() + (chargeWindowMs ?? 0)
  await world.pass(Math.max(0, windowEndsMs - world.now().getTime()))
  const seen = await endingOfLookup(world, attempt)
  if (seen !== 'open') return staysAsItIs(world, attempt, seen)
  if (chargeWindowMs !== null) return staysAsItIs(world, attempt, 'refused')
  const { gateway } = world
  const voided = await world.ask('void', async () => gateway.void?.(attempt) ?? fail('void', 'a way to void', 'none'))
  return staysAsItIs(world, attempt, voided.isOk() ? 'refused' : 'open')
}
