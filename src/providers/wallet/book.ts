import { err, ok, type Result, ResultAsync } from 'neverthrow'
import type { Clock } from '../../core/clock'
import { type Currency, isCurrency, type Money } from '../../core/money'
import type { Store, StoreError, StoreFault } from '../../storage/store'
import { accountIdOf, createLedger, type EntryKind, fingerprintOf, type LedgerLine, type WalletAccount } from './ledger'

/** One line of a wallet. Units: `amount` is signed, and the amounts of all lines add up to the balance. */
export type WalletEntry = {
  readonly id: string
  /** 1 for the wallet's first line, and one more for each that follows, without gaps. */
  readonly sequence: number
  readonly kind: EntryKind
  /** What caused it. A source is used once per kind, over all wallets. */
  readonly source: string
  readonly amount: Money
  readonly balanceAfter: Money
  readonly at: Date
}

export type WalletError =
  | { readonly code: 'invalid_input'; readonly outcome: 'not_executed'; readonly field: WalletField }
  | { readonly code: 'insufficient_funds'; readonly outcome: 'not_executed'; readonly balance: Money }
  | { readonly code: 'idempotency_conflict'; readonly outcome: 'not_executed' }
  | { readonly code: 'balance_out_of_range'; readonly outcome: 'not_executed' }
  | { readonly code: 'wallet_busy'; readonly outcome: 'unknown' }
  | { readonly code: 'store_failed'; readonly outcome: 'unknown'; readonly reason: StoreFault['reason'] }
export type WalletField = 'ownerId' | 'currency' | 'amount' | 'source' | 'kind' | 'cursor'

export type WalletMovement = { readonly ownerId: string; readonly amount: Money; readonly source: string }
export type WalletPage = { readonly entries: readonly WalletEntry[]; readonly nextCursor: string | null }

export type WalletBook = {
  readonly balance: (account: WalletAccount) => ResultAsync<Money, WalletError>
  /**
   * Adds money: a `CHARGE` the owner paid for (the default), or a `CREDIT` that was given.
   *
   * Errors: `wallet_busy` and `store_failed` leave open whether it was written: repeat with the same source.
   *
   * Idempotency: a repeat returns the first line; the same source with another owner or amount is
   * `idempotency_conflict`, which says nothing about the line it collided with.
   */
  readonly credit: (
    movement: WalletMovement & { readonly kind?: 'CHARGE' | 'CREDIT' },
  ) => ResultAsync<WalletEntry, WalletError>
  /** Takes money, if there is enough. Errors and repeats as for `credit`, and `insufficient_funds`: nothing moved. */
  readonly debit: (movement: WalletMovement) => ResultAsync<WalletEntry, WalletError>
  /** The lines, newest first: 20 unless `limit` says otherwise, 100 at most. */
  readonly history: (
    page: WalletAccount & { readonly limit?: number; readonly cursor?: string | null },
  ) => ResultAsync<WalletPage, WalletError>
}

const MAX_TEXT = 200
const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

