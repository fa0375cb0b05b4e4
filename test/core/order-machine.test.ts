import { describe, expect, test } from 'vitest'
import { krw, usd } from '../../src/core/money'
import { ORDER_STATUSES, type Order } from '../../src/core/order'
import { evolveOrder } from '../../src/core/order-evolution'
import { decideOrder, isPastHold, type OrderCommand } from '../../src/core/order-machine'
import { at, HOLD_MS, ORDERS, T0, table } from './fixtures'

const NOW = at(15_000)
const confirm = { type: 'confirm_order', attemptId: 'att_1', committedAt: at(10_000), graceMs: 0, at: NOW } as const

const COMMANDS = {
  start_paying: { type: 'start_paying', attemptId: 'att_2', at: NOW },
  'confirm in time': { ...confirm, late: 'refund' },
  'confirm too late': { ...confirm, late: 'refund', committedAt: at(HOLD_MS) },
  'confirm other': { ...confirm, late: 'refund', attemptId: 'att_2' },
  'confirm, reclaim': { ...confirm, late: 'reclaim', committedAt: at(HOLD_MS) },
  close_attempt: { type: 'close_attempt', attemptId: 'att_1', extendHoldTo: null, at: NOW },
  extend_hold: { type: 'extend_hold', until: at(HOLD_MS + 1), at: NOW },
  'expire early': { type: 'expire_order', at: at(HOLD_MS - 1) },
  'expire due': { type: 'expire_order', at: at(HOLD_MS) },
  cancel: { type: 'cancel_order', whilePaying: 'allow', at: NOW },
  'cancel (ticket)': { type: 'cancel_order', whilePaying: 'refuse', at: NOW },
  record_access: { type: 'record_access', at: NOW },
  start_refund: { type: 'start_refund', refundId: 'rfd_2', amount: krw(100_000), at: NOW },
  'refund part': { type: 'complete_refund', refundId: 'rfd_1', amount: krw(1), at: NOW },
  'refund rest': { type: 'complete_refund', refundId: 'rfd_1', amount: krw(100_000), at: NOW },
  release_refund: { type: 'release_refund', refundId: 'rfd_1', at: NOW },
} as const satisfies Record<string, OrderCommand>

const outcome = (order: Order, command: OrderCommand): string =>
  decideOrder(order, command).match(
    (events) => {
      if (events.length === 0) return '·'
      const after = events.reduce(evolveOrder, order)
      const surplus = events.some(({ type }) => type === 'order.surplus_payment_found') ? '+surplus' : ''
      return (after.status === order.status ? '=' : after.status) + surplus
    },
    ({ code }) => (code === 'state_conflict' ? '-' : code),
  )

