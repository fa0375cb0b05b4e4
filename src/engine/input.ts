import * as z from 'zod'
import { isCurrency } from '../core/money'

/**
 * What verbs take from a host, checked once at the door. Loaded with the first call, because zod is most of what
 * importing the library would cost.
 */

const text = (max: number) => z.string().min(1).max(max)
const minor = z.int().refine(Number.isSafeInteger, 'must be a safe integer in the minor unit')
const moment = z.date()

const Money = z.object({
  amountMinor: minor,
  currency: z.string().refine(isCurrency, 'is not a currency known here'),
})

const Actor = z.object({ kind: z.enum(['buyer', 'admin', 'system', 'provider']), id: text(200) })
const IdempotencyKey = text(255).optional()
const OrderRef = z.union([text(100), z.object({ id: text(100) }).transform(({ id }) => id)])

const Line = z
  .object({
    title: text(200),
    quantity: z.int().min(1).max(10_000).default(1),
    /** Negative for a discount. */
    unitPrice: Money,
    resource: z.object({ group: text(100), id: text(100) }).optional(),
    pool: text(200).optional(),
  })
  .refine((line) => line.resource === undefined || line.pool === undefined, {
    path: ['pool'],
    message: 'a line claims a resource or places of a pool, not both',
  })
  .refine((line) => line.resource === undefined || line.quantity === 1, {
    path: ['quantity'],
    message: 'a named resource is claimed once',
  })

export const HoldInput = z.object({
  actor: Actor,
  buyerId: text(200).optional(),
  title: text(200).optional(),
  lines: z.array(Line).min(1).max(200),
  refundPolicy: text(100),
  eventStartsAt: moment.optional(),
  holdMs: z
    .int()
    .min(1)
    .max(90 * 86_400_000)
    .optional(),
  limitPerBuyer: z.object({ name: text(100), places: z.int().min(1).max(10_000) }).optional(),
  idempotencyKey: IdempotencyKey,
})

const Customer = z.object({ name: text(100).exactOptional(), email: text(254).exactOptional() })

export const StartPaymentInput = z.object({
  actor: Actor,
  order: OrderRef,
  gateway: text(50),
  method: text(50).optional(),
  successUrl: z.url().max(2_000).optional(),
  failUrl: z.url().max(2_000).optional(),
  customer: Customer.optional(),
})

export const ConfirmInput = z.object({
  actor: Actor,
  order: OrderRef,
  attemptId: text(100),
  returned: z.record(z.string().max(200), z.string().max(4_000)).default({}),
})

export const AbandonInput = z.object({ actor: Actor, order: OrderRef, attemptId: text(100) })

export const CancelInput = z.object({ actor: Actor, order: OrderRef, acknowledgeNoRefund: z.boolean().default(false) })

export const CancelManyInput = z.object({
  actor: Actor,
  orders: z.array(OrderRef).min(1).max(50),
  acknowledgeNoRefund: z.boolean().default(false),
})

export const OrderInput = z.object({ actor: Actor, order: OrderRef })

export const ListInput = z.object({
  actor: Actor,
  buyerId: text(200),
  status: z.enum(['HOLD', 'PAYING', 'CONFIRMED', 'EXPIRED', 'CANCELLED', 'REFUNDED']).optional(),
  limit: z.int().min(1).max(100).default(20),
  after: z.object({ value: moment, id: text(100) }).optional(),
})

export const RefundInput = z.object({
  actor: Actor,
  order: OrderRef,
  amount: Money.optional(),
  reason: z.string().trim().min(1).max(150).default('requested by the buyer'),
  refundAccount: z
    .object({ bankCode: text(10), accountNumber: z.string().regex(/^\d{1,20}$/, 'digits only'), holderName: text(60) })
    .optional(),
  idempotencyKey: IdempotencyKey,
})

export const ResolveRefundInput = z.object({
  actor: Actor,
  refundId: text(100),
  outcome: z.enum(['completed', 'not_executed']),
  reference: text(200),
})

export const RefundByHandInput = z.object({ actor: Actor, refundId: text(100), reference: text(200) })

export const WalletInput = z.object({ actor: Actor, ownerId: text(200), currency: Money.shape.currency })

export const WalletMoveInput = z.object({
  actor: Actor,
  ownerId: text(200),
  amount: Money.refine(({ amountMinor }) => amountMinor > 0, { path: ['amountMinor'], message: 'must be above zero' }),
  idempotencyKey: text(255),
})

export const CapacityInput = z.object({ actor: Actor, pool: text(200), places: z.int().min(0).max(100_000_000) })
