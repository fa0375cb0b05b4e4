import type { Clock } from '../../core/clock'
import type { Currency, Money } from '../../core/money'
import type { Row } from '../../storage/schema'
import type { Op, Store } from '../../storage/store'

/**
 * OPENING, CHARGE (a top-up) and CREDIT give money, DEBIT takes it. PAYMENT pays an attempt and REFUND gives back what
 * one paid. VOID moves nothing: it takes an attempt's place, so that no PAYMENT of that attempt can follow.
 */
export type EntryKind = 'OPENING' | 'CHARGE' | 'CREDIT' | 'DEBIT' | 'PAYMENT' | 'REFUND' | 'VOID'

/** One owner's money in one currency. */
export type WalletAccount = { readonly ownerId: string; readonly currency: Currency }

export const accountIdOf = ({ ownerId, currency }: WalletAccount): string => `${ownerId}:${currency}`

export type LedgerLine = Row<'ledgerEntries'>

export type NewLine = {
  /** Names what may happen once only: a second line with this id is never written. */
  readonly id: string
  readonly kind: EntryKind
  readonly source: string
  /** What it does to the balance, with its sign. */
  readonly amountMinor: number
}

/** What to do, judged on the ledger as it is: write a line, or answer without writing. */
export type Plan<T> = { readonly write: NewLine } | { readonly answer: T }

export type Posted<T> =
  | { readonly kind: 'written'; readonly line: LedgerLine }
  | { readonly kind: 'answered'; readonly answer: T }
  | { readonly kind: 'insufficient'; readonly balanceMinor: number }
  | { readonly kind: 'out_of_range' }
  /** Others kept writing to this account. Nothing was written, unless another call wrote the same line meanwhile. */
  | { readonly kind: 'busy' }

type AccountState = { readonly version: number | null; readonly balanceMinor: number; readonly entryCount: number }

const MAX_TRIES = 50

export type Ledger = ReturnType<typeof createLedger>

/**
 * The one place that writes wallet money. Balance and line are one commit, and every line takes the account from the
 * version its plan was judged on to the next: of two writers one loses, reads again and judges again. So a line never
 * rests on a stale balance, and whatever a plan saw of the account's other lines is still true when its own is written.
 */
export const createLedger = (store: Store, clock: Clock, openingBalance: Money | null) => {
  const openingOf = ({ currency }: WalletAccount): number =>
    openingBalance?.currency === currency ? openingBalance.amountMinor : 0

  /** The account as it stands. One nobody has used yet gets its opening balance, if there is any, as its first line. */
  const open = async (account: WalletAccount): Promise<AccountState> => {
    const id = accountIdOf(account)
    const row = await store.get('walletAccounts', id)
    if (row !== undefined) return row
    const amountMinor = openingOf(account)
    const unused: AccountState = { version: null, balanceMinor: 0, entryCount: 0 }
    if (amountMinor === 0) return unused
    const line = lineAfter(account, unused, { id: `OPENING:${id}`, kind: 'OPENING', source: id, amountMinor })
    await store.commit(opsOf(account, unused, line))
    // Whether this commit or another's opened it, the row is there now.
    return (await store.get('walletAccounts', id)) ?? unused
  }

  const lineAfter = (account: WalletAccount, before: AccountState, line: NewLine): Omit<LedgerLine, 'version'> => ({
    ...line,
    accountId: accountIdOf(account),
    sequence: before.entryCount + 1,
    balanceAfterMinor: before.balanceMinor + line.amountMinor,
    currency: account.currency,
    fingerprint: fingerprintOf(account, line),
    at: clock.now(),
  })

  const post = async <T>(account: WalletAccount, plan: () => Promise<Plan<T>>): Promise<Posted<T>> => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      // The account first: whatever is written after this read raises the version, and this commit loses.
      const before = await open(account)
      const planned = await plan()
      if ('answer' in planned) {
        // A plan reads line after line. What it says is true only of a ledger that stood still meanwhile.
        const after = await store.get('walletAccounts', accountIdOf(account))
        if ((after?.version ?? null) === before.version) return { kind: 'answered', answer: planned.answer }
        continue
      }
      const line = lineAfter(account, before, planned.write)
      if (line.balanceAfterMinor < 0) return { kind: 'insufficient', balanceMinor: before.balanceMinor }
      if (!Number.isSafeInteger(line.balanceAfterMinor)) return { kind: 'out_of_range' }
      const outcome = await store.commit(opsOf(account, before, line))
      if (outcome.kind === 'committed') return { kind: 'written', line: { ...line, version: 1 } }
    }
    return { kind: 'busy' }
  }

  return { open, post, line: (id: string) => store.get('ledgerEntries', id) }
}

/** What a line with the same id must agree on to be the same line. */
export const fingerprintOf = (account: WalletAccount, { kind, source, amountMinor }: Omit<NewLine, 'id'>): string =>
  JSON.stringify([accountIdOf(account), kind, source, amountMinor])

const opsOf = (account: WalletAccount, before: AccountState, row: Omit<LedgerLine, 'version'>): readonly Op[] => {
  const after = { balanceMinor: row.balanceAfterMinor, entryCount: row.sequence }
  const id = accountIdOf(account)
  return [
    before.version === null
      ? { op: 'insert', kind: 'walletAccounts', row: { id, currency: account.currency, ...after } }
      : { op: 'update', kind: 'walletAccounts', id, expectedVersion: before.version, set: after },
    { op: 'insert', kind: 'ledgerEntries', row },
  ]
}
