import { type Clock, systemClock } from '../../core/clock'
import { fakeDoors } from '../fake/doors'
import { type FakeRequest, type Fault, type FaultScript, faultScript } from '../fake/faults'
import { serveFake } from '../fake/serve'
import { type FakeWebhooks, fakeWebhooks } from '../fake/webhooks'
import { fakePaypleBook } from './fake-book'
import { type FakePaypleForm, type FakePaypleIssue, type FakePaypleOrder, fakePaypleBuyer } from './fake-buyer'
import { CONFIRM_PATH, fakePaypleHttp } from './fake-http'
import { fakePaypleKeys } from './fake-keys'
import { type Decline, readMemory, writeMemory } from './fake-memory'
import { contentTypeOf, fakePaypleNotices } from './fake-notices'
import { type FakeBillingKey, type FakePayplePayment, leftOf, type PaypleBookLine } from './fake-payment'
import { fakePaypleRecords } from './fake-records'
import { type FakePaypleStyle, fakePaypleRender } from './fake-render'
import { fakePaypleSessions } from './fake-sessions'
import { fakePaypleWindow, WINDOW_PATH } from './fake-window'
import { BASE_URLS } from './hosts'
import { AUTH_PATH } from './keys'

export type FakePaypleOptions = Partial<FakePaypleStyle> & {
  readonly cstId?: string
  readonly custKey?: string
  readonly clientKey?: string
  readonly refundKey?: string
  readonly referer?: string
  readonly clock?: Clock
  /** Written into each delivery; the fake itself sends nothing. */
  readonly webhookUrl?: string
  readonly webhookFormat?: 'json' | 'form'
  /** How long an AuthKey lives; 30 minutes unless told otherwise. */
  readonly authKeyTtlMs?: number
  /** Whether an AuthKey works once. UNCONFIRMED. */
  readonly singleUseAuthKey?: boolean
  readonly credentials?: 'encoded' | 'raw' | 'both'
  readonly sessionCode?: string
  readonly notFoundCode?: string
  /** False is the shared demo account, which cancels whole payments only. */
  readonly partialCancel?: boolean
  readonly filedBy?: 'approval' | 'opening'
  readonly authPath?: string
  /** Where confirmations go. Newer accounts have a host of their own for them. */
  readonly confirmOrigin?: string
  /** Asked for each request, before the script: a fault, or undefined to let it be. */
  readonly onRequest?: (request: FakeRequest) => Fault | undefined
  /**
   * What `save` of another one returned: this one goes on from there, if its clock does too. Errors: a `TypeError` for
   * any other text.
   */
  readonly saved?: string
}

/** A stateful Payple in memory. `fake.fetch` goes into the gateway, the other doors are the people around it. */
export type FakePayple = {
  /** Options that this fake accepts, ready to be spread into `payple({ … })`. */
  readonly keys: {
    readonly mode: 'test'
    readonly cstId: string
    readonly custKey: string
    readonly clientKey: string
    readonly refundKey: string
    readonly referer: string
  }
  readonly fetch: typeof globalThis.fetch
  /** Where the real one answers, for `toMswHandlers`. */
  readonly origin: string
  /** The API and the window for a server or msw. A cut connection is `Response.error()`. */
  readonly handle: (request: Request) => Promise<Response>
  /** The address of the window for what `begin` or `beginIssue` returned. */
  readonly windowUrl: (parameters: Readonly<Record<string, string | number | boolean | null>>, base: string) => string
  readonly faults: FaultScript
  readonly webhooks: FakeWebhooks
  readonly buyer: {
    /** Opens the window and leaves it there. */
    readonly open: (order: FakePaypleOrder) => void
    /** Opens it and authenticates: a confirmation may take the money for 10 minutes. Gives the form of the return. */
    readonly authorize: (order: FakePaypleOrder & { readonly outcome?: string }) => FakePaypleForm
    /** In a window in which the money is taken at once. */
    readonly pay: (order: FakePaypleOrder) => FakePaypleForm
    readonly register: (issue: FakePaypleIssue) => FakePaypleForm
    readonly close: (orderId: string) => FakePaypleForm
    readonly fail: (orderId: string, code?: string) => FakePaypleForm
  }
  readonly bank: {
    /** The issuer reports a stored card as lost: its next charge is refused and the key is dead. */
    readonly loseCard: (payerId: string) => boolean
    /** The next settlement is this small, in won; no cancel above it works. `null`: there is always enough. */
    readonly limitSettlement: (amount: number | null) => void
  }
  readonly dashboard: {
    /** The merchant refunds by hand. Returns the provider's code when it may not. */
    readonly cancel: (orderId: string, amount?: number) => string | undefined
    /** The merchant removes a billing key by hand, which is the one way that sends a webhook. */
    readonly removeKey: (payerId: string) => boolean
    /** All AuthKeys end. */
    readonly revokeSessions: () => void
  }
  /** What the issuer says to the next confirmation or charge, of this order or of any. */
  readonly decline: (code?: string, orderId?: string) => void
  /** Money that moved, in the order it moved. */
  readonly book: () => readonly PaypleBookLine[]
  readonly payments: () => readonly FakePayplePayment[]
  readonly billingKeys: () => readonly FakeBillingKey[]
  /**
   * All it remembers, as JSON, for the `saved` of a fake in another process: payments, the book, billing keys, AuthKeys,
   * receipts, the counters of its ids, and webhooks, among them those that are being sent right now.
   *
   * Not saved: a request under way (`slow`, `late_execution`), which is as if it had never come; the fault script; and
   * the options, of which keys and clock are the caller's to keep.
   */
  readonly save: () => string
}

