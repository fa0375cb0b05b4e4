import { type Clock, systemClock } from '../../core/clock'
import { fakeDoors } from '../fake/doors'
import { type FakeRequest, type Fault, type FaultScript, faultScript } from '../fake/faults'
import { serveFake } from '../fake/serve'
import { type FakeWebhooks, fakeWebhooks } from '../fake/webhooks'
import { fromMajorUnits } from '../major-units'
import { fakePortOneV1Book, PG } from './fake-book'
import { DECLINED, type FakePortOneV1Order, type FakePortOneV1Return, fakePortOneV1Buyer, GIVEN_UP } from './fake-buyer'
import { fakePortOneV1Http } from './fake-http'
import { fakePortOneV1Keys } from './fake-keys'
import { type Decline, readMemory, writeMemory } from './fake-memory'
import { fakePortOneV1Notices } from './fake-notices'
import type { FakePortOneV1Key, FakePortOneV1Payment, FakePortOneV1Schedule, PortOneV1BookLine } from './fake-payment'
import { fakeToken } from './fake-token'
import { fakePortOneV1Window, WINDOW_PATH } from './fake-window'

export type FakePortOneV1Options = {
  readonly impCode?: string
  readonly impKey?: string
  readonly impSecret?: string
  readonly channelKey?: string
  /** Which channel the merchant means. A buyer may still choose the other one. */
  readonly mode?: 'test' | 'live'
  /** `html5_inicis` registers cards without a charge; with `kakaopay`, say, the amount shown is taken. */
  readonly pgProvider?: string
  readonly clock?: Clock
  /** Written into each delivery; the fake itself sends nothing. */
  readonly webhookUrl?: string
  /** What the merchant chose in the console. */
  readonly webhookFormat?: 'json' | 'form'
  /** Sent once, unless the merchant asked PortOne for the five repeats, a minute apart. */
  readonly webhookRetries?: boolean
  /** Leave out the fields that are null, as older modules do. */
  readonly sparse?: boolean
  readonly scheduleLists?: 'array' | 'page'
  /** Asked for each request, before the script: a fault, or undefined to let it be. */
  readonly onRequest?: (request: FakeRequest) => Fault | undefined
  /**
   * What `save` of another one returned: this one goes on from there, if its clock does too. Errors: a `TypeError` for
   * any other text.
   */
  readonly saved?: string
}

/** A stateful PortOne V1 in memory. `fake.fetch` goes into the gateway, the other doors are the people around it. */
export type FakePortOneV1 = {
  /** What this fake accepts, ready to be spread into `portOneV1({ … })`. */
  readonly keys: {
    readonly impCode: string
    readonly impKey: string
    readonly impSecret: string
    readonly channelKey: string
    readonly mode: 'test' | 'live'
  }
  readonly fetch: typeof globalThis.fetch
  /** Where the real one answers, for `toMswHandlers`. */
  readonly origin: string
  /** The REST API and the window for a server or msw. A cut connection is `Response.error()`. */
  readonly handle: (request: Request) => Promise<Response>
  /** The address of the window for what `begin` or `beginIssue` returned. */
  readonly windowUrl: (parameters: Readonly<Record<string, string | number | boolean | null>>, base: string) => string
  readonly faults: FaultScript
  readonly webhooks: FakeWebhooks
  readonly buyer: {
    /**
     * Opens the window and leaves it open. Undefined when it is refused: another amount was registered, it is paid, or
     * `merchant_uid` is not of letters and digits.
     */
    readonly open: (order: FakePortOneV1Order) => string | undefined
    /** Goes on in a window that is open: pays, or fails for the reason given. */
    readonly finish: (impUid: string, failReason?: string) => FakePortOneV1Return
    /** Opens and pays. Returns what the page gets back. With `customer_uid` it registers a card instead. */
    readonly pay: (order: FakePortOneV1Order) => FakePortOneV1Return
    /** Opens and fails: the issuer refuses, or the buyer gives up. There is a record of it, and no webhook. */
    readonly fail: (order: FakePortOneV1Order, reason?: string) => FakePortOneV1Return
  }
  readonly bank: {
    /** False when the bank refuses: no account waits, it has run out, or another amount. */
    readonly deposit: (merchantUid: string, amount?: number) => boolean
  }
  readonly dashboard: {
    /** The merchant refunds by hand. Returns PortOne's words when it may not. */
    readonly cancel: (impUid: string, amount?: number) => string | undefined
    /** A PG that reviews payments approves one that had failed. */
    readonly approveLate: (impUid: string) => boolean
    /** The access token ends before its time. */
    readonly revokeToken: () => void
  }
  /** What the issuer says to the next payment or charge, of this order or of any. */
  readonly decline: (reason?: string, merchantUid?: string) => void
  /** Money that moved, in the order it moved. */
  readonly book: () => readonly PortOneV1BookLine[]
  readonly payments: () => readonly FakePortOneV1Payment[]
  readonly billingKeys: () => readonly FakePortOneV1Key[]
  readonly schedules: () => readonly FakePortOneV1Schedule[]
  /**
   * All it remembers, as JSON, for the `saved` of a fake in another process: payments, keys, schedules, the book, the
   * token, and webhooks, among them those that are being sent right now.
   *
   * Not saved: a request under way (`slow`, `late_execution`), which is as if it had never come; the fault script; and
   * the options, of which keys and clock are the caller's to keep.
   */
  readonly save: () => string
}

