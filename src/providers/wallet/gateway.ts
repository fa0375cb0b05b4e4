import { err, ok, type Result, ResultAsync } from 'neverthrow'
import type { Attempt } from '../../core/attempt'
import type { Clock } from '../../core/clock'
import { type Currency, isCurrency, type Money } from '../../core/money'
import type { Refund } from '../../core/refund'
import type { Store } from '../../storage/store'
import type {
  Charge,
  Gateway,
  GatewayError,
  NotExecutedCode,
  PaymentGateway,
  ProviderPayment,
  ProviderRefund,
} from '../gateway'
import { type WalletBook, walletBook } from './book'
import { accountIdOf, createLedger, type Ledger, type LedgerLine, type NewLine, type Posted } from './ledger'

export type WalletOptions = {
  /** Refuses payments in any other currency. Left out, a buyer has one wallet per currency. */
  readonly currency?: Currency
  /** What every new wallet of that currency starts with. For demos and tests. */
  readonly openingBalance?: Money
  readonly mode?: 'test' | 'live'
}

export type WalletGateway = Gateway<'WALLET'> & {
  /** The same wallets as the host's code uses them, opening balance included. */
  readonly book: (store: Store, clock: Clock) => WalletBook
}

/**
 * Pays from money the buyer has in a wallet of ours, kept in the host's own store. An attempt pays once, a refund is
 * given once, and after a void the attempt can never pay, however late the request arrives.
 *
 * Throws on an unknown currency and on an opening balance that is negative or in another currency than `currency`.
 */
export const wallet = (options: WalletOptions = {}): WalletGateway => {
  const { currency, openingBalance = null, mode = 'live' } = options
  if (currency !== undefined && !isCurrency(currency)) throw new RangeError('wallet: currency is not known')
  if (openingBalance !== null && !isOpening(openingBalance, currency)) {
    throw new RangeError('wallet: openingBalance is not valid')
  }
  return {
    name: 'wallet',
    mode,
    capabilities: {
      methods: ['WALLET'],
      partialRefund: true,
      capturedBy: 'confirm',
      chargeWindowMs: null,
      refundWindowMs: 0,
      keptInStore: true,
    },
    book: (store, clock) => walletBook(store, clock, openingBalance),
    connect: ({ store, clock, log }) => {
      const ledger = createLedger(store, clock, openingBalance)
      const run = <T>(
        operation: string,
        work: () => Promise<Result<T, GatewayError>>,
      ): ResultAsync<T, GatewayError> => {
        const startedAt = clock.now().getTime()
        return ResultAsync.fromThrowable(work, (): GatewayError => {
          log({ provider: 'wallet', operation, status: 'network', durationMs: clock.now().getTime() - startedAt })
          return STORE_FAILED
        })().andThen((result) => result)
      }
      return connected(ledger, store, run, currency)
    },
  }
}

type Run = <T>(operation: string, work: () => Promise<Result<T, GatewayError>>) => ResultAsync<T, GatewayError>

const connected = (ledger: Ledger, store: Store, run: Run, currency: Currency | undefined): PaymentGateway => {
  const checkAttempt = ({ amount, method }: Attempt): Result<void, GatewayError> => {
    if (method !== null && method !== 'WALLET') return refused('method_unavailable', 'a wallet pays by WALLET only')
    if (currency !== undefined && amount.currency !== currency) {
      return refused('method_unavailable', `this wallet holds ${currency} only`)
    }
    if (!Number.isSafeInteger(amount.amountMinor) || amount.amountMinor <= 0) {
      return refused('invalid_request', 'the amount is not positive')
    }
    return ok(undefined)
  }

  /** The refunds of an attempt, oldest first. They are numbered, so that their ids can be found one after the other. */
  const refundLines = async (attempt: Attempt): Promise<readonly LedgerLine[]> => {
    const lines: LedgerLine[] = []
    for (;;) {
      const line = await ledger.line(refundLineId(attempt, lines.length + 1))
      if (line === undefined) return lines
      lines.push(line)
    }
  }

  return {
    begin: (attempt) => checkAttempt(attempt).asyncMap(async () => ({ action: 'none' })),

    readReturn: (attempt) => ok({ providerRef: `wallet:${attempt.id}` }),

    confirm: (attempt) =>
      run('confirm', async () => {
        const checked = checkAttempt(attempt)
        if (checked.isErr()) return err(checked.error)
        const payment = {
          id: chargeLineId(attempt),
          kind: 'PAYMENT',
          source: attempt.id,
          amountMinor: -attempt.amount.amountMinor,
        } as const satisfies NewLine
        const posted = await ledger.post<Result<Charge, GatewayError>>(accountOf(attempt), async () => {
          const line = await ledger.line(payment.id)
          if (line === undefined) return { write: payment }
          if (line.accountId !== accountIdOf(accountOf(attempt))) return { answer: NOT_THEIRS }
          if (line.kind === 'VOID') return { answer: refused('refused', 'the attempt was voided', 'voided') }
          return { answer: ok(chargeOf(attempt, line)) }
        })
        return conclude(posted, (line) => chargeOf(attempt, line))
      }),

    lookup: (attempt) =>
      run<ProviderPayment>('lookup', async () => {
        const line = await ledger.line(chargeLineId(attempt))
        if (line === undefined) return ok({ status: 'not_found' })
        if (line.accountId !== accountIdOf(accountOf(attempt))) return NOT_THEIRS
        if (line.kind === 'VOID') return ok({ status: 'failed', code: 'voided' })
        const refunds = (await refundLines(attempt)).map((refund) => refundOf(attempt, refund))
        return ok({ ...chargeOf(attempt, line), refunds })
      }),

    void: (attempt) =>
      run('void', async () => {
        const voided = { id: chargeLineId(attempt), kind: 'VOID', source: attempt.id, amountMinor: 0 } as const
        const posted = await ledger.post<Result<void, GatewayError>>(accountOf(attempt), async () => {
          const line = await ledger.line(voided.id)
          if (line === undefined) return { write: voided }
          if (line.accountId !== accountIdOf(accountOf(attempt))) return { answer: NOT_THEIRS }
          if (line.kind === 'VOID') return { answer: ok(undefined) }
          return { answer: refused('refused', 'the attempt is paid: refund it', 'already_paid') }
        })
        return conclude(posted, () => undefined)
      }),

    refund: (refund, { attempt }) =>
      run('refund', async () => {
        const { amount } = refund
        if (refund.attemptId !== attempt.id || refund.buyerId !== attempt.buyerId) return NOT_THEIRS
        if (amount.currency !== attempt.amount.currency) return refused('invalid_request', 'another currency')
        if (!Number.isSafeInteger(amount.amountMinor) || amount.amountMinor <= 0) {
          return refused('invalid_request', 'the amount is not positive')
        }
        const posted = await ledger.post<Result<ProviderRefund, GatewayError>>(accountOf(attempt), async () => {
          const payment = await ledger.line(chargeLineId(attempt))
          if (payment?.kind !== 'PAYMENT') return { answer: refused('not_found', 'the attempt took no money') }
          if (payment.accountId !== accountIdOf(accountOf(attempt))) return { answer: NOT_THEIRS }
          const given = await refundLines(attempt)
          const before = given.find(({ source }) => source === refund.id)
          if (before !== undefined) return { answer: sameRefund(attempt, refund, before) }
          if (await isRefundId(store, refund.id)) return { answer: NOT_THEIRS }
          const left = given.reduce((sum, line) => sum - line.amountMinor, -payment.amountMinor)
          if (amount.amountMinor > left) return { answer: refused('refused', 'more than was paid', 'exceeds_paid') }
          const id = refundLineId(attempt, given.length + 1)
          return { write: { id, kind: 'REFUND', source: refund.id, amountMinor: amount.amountMinor } }
        })
        return conclude(posted, (line) => refundOf(attempt, line))
      }),

    receive: () => err({ code: 'unreadable_body', message: 'a wallet sends no webhooks' }),
  }
}