const AUTH_KEY_TTL_MS = 30 * 60_000
/** UNCONFIRMED: how often and how long Payple repeats a webhook is not documented. */
const RETRY_AFTER_MINUTES = [1, 5, 30, 120]

/**
 * A Payple to test against: its two-step HTTP, its AuthKeys, its windows, its webhooks, and a book of the money that
 * moved. It guards no cancel against a repeat, as the real one does not. Deterministic: ids are counted, and time is the
 * clock's.
 */
export const fakePayple = (options: FakePaypleOptions = {}): FakePayple => {
  const { cstId = 'fakeshop', custKey = 'fake-cust-key', refundKey = 'fake-refund-key' } = options
  const { clientKey = 'test_holdfast_fake', referer = 'https://shop.example', clock = systemClock() } = options
  const { numbers = 'strings', testPrefix = false, webhookUrl = null, onRequest } = options
  const origin = BASE_URLS.test
  const confirmUrl = (options.confirmOrigin ?? origin) + CONFIRM_PATH
  const memory = options.saved === undefined ? undefined : readMemory(options.saved)
  const faults = faultScript()
  const declines: Decline[] = [...(memory?.declines ?? [])]
  const takeDecline = (orderId: string): string | undefined => {
    const index = declines.findIndex((it) => it.orderId === null || it.orderId === orderId)
    return index < 0 ? undefined : declines.splice(index, 1)[0]?.code
  }
  const decline = (code: string, orderId: string | null) => void declines.push({ code, orderId })

  const webhooks = fakeWebhooks({
    clock,
    url: webhookUrl,
    retryAfterMinutes: RETRY_AFTER_MINUTES,
    headers: (id) => ({ 'content-type': contentTypeOf(id) }),
    catchUp: () => undefined,
    ...(memory === undefined ? {} : { saved: memory.webhooks }),
  })
  const render = fakePaypleRender({ numbers, testPrefix })
  const notices = fakePaypleNotices({
    enqueue: webhooks.enqueue,
    render,
    cstId,
    origin,
    confirmUrl,
    format: options.webhookFormat ?? 'json',
    saved: memory?.notices ?? 0,
  })
  const { filedBy = 'approval', partialCancel = true } = options
  const book = fakePaypleBook({ clock, filedBy, partialCancel, onChange: notices.changed, saved: memory?.book })
  const billingKeys = fakePaypleKeys({ clock, saved: memory?.keys })
  const records = fakePaypleRecords({ book, render, saved: memory?.records })
  const sessions = fakePaypleSessions({
    clock,
    cstId,
    custKey,
    ttlMs: options.authKeyTtlMs ?? AUTH_KEY_TTL_MS,
    singleUse: options.singleUseAuthKey ?? false,
    accepts: options.credentials ?? 'both',
    saved: memory?.sessions,
  })
  const app = fakePaypleHttp({
    cstId,
    custKey,
    refundKey,
    origin,
    authPath: options.authPath ?? AUTH_PATH,
    book,
    keys: billingKeys,
    records,
    sessions,
    render,
    notFoundCode: options.notFoundCode ?? 'CBIL0003',
    sessionCode: options.sessionCode ?? 'PAYC0001',
    takeDecline,
  })
  const serve = serveFake(app, { clock, chooseFault: (request) => onRequest?.(request) ?? faults.take(request) })
  const buyer = fakePaypleBuyer({ book, keys: billingKeys, origin, confirmUrl, decline })
  const showWindow = fakePaypleWindow(
    {
      authenticate: (order, outcome) => buyer.authorize(outcome === 'paid' ? order : { ...order, outcome: DECLINED }),
      pay: buyer.pay,
      register: ({ orderId: issueId, payType, payerNo }) => buyer.register({ issueId, payType, payerNo }),
      fail: (orderId) => buyer.fail(orderId),
      close: buyer.close,
    },
    clientKey,
  )

  return {
    keys: { mode: 'test', cstId, custKey, clientKey, refundKey, referer },
    origin,
    ...fakeDoors({ serve, showWindow, windowPaths: [WINDOW_PATH], faults, webhooks }),
    buyer,
    bank: { loseCard: billingKeys.kill, limitSettlement: book.limitSettlement },
    dashboard: {
      cancel: (orderId, amount) => {
        const payment = book.get(orderId)
        const left = payment === undefined ? 0 : leftOf(payment)
        const date = payment?.filedOn ?? ''
        const answer = book.cancel({ orderId, date, amountMinor: amount ?? left }, true)
        return 'refusal' in answer ? answer.refusal : undefined
      },
      removeKey: (payerId) => {
        const isRemoved = billingKeys.delete(payerId)
        if (isRemoved) notices.keyRemoved(payerId, clock.now())
        return isRemoved
      },
      revokeSessions: sessions.revoke,
    },
    decline: (code = DECLINED, orderId) => decline(code, orderId ?? null),
    book: book.lines,
    payments: book.all,
    billingKeys: billingKeys.all,
    save: () =>
      writeMemory({
        book: book.save(),
        keys: billingKeys.save(),
        records: records.save(),
        sessions: sessions.save(),
        webhooks: webhooks.save(),
        notices: notices.save(),
        declines: [...declines],
      }),
  }
}

/** An issuer's plain refusal. */
const DECLINED = '3151'
