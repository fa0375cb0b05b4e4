import { describe, expect, test } from 'vitest'
import {
  ATTEMPT_STATUSES,
  type Attempt,
  type AttemptCommand,
  chargeKey,
  decideAttempt,
  evolveAttempt,
} from '../../src/core/attempt'
import { krw, usd } from '../../src/core/money'
import { at, attemptIn, table } from './fixtures'

const NOW = at(15_000)
const approve = {
  type: 'approve_attempt',
  providerRef: 'pay_1',
  captured: krw(100_000),
  approvedAt: NOW,
  method: 'CARD',
  callbackSecretHash: null,
  at: NOW,
} as const

const COMMANDS = {
  request_charge: { type: 'request_charge', providerRef: 'pay_1', nextCheckAt: at(60_000), at: NOW },
  wait_for_money: {
    type: 'wait_for_money',
    providerRef: 'pay_1',
    dueAt: at(86_400_000),
    callbackSecretHash: 'h',
    nextCheckAt: at(60_000),
    at: NOW,
  },
  approve,
  'approve other amount': { ...approve, captured: krw(99_999) },
  fail: { type: 'fail_attempt', reason: 'REJECT_CARD_COMPANY', at: NOW },
  mark_unknown: { type: 'mark_attempt_unknown', reason: 'timeout', answered: false, nextCheckAt: at(60_000), at: NOW },
  void: { type: 'void_attempt', reason: 'hold_expired', at: NOW },
} as const satisfies Record<string, AttemptCommand>

const apply = (attempt: Attempt, command: AttemptCommand): Attempt =>
  decideAttempt(attempt, command)._unsafeUnwrap().reduce(evolveAttempt, attempt)

describe('the attempt machine', () => {
  test('every state against every command (C-05, C-06, C-12, C-13, S3-49..S3-51)', () => {
    const commands: Record<string, AttemptCommand> = COMMANDS
    const text = table(ATTEMPT_STATUSES, Object.keys(COMMANDS), (status, name) => {
      const attempt = attemptIn(status as (typeof ATTEMPT_STATUSES)[number])
      return decideAttempt(attempt, commands[name]!).match(
        (events) => {
          const [event] = events
          if (event === undefined) return '·'
          if (event.type === 'attempt.contradicted') return 'flagged'
          const after = events.reduce(evolveAttempt, attempt)
          return event.type === 'attempt.mismatched' ? `${after.status}!` : after.status
        },
        ({ code }) => code,
      )
    })
    // · repeat, nothing happens   ! quarantined   flagged: an alert, no change
    expect(`\n${text}\n`).toMatchInlineSnapshot(`
      "
      from      request_charge  wait_for_money  approve   approve other amount  fail     mark_unknown  void
      CREATED   PENDING         PENDING         APPROVED  FAILED!               FAILED   UNKNOWN       VOIDED
      PENDING   ·               PENDING         APPROVED  FAILED!               FAILED   UNKNOWN       VOIDED
      UNKNOWN   ·               PENDING         APPROVED  FAILED!               FAILED   UNKNOWN       VOIDED
      APPROVED  attempt_closed  flagged         ·         ·                     flagged  ·             attempt_closed
      FAILED    attempt_closed  ·               APPROVED  FAILED!               ·        ·             ·
      VOIDED    attempt_closed  ·               APPROVED  FAILED!               ·        ·             ·
      "
    `)
  })

  test('the key stays while the request may still arrive, and changes once the provider has answered', () => {
    const asked = attemptIn('PENDING')
    const silent = apply(asked, COMMANDS.mark_unknown)
    expect(chargeKey(silent)).toBe(chargeKey(asked))
    const answered = apply(asked, { ...COMMANDS.mark_unknown, reason: 'provider_fault', answered: true })
    expect(chargeKey(answered)).not.toBe(chargeKey(asked))
  })

  test.each([krw(99_999), krw(100_001), usd(100_000)])(
    'money of another amount or currency never approves: %o (C-32, C-33, I-04)',
    (captured) => {
      const after = apply(attemptIn('PENDING'), { ...approve, captured })
      expect(after.status).toBe('FAILED')
      expect(after.failureCode).toBe('amount_mismatch')
      // Said again, it is the same fact.
      expect(decideAttempt(after, { ...approve, captured })._unsafeUnwrap()).toEqual([])
    },
  )

  test('a charge is requested once; the moment of the first request is kept', () => {
    const requested = apply(attemptIn('CREATED'), COMMANDS.request_charge)
    expect(requested).toMatchObject({ status: 'PENDING', chargeRequestedAt: NOW })
    expect(decideAttempt(requested, { ...COMMANDS.request_charge, at: at(99_000) })._unsafeUnwrap()).toEqual([])
  })
})