// PAYMENT and VOID share it: the store lets only one of them be written.
const chargeLineId = ({ id }: Attempt): string => `PAYMENT:${id}`
const refundLineId = ({ id }: Attempt, number: number): string => `REFUND:${id}:${number}`
const accountOf = ({ buyerId, amount }: Attempt) => ({ ownerId: buyerId, currency: amount.currency })

/** True when the refund's id has paid out already, for whatever attempt. */
const isRefundId = async (store: Store, refundId: string): Promise<boolean> => {
  const lines = await store.find('ledgerEntries', { index: 'bySource', where: { source: refundId }, limit: 10 })
  return lines.some(({ kind }) => kind === 'REFUND')
}

const chargeOf = ({ id, amount }: Attempt, line: LedgerLine): Extract<Charge, { status: 'approved' }> => ({
  status: 'approved',
  providerRef: `wallet:${id}`,
  captured: { amountMinor: -line.amountMinor, currency: amount.currency },
  approvedAt: line.at,
  method: 'WALLET',
})

const refundOf = ({ amount }: Attempt, line: LedgerLine): ProviderRefund => ({
  providerRef: `wallet:${line.source}`,
  refundId: line.source,
  amount: { amountMinor: line.amountMinor, currency: amount.currency },
  status: 'completed',
})

const sameRefund = (attempt: Attempt, { amount }: Refund, line: LedgerLine): Result<ProviderRefund, GatewayError> =>
  line.amountMinor === amount.amountMinor
    ? ok(refundOf(attempt, line))
    : refused('refused', 'this refund was given with another amount', 'refund_id_reused')

const conclude = <T>(
  posted: Posted<Result<T, GatewayError>>,
  read: (line: LedgerLine) => T,
): Result<T, GatewayError> => {
  switch (posted.kind) {
    case 'written':
      return ok(read(posted.line))
    case 'answered':
      return posted.answer
    case 'insufficient':
      return refused('insufficient_funds', 'the wallet holds less than the amount')
    case 'out_of_range':
      return refused('refused', 'the balance would be too large to count', 'balance_out_of_range')
    case 'busy':
      return err({ code: 'conflict', outcome: 'unknown', message: 'the wallet is busy', retryable: true })
  }
}

const refused = (code: NotExecutedCode, message: string, providerCode?: string): Result<never, GatewayError> =>
  err({
    code,
    outcome: 'not_executed',
    message,
    retryable: false,
    ...(providerCode === undefined ? {} : { providerCode }),
  })

const NOT_THEIRS = refused('order_mismatch', 'it belongs to another payment')

/** The commit may have happened, and may even happen yet. */
const STORE_FAILED: GatewayError = {
  code: 'network',
  outcome: 'unknown',
  message: 'the store did not answer',
  retryable: true,
}

const isOpening = ({ amountMinor, currency }: Money, expected: Currency | undefined): boolean =>
  Number.isSafeInteger(amountMinor) &&
  amountMinor >= 0 &&
  isCurrency(currency) &&
  (expected === undefined || expected === currency)
