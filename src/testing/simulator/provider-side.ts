import { errAsync, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import type { Clock } from '../../core/clock'
import { krw } from '../../core/money'
import type { FakeRequest, Fault } from '../../providers/fake/faults'
import type { GatewayError } from '../../providers/gateway'
import { type MockGateway, mock } from '../../providers/mock'
import { type FakeToss, fakeToss } from '../../providers/toss/fake'
import { type WalletGateway, wallet } from '../../providers/wallet'
import type { Decisions } from './decisions'
import { type Interference, type ProviderCall, timedOut } from './effects'

/** How long after our request the mocks may still take money: a minute less than they declare, for clocks that differ. */
export const MOCK_WINDOW_MS = 600_000
const MARGIN_MS = 60_000

/** The providers outside: their memory survives every crash of ours, and their books are the truth. */
export type ProviderSide = {
  readonly toss: FakeToss
  /** Takes money when we confirm. */
  readonly card: MockGateway
  /** Takes money when the buyer pays, without us. */
  readonly bank: MockGateway
  readonly wallet: WalletGateway
  /** What stands between us and a provider that has no network of its own. */
  readonly interfere: Interference
  /** The buyer pays at the bank. False when the bank's own window is over. */
  readonly payAtBank: (attempt: Attempt, outcome: 'approved' | 'failed') => boolean
}

const SECRET = 'simulated_webhook_secret'
/** What every wallet starts with: enough for about two orders. */
export const WALLET_OPENING_MINOR = 30_000

export const createProviderSide = (clock: Clock, decisions: Decisions): ProviderSide => {
  const toss = fakeToss({ clock, onRequest: (request) => tossFault(decisions, request) })
  const declared = { chargeWindowMs: MOCK_WINDOW_MS, webhookSecret: SECRET, idempotentRefunds: false }
  const card = mock({ ...declared, capturedBy: 'confirm' })
  const bank = mock({ ...declared, capturedBy: 'buyer' })
  const isOver = (since: Date): boolean => clock.now().getTime() - since.getTime() >= MOCK_WINDOW_MS - MARGIN_MS

  const interfere: Interference = <T>(
    call: ProviderCall,
    attempt: Attempt,
    run: () => ResultAsync<T, GatewayError>,
  ): ResultAsync<T, GatewayError> => {
    if (call === 'begin') return run()
    const where = `mock ${call}`
    const fires = decisions.fires
    if (call === 'confirm' && attempt.chargeRequestedAt !== null && isOver(attempt.chargeRequestedAt)) {
      return refused('payment_window_closed')
    }
    if (fires('provider_unreachable', where)) return refused('not_sent')
    if (fires('provider_rate_limits', where)) return refused('rate_limited')
    if (fires('provider_request_lost', where)) return timedOut()
    if (call === 'refund' && fires('provider_refuses_refund', where)) return refused('refused')
    if (call === 'confirm' && fires('provider_declines', where)) card.script({ step: 'decline', code: 'no_funds' })
    const late = call === 'refund' ? 'refund_acts_late' : 'provider_acts_late'
    if (call !== 'lookup' && fires(late, where)) {
      const afterMs = decisions.random.pick([2_000, 20_000, 90_000, 300_000])
      const isCharge = call === 'confirm'
      clock.schedule(afterMs, () => {
        if (!isCharge || attempt.chargeRequestedAt === null || !isOver(attempt.chargeRequestedAt))
          void run().match(ignore, ignore)
      })
      return timedOut()
    }
    if (fires('provider_answer_lost', where)) return run().andThen(() => timedOut<T>())
    return run()
  }

  return {
    toss,
    card,
    bank,
    wallet: wallet({ openingBalance: krw(WALLET_OPENING_MINOR) }),
    interfere,
    payAtBank: (attempt, outcome) => {
      if (isOver(attempt.createdAt)) return false
      return bank.settle(attempt.id, outcome).isOk()
    },
  }
}

const ignore = (): void => undefined

const refused = (
  code: 'payment_window_closed' | 'not_sent' | 'rate_limited' | 'refused',
): ResultAsync<never, GatewayError> =>
  errAsync({ code, outcome: 'not_executed', message: `simulated: ${code}`, retryable: code === 'rate_limited' })

/** Which of the fake's faults this request meets. */
const tossFault = (decisions: Decisions, { operation }: FakeRequest): Fault | undefined => {
  const { fires, random } = decisions
  const where = `toss ${operation}`
  const seen = () => random.pick(['cut', 'silence'] as const)
  const status = () => random.pick([500, 502, 503])
  if (fires('provider_unreachable', where)) return { kind: 'unreachable' }
  if (fires('provider_request_lost', where)) {
    return random.chance(0.3) ? { kind: 'stalled_request' } : { kind: 'lost_request', seen: seen() }
  }
  if (fires('provider_answer_lost', where)) {
    return random.chance(0.3) ? { kind: 'stalled_body' } : { kind: 'lost_answer', seen: seen() }
  }
  const late = operation === 'cancelPayment' ? 'refund_acts_late' : 'provider_acts_late'
  if (operation !== 'getPayment' && operation !== 'getPaymentByOrderId' && fires(late, where)) {
    return { kind: 'late_execution', afterMs: random.pick([2_000, 20_000, 90_000, 300_000]), seen: seen() }
  }
  if (fires('provider_error_before', where)) {
    return random.chance(0.4) ? { kind: 'html_before' } : { kind: 'error_before', status: status() }
  }
  if (fires('provider_error_after', where)) {
    return random.chance(0.4) ? { kind: 'html_after' } : { kind: 'error_after', status: status() }
  }
  if (fires('provider_slow', where)) return { kind: 'slow', ms: random.pick([100, 3_000, 29_000, 40_000]) }
  if (fires('provider_unreadable', where)) return { kind: random.pick(['malformed_json', 'wrong_shape'] as const) }
  if (fires('provider_rate_limits', where)) return { kind: 'rate_limited' }
  return undefined
}
