import type { ResultAsync } from 'neverthrow'
import type { Currency, Money } from '../core/money'
import type { WalletError as BookError, WalletBook, WalletEntry, WalletPage } from '../providers/wallet'
import { allow } from './authorize'
import { checkInput, type InputOf } from './check-input'
import type { Engine } from './engine'
import type { WalletError } from './errors'

export type WalletInput = InputOf<'WalletInput'>
export type WalletMoveInput = InputOf<'WalletMoveInput'>

/** What the buyer has. A wallet needs no opening. */
export const balance = (engine: Engine, book: WalletBook, input: WalletInput): ResultAsync<Money, WalletError> =>
  checkInput(engine, 'WalletInput', input).andThen(({ actor, ownerId, currency }) =>
    allow(engine, actor, 'wallet.read', ownerId).andThen(() =>
      // The schema has checked that it is one of the known currencies.
      book.balance({ ownerId, currency: currency as Currency }).mapErr(toError),
    ),
  )

/** The lines, newest first. */
export const history = (
  engine: Engine,
  book: WalletBook,
  input: WalletInput & { readonly limit?: number; readonly cursor?: string | null },
): ResultAsync<WalletPage, WalletError> => {
  const { limit, cursor, ...account } = input
  return checkInput(engine, 'WalletInput', account).andThen(({ actor, ownerId, currency }) =>
    allow(engine, actor, 'wallet.read', ownerId).andThen(() =>
      book
        .history({
          ownerId,
          currency: currency as Currency,
          ...(limit === undefined ? {} : { limit }),
          ...(cursor === undefined ? {} : { cursor }),
        })
        .mapErr(toError),
    ),
  )
}

/** Puts money in. The same key puts it in once. */
export const credit = (engine: Engine, book: WalletBook, input: WalletMoveInput) =>
  move(engine, input, 'wallet.credit', book.credit)

/** Takes money out, if there is enough. The same key takes it once. */
export const debit = (engine: Engine, book: WalletBook, input: WalletMoveInput) =>
  move(engine, input, 'wallet.debit', book.debit)

const move = (
  engine: Engine,
  input: WalletMoveInput,
  action: 'wallet.credit' | 'wallet.debit',
  write: WalletBook['debit'],
): ResultAsync<WalletEntry, WalletError> =>
  checkInput(engine, 'WalletMoveInput', input).andThen(({ actor, ownerId, amount, idempotencyKey }) =>
    allow(engine, actor, action, ownerId).andThen(() =>
      write({
        ownerId,
        amount: { amountMinor: amount.amountMinor, currency: amount.currency as Currency },
        source: `${actor.kind}:${actor.id}:${idempotencyKey}`,
      }).mapErr(toError),
    ),
  )

const toError = (error: BookError): WalletError => {
  switch (error.code) {
    case 'insufficient_funds':
      return { code: 'insufficient_funds', outcome: 'not_executed', balanceMinor: error.balance.amountMinor }
    case 'idempotency_conflict':
      return { code: 'idempotency_conflict', outcome: 'not_executed' }
    case 'invalid_input':
      return { code: 'validation', field: error.field, message: 'is not valid', outcome: 'not_executed' }
    case 'balance_out_of_range':
      return { code: 'validation', field: 'amount', message: 'the balance would be too large', outcome: 'not_executed' }
    case 'wallet_busy':
      return { code: 'store_unavailable', outcome: 'unknown', retryable: true, reason: 'contention' }
    case 'store_failed':
      return { code: 'store_unavailable', outcome: 'unknown', retryable: true, reason: error.reason }
  }
}
