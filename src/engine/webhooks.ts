import { errAsync, okAsync, type ResultAsync } from 'neverthrow'
import type { Attempt } from '../core/attempt'
import type { Notice, RawWebhook, WebhookError } from '../providers/gateway'
import { constantTimeEqual, sha256Hex } from '../providers/signature'
import type { NewRow, Row } from '../storage/schema'
import type { Op } from '../storage/store'
import { type Door, type Engine, later } from './engine'
import type { CommonError } from './errors'
import { type FoundPayment, fromStore, paymentOf } from './load'
import { reconcileAttempt } from './reconcile'
import { attemptFromRow } from './rows'

export type ReceiveError =
  | CommonError
  | (WebhookError & { readonly outcome: 'not_executed' })
  | { readonly code: 'unknown_gateway'; readonly outcome: 'not_executed' }

/**
 * What to answer the provider: 200 for every `Received`. `handled`: our state agrees with the provider's record.
 * `duplicate`: it was handled before. `ignored`: it concerns no payment. `quarantined`: it names a payment it cannot
 * speak for; nothing was changed and a person may look at it.
 */
export type Received = {
  readonly status: 'handled' | 'duplicate' | 'ignored' | 'quarantined'
  readonly noticeId: string
}

export type WebhookInput = {
  readonly headers: RawWebhook['headers']
  /** The body as it came, before any parsing. */
  readonly rawBody: string | Uint8Array
}

/** Takes a provider's webhook. See `Webhooks.receive`. */
export const receive = (
  engine: Engine,
  gatewayName: string,
  { headers, rawBody }: WebhookInput,
): ResultAsync<Received, ReceiveError> => {
  const gateway = engine.gateways.get(gatewayName)
  if (gateway === undefined) return errAsync({ code: 'unknown_gateway', outcome: 'not_executed' })
  return gateway
    .receive({ headers, rawBody, receivedAt: engine.clock.now() })
    .mapErr((error): ReceiveError => ({ ...error, outcome: 'not_executed' }))
    .asyncAndThen((notice) => record(engine, gatewayName, notice))
}

/** The notice is stored before anything is done about it; a repeat only counts. */
const record = (engine: Engine, gateway: string, notice: Notice): ResultAsync<Received, ReceiveError> => {
  const row: NewRow<'inbox'> = {
    id: `${gateway}:${notice.id}`,
    gateway,
    type: notice.type,
    attemptId: notice.attemptId,
    providerRef: notice.providerRef,
    status: 'RECEIVED',
    deliveries: 1,
    reason: null,
    payload: notice.payload,
    receivedAt: engine.clock.now(),
    handledAt: null,
  }
  return fromStore(() => storeOrCount(engine, row, notice)).andThen((stored): ResultAsync<Received, ReceiveError> => {
    if (stored.row === undefined) return errAsync(TRY_AGAIN)
    // Handled means that every effect exists; anything less is tried again with each delivery.
    if (stored.row.status === 'HANDLED') return okAsync({ status: 'duplicate', noticeId: row.id })
    return handle(engine, notice, stored.row, stored.payment)
  })
}

type Stored = {
  /** The notice as it is stored; `undefined` when somebody has taken it away. */
  readonly row: Row<'inbox'> | undefined
  /** The payment it names, where it was read on the way. */
  readonly payment: FoundPayment | null
}

/** It is read first, because providers repeat themselves and a refused insert costs more than a read. */
const storeOrCount = async (engine: Engine, row: NewRow<'inbox'>, notice: Notice): Promise<Stored> => {
  const { store } = engine
  const known = await store.get('inbox', row.id)
  if (known === undefined) {
    const [outcome, payment] = await Promise.all([
      store.commit([{ op: 'insert', kind: 'inbox', row }]),
      readPayment(engine, row.gateway, notice),
    ])
    if (outcome.kind === 'committed') return { row: { ...row, version: 1 }, payment }
  }
  await store.commit([{ op: 'adjust', kind: 'inbox', id: row.id, field: 'deliveries', by: 1, min: 0 }])
  // Another delivery that comes at the same time may have stored it since.
  return { row: known ?? (await store.get('inbox', row.id)), payment: null }
}