/** Wallets as the host's own code uses them. A wallet needs no opening: it is there once something is put in. */
export const walletBook = (store: Store, clock: Clock, openingBalance: Money | null = null): WalletBook => {
  const ledger = createLedger(store, clock, openingBalance)

  const move = (
    kind: 'CHARGE' | 'CREDIT' | 'DEBIT',
    { ownerId, amount, source }: WalletMovement,
  ): ResultAsync<WalletEntry, WalletError> =>
    guarded(async () => {
      const field = wrongField(ownerId, amount.currency)
      if (field !== undefined) return invalid(field === 'currency' ? 'amount' : field)
      if (!Number.isSafeInteger(amount.amountMinor) || amount.amountMinor <= 0) return invalid('amount')
      if (!isText(source)) return invalid('source')
      const account = { ownerId, currency: amount.currency }
      const line = {
        id: `${kind}:${source}`,
        kind,
        source,
        amountMinor: kind === 'DEBIT' ? -amount.amountMinor : amount.amountMinor,
      }
      const posted = await ledger.post<Result<WalletEntry, WalletError>>(account, async () => {
        const before = await ledger.line(line.id)
        if (before === undefined) return { write: line }
        const same = before.fingerprint === fingerprintOf(account, line)
        return { answer: same ? ok(entryOf(account, before)) : err(CONFLICT) }
      })
      switch (posted.kind) {
        case 'written':
          return ok(entryOf(account, posted.line))
        case 'answered':
          return posted.answer
        case 'insufficient': {
          const balance = { amountMinor: posted.balanceMinor, currency: account.currency }
          return err({ code: 'insufficient_funds', outcome: 'not_executed', balance })
        }
        case 'out_of_range':
          return err({ code: 'balance_out_of_range', outcome: 'not_executed' })
        case 'busy':
          return err({ code: 'wallet_busy', outcome: 'unknown' })
      }
    })

  return {
    balance: ({ ownerId, currency }) =>
      guarded(async () => {
        const field = wrongField(ownerId, currency)
        if (field !== undefined) return invalid(field)
        const { balanceMinor } = await ledger.open({ ownerId, currency })
        return ok({ amountMinor: balanceMinor, currency })
      }),

    credit: ({ kind = 'CHARGE', ...movement }) =>
      kind === 'CHARGE' || kind === 'CREDIT' ? move(kind, movement) : guarded(async () => invalid('kind')),

    debit: (movement) => move('DEBIT', movement),

    history: ({ ownerId, currency, limit = DEFAULT_LIMIT, cursor = null }) =>
      guarded(async () => {
        const field = wrongField(ownerId, currency)
        if (field !== undefined) return invalid(field)
        if (cursor !== null && !/^[1-9]\d{0,14}$/.test(cursor)) return invalid('cursor')
        const account = { ownerId, currency }
        await ledger.open(account)
        const size = limit >= 1 ? Math.min(Math.floor(limit), MAX_LIMIT) : DEFAULT_LIMIT
        const lines = await store.find('ledgerEntries', {
          index: 'byAccount',
          where: { accountId: accountIdOf(account) },
          // Lines have no gaps and never go: the number of the last one shown is where to go on.
          ...(cursor === null ? {} : { atMost: Number(cursor) - 1 }),
          order: 'desc',
          limit: size,
        })
        const last = lines.at(-1)
        return ok({
          entries: lines.map((line) => entryOf(account, line)),
          nextCursor: last === undefined || last.sequence === 1 ? null : String(last.sequence),
        })
      }),
  }
}

const CONFLICT: WalletError = { code: 'idempotency_conflict', outcome: 'not_executed' }

const invalid = (field: WalletField): Result<never, WalletError> =>
  err({ code: 'invalid_input', outcome: 'not_executed', field })

/** A store that throws may have written all the same. Its error may hold rows or secrets and goes no further. */
const guarded = <T>(run: () => Promise<Result<T, WalletError>>): ResultAsync<T, WalletError> =>
  ResultAsync.fromThrowable(
    run,
    (thrown): WalletError => ({ code: 'store_failed', outcome: 'unknown', reason: reasonOf(thrown) }),
  )().andThen((result) => result)

/** What a store says of its own error. */
const reasonOf = (thrown: unknown): StoreFault['reason'] =>
  // Only read, and only if it is there: a store may throw anything.
  (thrown as Partial<StoreError> | undefined)?.fault?.reason ?? 'other'

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TEXT && !value.includes('\0')

const wrongField = (ownerId: string, currency: Currency): 'ownerId' | 'currency' | undefined => {
  if (!isText(ownerId)) return 'ownerId'
  return isCurrency(currency) ? undefined : 'currency'
}

const entryOf = ({ currency }: WalletAccount, line: LedgerLine): WalletEntry => ({
  id: line.id,
  sequence: line.sequence,
  // Every line of a wallet is written by the ledger, with one of its kinds.
  kind: line.kind as EntryKind,
  source: line.source,
  amount: { amountMinor: line.amountMinor, currency },
  balanceAfter: { amountMinor: line.balanceAfterMinor, currency },
  at: line.at,
})
