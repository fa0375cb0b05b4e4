import { errAsync, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../../../core/attempt'
import type { Clock } from '../../../core/clock'
import { attemptFromRow } from '../../../engine/rows'
import type { GatewayError } from '../../../providers/gateway'
import { type MockGateway, mock } from '../../../providers/mock'
import type { Client } from '../client'
import type { Decisions } from '../decisions'
import { type Interference, type ProviderCall, timedOut } from '../effects'
import type { World } from '../world'
import type { SimulatedProvider } from './provider'

/** How long after our request the mocks may still take money: a minute less than they declare, for clocks that differ. */
const MOCK_WINDOW_MS = 600_000
const MARGIN_MS = 60_000
const DECLARED = {
  chargeWindowMs: MOCK_WINDOW_MS,
  webhookSecret: 'simulated_webhook_secret',
  idempotentRefunds: false,
} as const

const isOver = (clock: Clock, since: Date): boolean =>
  clock.now().getTime() - since.getTime() >= MOCK_WINDOW_MS - MARGIN_MS

/** Takes money when we confirm. */
export const simulatedCard = (clock: Clock, decisions: Decisions): SimulatedProvider => {
  const card = mock({ ...DECLARED, capturedBy: 'confirm' })
  return { ...common('card', card), weight: 3, interfere: between(clock, decisions, card) }
}

/** Takes money when the buyer pays, without us. */
export const simulatedBank = (
  clock: Clock,
  decisions: Decisions,
): SimulatedProvider & { readonly payAtBank: (world: World, attemptId: string) => boolean } => {
  const bank = mock({ ...DECLARED, capturedBy: 'buyer' })
  /** False when the bank's own window is over. */
  const settle = (world: World, attemptId: string, outcome: 'approved' | 'failed'): boolean => {
    const row = world.model.get('attempts', attemptId)
    if (row === undefined || isOver(clock, row.createdAt)) return false
    return bank.settle(attemptFromRow(row).id, outcome).isOk()
  }
  return {
    ...common('bank', bank),
    weight: 2,
    interfere: between(clock, decisions, bank),
    payAtBank: (world, attemptId) => settle(world, attemptId, 'approved'),
    visit: (world, client, { attemptId }) => {
      payLater(client, (outcome) => settle(world, attemptId, outcome))
      return {}
    },
  }
}

/** The buyer pays without us, soon or late, or not at all. */
const payLater = (client: Client, settle: (outcome: 'approved' | 'failed') => boolean): void => {
  const { random } = client
  if (random.chance(0.15)) return
  const outcome = random.chance(0.8) ? 'approved' : 'failed'
  const delayMs = random.pick([0, 0, 2_000, 30_000, 100_000, 250_000, 500_000])
  client.spawn(async () => {
    await client.pause(delayMs)
    settle(outcome)
  })
}

const common = (name: string, gateway: MockGateway) => {
  let told = 0
  return {
    name,
    open: () => gateway,
    book: () =>
      gateway.book().map(({ kind, attemptId, amount }) => ({
        gateway: name,
        attemptId,
        kind: kind === 'PAYMENT' ? ('capture' as const) : ('refund' as const),
        amountMinor: amount.amountMinor,
      })),
    tell: async (post: Parameters<NonNullable<SimulatedProvider['tell']>>[0]) => {
      const all = gateway.notices()
      for (const { headers, rawBody } of all.slice(told)) post({ headers, rawBody })
      told = all.length
    },
  }
}

/** The network that a mock has not got. */
const between =
  (clock: Clock, decisions: Decisions, gateway: MockGateway): Interference =>
  <T>(call: ProviderCall, attempt: Attempt, run: () => ResultAsync<T, GatewayError>): ResultAsync<T, GatewayError> => {
    if (call === 'begin') return run()
    const where = `mock ${call}`
    const { fires } = decisions
    if (call === 'confirm' && attempt.chargeRequestedAt !== null && isOver(clock, attempt.chargeRequestedAt)) {
      return refused('payment_window_closed')
    }
    if (fires('provider_unreachable', where)) return refused('not_sent')
    if (fires('provider_rate_limits', where)) return refused('rate_limited')
    if (fires('provider_request_lost', where)) return timedOut()
    if (call === 'refund' && fires('provider_refuses_refund', where)) return refused('refused')
    if (call === 'confirm' && fires('provider_declines', where)) gateway.script({ step: 'decline', code: 'no_funds' })
    const late = call === 'refund' ? 'refund_acts_late' : 'provider_acts_late'
    if (call !== 'lookup' && fires(late, where)) {
      const afterMs = decisions.random.pick([2_000, 20_000, 90_000, 300_000])
      const isCharge = call === 'confirm'
      clock.schedule(afterMs, () => {
        if (!isCharge || attempt.chargeRequestedAt === null || !isOver(clock, attempt.chargeRequestedAt))
          void run().match(ignore, ignore)
      })
      return timedOut()
    }
    if (fires('provider_answer_lost', where)) return run().andThen(() => timedOut<T>())
    return run()
  }

const ignore = (): void => undefined

const refused = (
  code: 'payment_window_closed' | 'not_sent' | 'rate_limited' | 'refused',
): ResultAsync<never, GatewayError> =>
  errAsync({ code, outcome: 'not_executed', message: `simulated: ${code}`, retryable: code === 'rate_limited' })