describe('the order machine', () => {
  test('every state against every command (E-01..E-07, C-03, C-16, S3-09, S3-10, S3-29, S3-30, S3-35, I-11, I-17)', () => {
    const orders: Record<string, Order> = ORDERS
    const commands: Record<string, OrderCommand> = COMMANDS
    const text = table(Object.keys(COMMANDS), Object.keys(ORDERS), (command, state) =>
      outcome(orders[state]!, commands[command]!),
    )
    // = same state · repeat, nothing happens - state_conflict
    expect(`\n${text}\n`).toMatchInlineSnapshot(`
      "
      from              HOLD               PAYING open          PAYING closed       CONFIRMED  CONFIRMED refunding  EXPIRED            CANCELLED unpaid   CANCELLED paid  REFUNDED
      start_paying      PAYING             attempt_in_progress  =                   -          -                    -                  -                  -               -
      confirm in time   -                  CONFIRMED            CONFIRMED           ·          ·                    =+surplus          =+surplus          ·               ·
      confirm too late  -                  EXPIRED+surplus      EXPIRED+surplus     ·          ·                    =+surplus          =+surplus          ·               ·
      confirm other     -                  CONFIRMED            CONFIRMED           =+surplus  =+surplus            =+surplus          =+surplus          =+surplus       =+surplus
      confirm, reclaim  -                  EXPIRED+surplus      EXPIRED+surplus     ·          ·                    CONFIRMED          =+surplus          ·               ·
      close_attempt     ·                  =                    ·                   ·          ·                    ·                  ·                  ·               ·
      extend_hold       -                  =                    =                   -          -                    -                  -                  -               -
      expire early      hold_not_expired   hold_not_expired     hold_not_expired    -          -                    ·                  -                  -               -
      expire due        EXPIRED            attempt_in_progress  EXPIRED             -          -                    ·                  -                  -               -
      cancel            CANCELLED          attempt_in_progress  CANCELLED           CANCELLED  refund_in_progress   -                  ·                  ·               -
      cancel (ticket)   CANCELLED          cancel_not_allowed   cancel_not_allowed  CANCELLED  refund_in_progress   -                  ·                  ·               -
      record_access     -                  -                    -                   =          refund_in_progress   -                  -                  -               -
      start_refund      nothing_to_refund  nothing_to_refund    nothing_to_refund   =          refund_in_progress   nothing_to_refund  nothing_to_refund  =               already_refunded
      refund part       -                  -                    -                   =          =                    -                  -                  =               ·
      refund rest       -                  -                    -                   REFUNDED   REFUNDED             -                  -                  REFUNDED        ·
      release_refund    ·                  ·                    ·                   ·          =                    ·                  ·                  ·               ·
      "
    `)
  })

  test('every state is reached from a hold, and no other', () => {
    const reached = new Set<string>()
    const seen = new Set<string>()
    const visit = (order: Order): void => {
      const open = 'openAttemptId' in order ? order.openAttemptId : null
      const key = `${order.status} ${open} ${'activeRefundId' in order ? order.activeRefundId : null}`
      if (seen.has(key)) return
      seen.add(key)
      reached.add(order.status)
      for (const command of Object.values(COMMANDS)) {
        decideOrder(order, command).map((events) => events.length > 0 && visit(events.reduce(evolveOrder, order)))
      }
    }
    visit({ ...ORDERS.HOLD, attemptCount: 0 })
    expect([...reached].sort()).toEqual([...ORDER_STATUSES].sort())
  })

  test('an ended order stays ended: EXPIRED and REFUNDED have no way out but a reclaim (I-17)', () => {
    for (const [name, command] of Object.entries(COMMANDS)) {
      if (name === 'confirm, reclaim') continue
      for (const order of [ORDERS.EXPIRED, ORDERS.REFUNDED]) {
        const after = decideOrder(order, command).unwrapOr([]).reduce<Order>(evolveOrder, order)
        expect(after.status, name).toBe(order.status)
      }
    }
  })

  test('a hold is over at the deadline itself: one millisecond before, at, after (C-24, S3-27)', () => {
    expect(isPastHold(ORDERS.HOLD, at(HOLD_MS - 1))).toBe(false)
    expect(isPastHold(ORDERS.HOLD, at(HOLD_MS))).toBe(true)
    expect(isPastHold(ORDERS.HOLD, at(HOLD_MS + 1))).toBe(true)
    const start = (ms: number) => decideOrder(ORDERS.HOLD, { type: 'start_paying', attemptId: 'att_2', at: at(ms) })
    expect(start(HOLD_MS - 1).isOk()).toBe(true)
    expect(start(HOLD_MS)._unsafeUnwrapErr().code).toBe('hold_expired')
    expect(start(HOLD_MS + 1)._unsafeUnwrapErr().code).toBe('hold_expired')
  })

  test('money committed within the grace confirms, at its end it is late (C-02)', () => {
    const decide = (committedAt: Date) =>
      decideOrder(ORDERS['PAYING open'], { ...confirm, graceMs: 1_000, late: 'refund', committedAt })
        ._unsafeUnwrap()
        .map(({ type }) => type)
    expect(decide(at(HOLD_MS + 999))).toEqual(['order.confirmed'])
    expect(decide(at(HOLD_MS + 1_000))).toEqual(['order.expired', 'order.surplus_payment_found'])
  })

  test.each([
    [0, 'refund_exceeds_captured'],
    [1, null],
    [100_000, null],
    [100_001, 'refund_exceeds_captured'],
  ])('a refund of %i of 100,000 is %s', (amountMinor, code) => {
    const decided = decideOrder(ORDERS.CONFIRMED, {
      type: 'start_refund',
      refundId: 'rfd_2',
      amount: krw(amountMinor),
      at: NOW,
    })
    expect(decided.isErr() ? decided.error.code : null).toBe(code)
  })

  test('a refund in another currency is refused', () => {
    const decided = decideOrder(ORDERS.CONFIRMED, { type: 'start_refund', refundId: 'rfd_2', amount: usd(1), at: NOW })
    expect(decided._unsafeUnwrapErr().code).toBe('money_currency_mismatch')
  })

  test('times are written once and in order: held, confirmed, cancelled, refunded (I-18)', () => {
    const confirmed = decideOrder(ORDERS['PAYING open'], { ...confirm, late: 'refund' })
      ._unsafeUnwrap()
      .reduce<Order>(evolveOrder, ORDERS['PAYING open'])
    const cancelled = decideOrder(confirmed, { type: 'cancel_order', whilePaying: 'allow', at: at(20_000) })
      ._unsafeUnwrap()
      .reduce(evolveOrder, confirmed)
    const refunding = decideOrder(cancelled, {
      type: 'start_refund',
      refundId: 'rfd_1',
      amount: krw(100_000),
      at: at(25_000),
    })
      ._unsafeUnwrap()
      .reduce(evolveOrder, cancelled)
    const refunded = decideOrder(refunding, { ...COMMANDS['refund rest'], at: at(30_000) })
      ._unsafeUnwrap()
      .reduce(evolveOrder, refunding)
    expect(refunded).toMatchObject({
      status: 'REFUNDED',
      heldAt: T0,
      confirmedAt: NOW,
      cancelledAt: at(20_000),
      refundedAt: at(30_000),
      activeRefundId: null,
    })
    expect('holdExpiresAt' in refunded).toBe(false)
  })
})