const ORIGIN = 'https://api.iamport.kr'

/**
 * A PortOne V1 to test against: its HTTP, its three layers of refusal, its token, its webhooks, its schedules, and a
 * book of the money that moved. Deterministic: ids are counted, and time is the clock's.
 *
 * Not guaranteed: that a webhook goes to the `notice_url` of its payment. All go to `webhookUrl`.
 */
export const fakePortOneV1 = (options: FakePortOneV1Options = {}): FakePortOneV1 => {
  const {
    impCode = 'imp00000000',
    impKey = 'holdfast-fake-key',
    impSecret = 'holdfast-fake-secret',
    channelKey = 'channel-key-holdfast-fake',
    mode = 'test',
    pgProvider = PG,
    clock = systemClock(),
    webhookUrl = null,
    webhookFormat = 'json',
    sparse = false,
    scheduleLists = 'page',
    onRequest,
  } = options
  const memory = options.saved === undefined ? undefined : readMemory(options.saved)
  const faults = faultScript()
  const declines: Decline[] = [...(memory?.declines ?? [])]
  const takeDecline = (merchantUid: string): string | undefined => {
    const index = declines.findIndex((it) => it.merchantUid === null || it.merchantUid === merchantUid)
    return index < 0 ? undefined : declines.splice(index, 1)[0]?.reason
  }

  const type = webhookFormat === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
  const webhooks = fakeWebhooks({
    clock,
    url: webhookUrl,
    retryAfterMinutes: options.webhookRetries === true ? [1, 1, 1, 1, 1] : [],
    headers: () => ({ 'content-type': type }),
    catchUp: () => keys.catchUp(),
    ...(memory === undefined ? {} : { saved: memory.webhooks }),
  })
  const notices = fakePortOneV1Notices({
    enqueue: webhooks.enqueue,
    format: webhookFormat,
    saved: memory?.notices ?? 0,
  })
  const onChange = notices.paymentChanged
  const book = fakePortOneV1Book({ clock, mode, pgProvider, saved: memory?.book })
  const keys = fakePortOneV1Keys({ clock, book, takeDecline, onChange, saved: memory?.keys })
  const buyer = fakePortOneV1Buyer({ clock, mode, book, keys, takeDecline, onChange })
  const token = fakeToken(clock, memory?.token)
  const onCancel = (payment: FakePortOneV1Payment) => notices.cancelled(payment, clock.now())
  const app = fakePortOneV1Http({ clock, impKey, impSecret, token, book, keys, sparse, scheduleLists, onCancel })
  const serve = serveFake(app, { clock, chooseFault: (request) => onRequest?.(request) ?? faults.take(request) })

  const pay = (order: FakePortOneV1Order) => buyer.through(order, undefined)
  const fail = (order: FakePortOneV1Order, reason = GIVEN_UP) => buyer.through(order, reason)
  const showWindow = fakePortOneV1Window({ pay, fail, declined: DECLINED, givenUp: GIVEN_UP })
  const minorOf = (amount: number | undefined, currency: string): number | null =>
    amount === undefined ? null : (fromMajorUnits(amount, currency)?.amountMinor ?? -1)
  /** Whoever looks makes happen what is due. */
  const current = <T>(read: () => T): T => {
    keys.catchUp()
    return read()
  }

  return {
    keys: { impCode, impKey, impSecret, channelKey, mode },
    origin: ORIGIN,
    ...fakeDoors({ serve, showWindow, windowPaths: [WINDOW_PATH], faults, webhooks }),
    buyer: { open: buyer.open, finish: buyer.finish, pay, fail },
    bank: {
      deposit: (merchantUid, amount) => buyer.deposit(merchantUid, minorOf(amount, 'KRW') ?? undefined),
    },
    dashboard: {
      cancel: (impUid, amount) => {
        const amountMinor = minorOf(amount, book.get(impUid)?.currency ?? 'KRW')
        const request = { amountMinor, checksumMinor: null, hasAccount: false, byConsole: true }
        const outcome = book.cancel(impUid, { ...request, reason: '관리자 콘솔에서 취소' })
        if ('refusal' in outcome) return outcome.refusal.message
        onCancel(outcome.value)
        return undefined
      },
      approveLate: buyer.approveLate,
      revokeToken: token.revoke,
    },
    decline: (reason = DECLINED, merchantUid) => void declines.push({ reason, merchantUid: merchantUid ?? null }),
    book: () => current(book.lines),
    payments: () => current(book.all),
    billingKeys: keys.keys,
    schedules: () => current(keys.schedules),
    save: () =>
      writeMemory({
        book: book.save(),
        keys: keys.save(),
        token: token.save(),
        webhooks: webhooks.save(),
        notices: notices.save(),
        declines: [...declines],
      }),
  }
}