const handle = (
  engine: Engine,
  notice: Notice,
  row: Row<'inbox'>,
  read: FoundPayment | null,
): ResultAsync<Received, ReceiveError> => {
  if (notice.ignorable) return close(engine, row, 'ignored', null)
  return findPayment(engine, row.gateway, notice, read).andThen((found): ResultAsync<Received, ReceiveError> => {
    if (found === null) return close(engine, row, 'ignored', 'no_such_attempt')
    const { attempt, around } = found
    const reason = mistrust(attempt, row.gateway, notice)
    if (reason !== null) return close(engine, row, 'quarantined', reason)
    const door: Door = { actor: { kind: 'provider', id: row.gateway }, cause: 'webhook' }
    return reconcileAttempt(engine, attempt, door, { around, closeNotice: () => closing(engine, row, 'handled', null) })
      .mapErr((error): ReceiveError => (error.code === 'hook_failed' ? error : TRY_AGAIN))
      .andThen(({ answered, closed }): ResultAsync<Received, ReceiveError> => {
        if (closed) return okAsync({ status: 'handled', noticeId: row.id })
        return answered ? close(engine, row, 'handled', null) : errAsync(TRY_AGAIN)
      })
  })
}

/** Answered with a 5xx: the provider delivers again, and a job comes back to what is stored. */
const TRY_AGAIN: ReceiveError = { code: 'store_unavailable', outcome: 'unknown', retryable: true, reason: 'other' }

/** Handles what was stored and not handled: a provider may deliver only once. Returns how many are handled now. */
export const retryInbox = (engine: Engine): ResultAsync<number, CommonError> =>
  fromStore(async () => {
    const atMost = later(engine.clock.now(), -engine.settings.jobs.staleMs)
    const limit = engine.settings.jobs.pageSize
    const rows = await engine.store.find('inbox', { index: 'byStatus', where: { status: 'RECEIVED' }, atMost, limit })
    let count = 0
    for (const row of rows) {
      const [, ...rest] = row.id.split(':')
      const { type, attemptId, providerRef, payload } = row
      // Whatever could be verified was verified before it was stored; now it is a hint like any other.
      const notice: Notice = {
        id: rest.join(':'),
        type,
        attemptId,
        providerRef,
        trust: 'hint',
        ignorable: attemptId === null && providerRef === null,
        payload,
      }
      if ((await handle(engine, notice, row, null)).isOk()) count += 1
    }
    return count
  })

/** What was not there while the notice was being stored may be there now. */
const findPayment = (
  engine: Engine,
  gateway: string,
  notice: Notice,
  read: FoundPayment | null,
): ResultAsync<FoundPayment | null, CommonError> =>
  read === null ? fromStore(() => readPayment(engine, gateway, notice)) : okAsync(read)

const readPayment = async (engine: Engine, gateway: string, notice: Notice): Promise<FoundPayment | null> => {
  const { attemptId, providerRef } = notice
  if (attemptId !== null) return paymentOf(engine, attemptId)
  if (providerRef === null) return null
  const [row] = await engine.store.find('attempts', {
    index: 'byProviderRef',
    where: { gateway },
    atLeast: providerRef,
    atMost: providerRef,
    limit: 1,
  })
  return row === undefined ? null : { attempt: attemptFromRow(row), around: null }
}

/** Why a notice may not even make us look: another gateway's attempt, another payment, or a wrong secret. */
const mistrust = (attempt: Attempt, gateway: string, notice: Notice): string | null => {
  if (attempt.gateway !== gateway) return 'attempt_of_another_gateway'
  const { providerRef, trust, secret } = notice
  if (providerRef !== null && attempt.providerRef !== null && attempt.providerRef !== providerRef) {
    return 'payment_of_another_attempt'
  }
  if (trust !== 'secret') return null
  const { callbackSecretHash } = attempt
  if (callbackSecretHash === null || secret === undefined) return 'secret_not_known'
  return constantTimeEqual(sha256Hex(secret), callbackSecretHash) ? null : 'secret_mismatch'
}

const STATUS = { handled: 'HANDLED', ignored: 'IGNORED', quarantined: 'QUARANTINED' } as const

const close = (
  engine: Engine,
  row: Row<'inbox'>,
  status: keyof typeof STATUS,
  reason: string | null,
): ResultAsync<Received, ReceiveError> =>
  fromStore(async () => {
    // A conflict means that another delivery of the same notice has closed it.
    await engine.store.commit([closing(engine, row, status, reason)])
    return { status, noticeId: row.id }
  })

const closing = (
  engine: Engine,
  { id, version: expectedVersion }: Row<'inbox'>,
  status: keyof typeof STATUS,
  reason: string | null,
): Op => ({
  op: 'update',
  kind: 'inbox',
  id,
  expectedVersion,
  set: { status: STATUS[status], reason, handledAt: engine.clock.now() },
})
