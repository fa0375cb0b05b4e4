import type { Row, Store } from 'holdfast'
import type { BookLine, Provider } from './providers/provider'

type Named = BookLine & { readonly gateway: string }

/** Of one order: what we believe moved, and what the providers' own books say moved. */
export const booksOf = async (
  store: Store,
  providers: Readonly<Record<string, Provider>>,
  attempts: readonly Row<'attempts'>[],
  refunds: readonly Row<'refunds'>[],
): Promise<{ readonly ours: readonly Named[]; readonly theirs: readonly Named[] }> => {
  const ids = new Set(attempts.map(({ id }) => id))
  const theirs = Object.entries(providers).flatMap(([gateway, { book }]) =>
    book()
      .filter(({ attemptId }) => ids.has(attemptId))
      .map((line) => ({ ...line, gateway })),
  )
  return { ours: ourLines(attempts, refunds), theirs: [...theirs, ...(await walletLines(store, attempts))] }
}

const ourLines = (attempts: readonly Row<'attempts'>[], refunds: readonly Row<'refunds'>[]): readonly Named[] => [
  ...attempts
    .filter(({ capturedMinor }) => capturedMinor > 0)
    .map(({ id, gateway, capturedMinor, approvedAt }) => ({
      gateway,
      attemptId: id,
      kind: 'capture' as const,
      amountMinor: capturedMinor,
      at: approvedAt,
    })),
  ...refunds
    .filter(({ status }) => status === 'COMPLETED')
    .map(({ attemptId, amountMinor, completedAt }) => ({
      gateway: attempts.find(({ id }) => id === attemptId)?.gateway ?? '',
      attemptId,
      kind: 'refund' as const,
      amountMinor,
      at: completedAt,
    })),
]

/** The wallet's ledger is in our own store: a debit pays, a credit gives back. */
const walletLines = async (store: Store, attempts: readonly Row<'attempts'>[]): Promise<readonly Named[]> => {
  const [first] = attempts
  if (first === undefined) return []
  const where = { accountId: `${first.buyerId}:${first.currency}` }
  const entries = await store.find('ledgerEntries', { index: 'byAccount', where, limit: 1_000 })
  return entries.flatMap(({ id, kind, amountMinor, at }) => {
    const attempt = attempts.find((one) => id === `PAYMENT:${one.id}` || id.startsWith(`REFUND:${one.id}:`))
    if (attempt === undefined) return []
    const isPayment = kind === 'PAYMENT'
    return [
      {
        gateway: 'wallet',
        attemptId: attempt.id,
        kind: isPayment ? ('capture' as const) : ('refund' as const),
        amountMinor: Math.abs(amountMinor),
        at,
      },
    ]
  })
}
