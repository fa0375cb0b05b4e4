/**
 * Every kind of row the library keeps, declared once. Stores, migrations and the documentation are made from this file.
 *
 * - Every row has an `id` (text, the primary key) and a `version` (integer, 1 when inserted, one more per update).
 * - `moment` is an instant in UTC with milliseconds; `minor` is money in minor units and needs 64 bits.
 * - A unique key ignores rows in which one of its columns is null, as SQL does.
 * - An index is an equality prefix and, last, the column that sorts. A row whose sorting column is null is not in it.
 */

type ColumnType = 'text' | 'integer' | 'minor' | 'moment' | 'boolean'
type Column<T extends ColumnType = ColumnType, N extends boolean = boolean> = { readonly type: T; readonly nullable: N }

const column = <T extends ColumnType>(type: T): Column<T, false> => ({ type, nullable: false })
const maybe = <T extends ColumnType>(type: T): Column<T, true> => ({ type, nullable: true })

export const KINDS = {
  orders: {
    columns: {
      buyerId: column('text'),
      title: column('text'),
      status: column('text'),
      currency: column('text'),
      totalMinor: column('minor'),
      policyName: column('text'),
      policyVersion: column('integer'),
      /** The frozen policy, written out as JSON text: its parameters are the policy's own. */
      policyTerms: column('text'),
      eventStartsAt: maybe('moment'),
      attemptCount: column('integer'),
      openAttemptId: maybe('text'),
      paidAttemptId: maybe('text'),
      activeRefundId: maybe('text'),
      refundedMinor: column('minor'),
      heldAt: column('moment'),
      holdExpiresAt: maybe('moment'),
      /** When the expiry job has to look next; null when nothing can expire. */
      dueAt: maybe('moment'),
      confirmedAt: maybe('moment'),
      firstAccessAt: maybe('moment'),
      expiredAt: maybe('moment'),
      cancelledAt: maybe('moment'),
      refundedAt: maybe('moment'),
      /** How many history events the order has; the next one gets this number. */
      eventCount: column('integer'),
    },
    unique: {},
    indexes: { byBuyer: ['buyerId', 'heldAt'], byBuyerStatus: ['buyerId', 'status', 'heldAt'], byDue: ['dueAt'] },
  },
  orderLines: {
    columns: {
      orderId: column('text'),
      position: column('integer'),
      title: column('text'),
      quantity: column('integer'),
      unitMinor: column('minor'),
      amountMinor: column('minor'),
      currency: column('text'),
      resourceGroup: maybe('text'),
      resourceId: maybe('text'),
      pool: maybe('text'),
    },
    unique: {},
    indexes: { byOrder: ['orderId', 'position'] },
  },
  /** Live claims only: a named resource, or places of a pool. Released claims are removed; history is in `events`. */
  claims: {
    columns: {
      orderId: column('text'),
      buyerId: column('text'),
      position: column('integer'),
      resourceGroup: maybe('text'),
      resourceId: maybe('text'),
      pool: maybe('text'),
      places: column('integer'),
      /** Until when it is held; null once the order is confirmed. */
      heldUntil: maybe('moment'),
    },
    unique: { oneLiveClaim: ['resourceGroup', 'resourceId'] },
    indexes: { byOrder: ['orderId', 'position'], byGroup: ['resourceGroup', 'resourceId'] },
  },
  /** Counted places: a general-admission pool, or how much one buyer may still claim. */
  pools: {
    columns: { available: column('integer') },
    unique: {},
    indexes: {},
  },
  /** How large a declared pool is. Beside the pool, so that one commit can change the size and what is free. */
  poolSizes: {
    columns: { places: column('integer') },
    unique: {},
    indexes: {},
  },
  attempts: {
    columns: {
      orderId: column('text'),
      buyerId: column('text'),
      number: column('integer'),
      gateway: column('text'),
      mode: column('text'),
      method: maybe('text'),
      status: column('text'),
      currency: column('text'),
      amountMinor: column('minor'),
      capturedMinor: column('minor'),
      refundedMinor: column('minor'),
      providerRef: maybe('text'),
      /** Since when the provider may take money because we asked for it. */
      chargeRequestedAt: maybe('moment'),
      keyGeneration: column('integer'),
      createdAt: column('moment'),
      /** When the buyer was last given a window for it. */
      openedAt: column('moment'),
      approvedAt: maybe('moment'),
      closedAt: maybe('moment'),
      failureCode: maybe('text'),
      depositDueAt: maybe('moment'),
      /** SHA-256 of the secret a provider repeats in its notices; never the secret. */
      callbackSecretHash: maybe('text'),
      checks: column('integer'),
      nextCheckAt: maybe('moment'),
    },
    unique: { number: ['orderId', 'number'], providerRef: ['gateway', 'providerRef'] },
    indexes: {
      byOrder: ['orderId', 'number'],
      byNextCheck: ['nextCheckAt'],
      byProviderRef: ['gateway', 'providerRef'],
    },
  },
  refunds: {
    columns: {
      orderId: column('text'),
      attemptId: column('text'),
      buyerId: column('text'),
      purpose: column('text'),
      status: column('text'),
      currency: column('text'),
      amountMinor: column('minor'),
      reason: column('text'),
      providerRef: maybe('text'),
      /** The provider's result code of a refund it made. */
      providerCode: maybe('text'),
      failureCode: maybe('text'),
      keyGeneration: column('integer'),
      requestedAt: column('moment'),
      /** Since when the provider may give money back because we asked for it, the last time. */
      sentAt: column('moment'),
      completedAt: maybe('moment'),
      checks: column('integer'),
      nextCheckAt: maybe('moment'),
    },
    unique: { providerRef: ['attemptId', 'providerRef'] },
    indexes: {
      byOrder: ['orderId', 'requestedAt'],
      byAttempt: ['attemptId', 'requestedAt'],
      byNextCheck: ['nextCheckAt'],
    },
  },
  /** The history: one row per thing that happened to an order. Never changed, never removed. */
  events: {
    columns: {
      orderId: column('text'),
      buyerId: column('text'),
      sequence: column('integer'),
      type: column('text'),
      at: column('moment'),
      actorKind: column('text'),
      actorId: column('text'),
      cause: column('text'),
      fromStatus: maybe('text'),
      toStatus: column('text'),
      attemptId: maybe('text'),
      refundId: maybe('text'),
      currency: maybe('text'),
      amountMinor: maybe('minor'),
      reason: maybe('text'),
      /** Of a hold: until when. */
      holdExpiresAt: maybe('moment'),
      /** The write that made it. A writer whose answer was lost finds out by it whether its own write happened. */
      commitId: column('text'),
    },
    unique: { sequence: ['orderId', 'sequence'] },
    indexes: { byOrder: ['orderId', 'sequence'] },
  },
  /** One row per event not yet handed to the host's `on` handlers; the id is the event's. */
  outbox: {
    columns: {
      orderId: column('text'),
      createdAt: column('moment'),
      tries: column('integer'),
      nextTryAt: column('moment'),
    },
    unique: {},
    indexes: { byNextTry: ['nextTryAt'] },
  },
  /** One row per distinct notice of a provider; the id is `gateway:notice id`. */
  inbox: {
    columns: {
      gateway: column('text'),
      type: column('text'),
      attemptId: maybe('text'),
      providerRef: maybe('text'),
      status: column('text'),
      deliveries: column('integer'),
      reason: maybe('text'),
      /** The redacted payload, as JSON text. */
      payload: column('text'),
      receivedAt: column('moment'),
      handledAt: maybe('moment'),
    },
    unique: {},
    indexes: { byStatus: ['status', 'receivedAt'] },
  },
  /** One row per answered idempotency key; the id is `operation:actor:key`. */
  requests: {
    columns: {
      fingerprint: column('text'),
      orderId: column('text'),
      resultId: column('text'),
      createdAt: column('moment'),
    },
    unique: {},
    indexes: { byCreated: ['createdAt'] },
  },
  /** What nobody can decide without a person. */
  alerts: {
    columns: {
      code: column('text'),
      orderId: column('text'),
      attemptId: maybe('text'),
      refundId: maybe('text'),
      raisedAt: column('moment'),
      status: column('text'),
    },
    unique: {},
    indexes: { byStatus: ['status', 'raisedAt'] },
  },
  walletAccounts: {
    columns: { currency: column('text'), balanceMinor: column('minor'), entryCount: column('integer') },
    unique: {},
    indexes: {},
  },
  /** Append-only: a line is never changed or removed. `source` names what caused it and is unique per kind. */
  ledgerEntries: {
    columns: {
      accountId: column('text'),
      sequence: column('integer'),
      kind: column('text'),
      source: column('text'),
      amountMinor: column('minor'),
      balanceAfterMinor: column('minor'),
      currency: column('text'),
      fingerprint: column('text'),
      at: column('moment'),
    },
    unique: { sequence: ['accountId', 'sequence'], source: ['kind', 'source'] },
    indexes: { byAccount: ['accountId', 'sequence'], bySource: ['source', 'sequence'] },
  },
  leases: {
    columns: { holder: column('text'), until: column('moment') },
    unique: {},
    indexes: {},
  },
} as const satisfies Record<string, KindDeclaration>

/** One kind's declaration, as stores and generators read it. */
export type KindDeclaration = {
  readonly columns: Readonly<Record<string, Column>>
  readonly unique: Readonly<Record<string, readonly string[]>>
  readonly indexes: Readonly<Record<string, readonly string[]>>
}

type ValueOf<C> = C extends Column<infer T, infer N> ? TypedValue<T> | (N extends true ? null : never) : never
type TypedValue<T extends ColumnType> = {
  text: string
  integer: number
  minor: number
  moment: Date
  boolean: boolean
}[T]

export type Kind = keyof typeof KINDS

/** The columns of a kind, without `id` and `version`. */
export type ColumnsOf<K extends Kind> = {
  readonly [C in keyof (typeof KINDS)[K]['columns']]: ValueOf<(typeof KINDS)[K]['columns'][C]>
}
/** A row as it is inserted. */
export type NewRow<K extends Kind> = { readonly id: string } & ColumnsOf<K>
/** A row as it is read. */
export type Row<K extends Kind = Kind> = K extends Kind ? NewRow<K> & { readonly version: number } : never

export type IndexOf<K extends Kind> = keyof (typeof KINDS)[K]['indexes'] & string
