import { describe, expect, test } from 'vitest'
import {
  decideRefund,
  evolveRefund,
  REFUND_STATUSES,
  type RefundCommand,
  type RefundPurpose,
  refundKey,
} from '../../src/core/refund'
import { at, refundIn, table } from './fixtures'

const NOW = at(35_000)
const COMMANDS = {
  complete: { type: 'complete_refund', providerRef: 'tx_9', providerCode: 'OK00', at: NOW },
  wait: { type: 'wait_for_refund', nextCheckAt: at(90_000), at: NOW },
  refuse: { type: 'refuse_refund', reason: 'NOT_CANCELABLE_PAYMENT', at: NOW },
  mark_unknown: { type: 'mark_refund_unknown', reason: 'timeout', answered: false, nextCheckAt: at(90_000), at: NOW },
  by_hand: { type: 'complete_refund_by_hand', reference: 'bank 42', isSeenAtProvider: false, at: NOW },
  seen: { type: 'complete_refund_by_hand', reference: 'admin page', isSeenAtProvider: true, at: NOW },
} as const satisfies Record<string, RefundCommand>

const matrix = (purpose: RefundPurpose): string => {
  const commands: Record<string, RefundCommand> = COMMANDS
  return table(REFUND_STATUSES, Object.keys(COMMANDS), (status, name) => {
    const refund = refundIn(status as (typeof REFUND_STATUSES)[number], { purpose })
    return decideRefund(refund, commands[name]!).match(
      (events) => (events.length === 0 ? '·' : events.reduce(evolveRefund, refund).status),
      ({ code }) => code,
    )
  })
}

describe('the refund machine', () => {
  test('every state against every command, for a refund somebody asked for (C-46, C-48, C-49, S3-36, S3-38)', () => {
    expect(`\n${matrix('requested')}\n`).toMatchInlineSnapshot(`
      "
      from        complete   wait        refuse  mark_unknown  by_hand        seen
      PROCESSING  COMPLETED  PROCESSING  FAILED  UNKNOWN       refund_closed  COMPLETED
      UNKNOWN     COMPLETED  PROCESSING  FAILED  UNKNOWN       refund_closed  COMPLETED
      COMPLETED   ·          ·           ·       ·             ·              ·
      FAILED      COMPLETED  ·           ·       ·             refund_closed  refund_closed
      MANUAL      COMPLETED  ·           ·       ·             COMPLETED      COMPLETED
      "
    `)
  })

  test('a refund that is owed is left to a person, never dropped (C-01, I-02)', () => {
    expect(`\n${matrix('late_payment')}\n`).toMatchInlineSnapshot(`
      "
      from        complete   wait        refuse  mark_unknown  by_hand        seen
      PROCESSING  COMPLETED  PROCESSING  MANUAL  UNKNOWN       refund_closed  COMPLETED
      UNKNOWN     COMPLETED  PROCESSING  MANUAL  UNKNOWN       refund_closed  COMPLETED
      COMPLETED   ·          ·           ·       ·             ·              ·
      FAILED      COMPLETED  ·           ·       ·             refund_closed  refund_closed
      MANUAL      COMPLETED  ·           ·       ·             COMPLETED      COMPLETED
      "
    `)
  })

  test('the key stays while the request may still arrive (C-48, I-23)', () => {
    const sent = refundIn('PROCESSING')
    const mark = (answered: boolean) =>
      decideRefund(sent, { ...COMMANDS.mark_unknown, answered })
        ._unsafeUnwrap()
        .reduce(evolveRefund, sent)
    expect(refundKey(mark(false))).toBe(refundKey(sent))
    expect(refundKey(mark(true))).not.toBe(refundKey(sent))
  })
})
