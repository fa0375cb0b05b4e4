import { type Clock, systemClock } from '../../core/clock'
import { fakeDoors } from '../fake/doors'
import { type FakeRequest, type Fault, type FaultScript, faultScript } from '../fake/faults'
import { serveFake } from '../fake/serve'
import { type FakeWebhooks, fakeWebhooks } from '../fake/webhooks'
import { fromMajorUnits } from '../major-units'
import { fakeTossBook } from './fake-book'
import { fakeTossHttp } from './fake-http'
import { type Decline, readMemory, writeMemory } from './fake-memory'
import { fakeTossNotices } from './fake-notices'
import type { FakeTossMethod, FakeTossPayment, TossBookLine } from './fake-payment'
import { fakeTossWindow, WINDOW_PATH } from './fake-window'
import { signTossWebhook } from './webhook'

export type FakeTossOptions = {
  readonly secretKey?: string
  readonly clientKey?: string
  readonly securityKey?: string
  readonly clock?: Clock
  /** Written into each delivery; the fake itself sends nothing. */
  readonly webhookUrl?: string
  /** Leave out the fields that are null, as older payloads do. */
  readonly sparse?: boolean
  /** Look-ups answer 404 until a payment is confirmed. Toss does not say whether it shows those. */
  readonly hideUnconfirmed?: boolean
  /** Asked for each request, before the script: a fault, or undefined to let it be. */
  readonly onRequest?: (request: FakeRequest) => Fault | undefined
  /**
   * What `save` of another one returned: this one goes on from there, if its clock does too. Errors: a `TypeError` for
   * any other text.
   */
  readonly saved?: string
}

/** What the payment window was given. Units: `amount` in the currency's main unit, as the browser SDK takes it. */
export type FakeTossOrder = {
  readonly orderId: string
  readonly amount: number
  readonly currency?: string
  readonly method?: FakeTossMethod
  readonly orderName?: string
  readonly validHours?: number
  readonly partialCancelable?: boolean
}

/** A stateful Toss in memory. `fake.fetch` goes into the gateway, the other doors are the people around it. */
export type FakeToss = {
  /** A pair that this fake accepts, ready to be spread into `toss({ … })`. */
  readonly keys: { readonly secretKey: string; readonly clientKey: string; readonly securityKey: string }
  readonly fetch: typeof globalThis.fetch
  /** Where the real one answers, for `toMswHandlers`. */
  readonly origin: string
  /** The REST API and the payment window for a server or msw. A cut connection is `Response.error()`. */
  readonly handle: (request: Request) => Promise<Response>
  /** The address of the payment window for what `begin` returned. */
  readonly windowUrl: (parameters: Readonly<Record<string, string | number | boolean | null>>, base: string) => string
  readonly faults: FaultScript
  readonly webhooks: FakeWebhooks
  readonly buyer: {
    /** Opens the window: the payment is READY for 30 minutes. */
    readonly open: (order: FakeTossOrder) => { readonly paymentKey: string }
    /** Opens it and authenticates: IN_PROGRESS for 10 minutes. The result is the query of the success redirect. */
    readonly authorize: (order: FakeTossOrder & { readonly outcome?: string }) => {
      readonly paymentKey: string
      readonly orderId: string
      readonly amount: string
    }
    /** Authenticates a payment that is open. False when its window is over. */
    readonly authenticate: (paymentKey: string) => boolean
    /** The query of the fail redirect; a buyer who cancels comes back without an order id. */
    readonly fail: (orderId: string, code?: string) => Readonly<Record<string, string>>
  }
  readonly bank: {
    /** False when the bank refuses: no account waits, it has run out, or another amount. */
    readonly deposit: (orderId: string, amount?: number) => boolean
    readonly reverseDeposit: (orderId: string) => boolean
  }
  readonly dashboard: {
    /** The merchant refunds by hand. Returns the provider's code when it may not. */
    readonly cancel: (paymentKey: string, amount?: number) => string | undefined
    /** A foreign wallet ends a cancel that is in progress. */
    readonly settleCancel: (paymentKey: string, transactionKey: string, status: 'DONE' | 'ABORTED') => boolean
    /** A seller was paid: a signed webhook that concerns no payment. */
    readonly payout: (refPayoutId: string, status: 'COMPLETED' | 'FAILED') => void
  }
  /** What the issuer says to the next confirm request, of this order or of any. */
  readonly decline: (code?: string, orderId?: string) => void
  /** Money that moved, in the order it moved. */
  readonly book: () => readonly TossBookLine[]
  readonly payments: () => readonly FakeTossPayment[]
  /**
   * All it remembers, as JSON, for the `saved` of a fake in another process: payments and their windows, the book, the
   * counters of its ids, answers by idempotency key, and webhooks, among them those that are being sent right now.
   *
   * Not saved: a request under way (`slow`, `late_execution`), which is as if it had never come; the fault script; and
   * the options, of which keys and clock are the caller's to keep.
   */
  readonly save: () => string
}

const ORIGIN = 'https://api.tosspayments.com'
const SECURITY_KEY = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
/** Minutes after which Toss sends an unanswered webhook again. */
const RETRY_AFTER_MINUTES = [1, 4, 16, 64, 256, 1024, 4096]

/**
 * A Toss Payments to test against: its HTTP, its states and windows, its idempotency, its webhooks, and a book of the
 * money that moved. Deterministic: ids are counted, and time is the clock's.
 */
export const fakeToss = (options: FakeTossOptions = {}): FakeToss => {
  const {
    secretKey = 'test_sk_holdfast_fake',
    clientKey = 'test_ck_holdfast_fake',
    securityKey = SECURITY_KEY,
    clock = systemClock(),
    webhookUrl = null,
    sparse = false,
    hideUnconfirmed = false,
    onRequest,
  } = options
  const memory = options.saved === undefined ? undefined : readMemory(options.saved)
  const faults = faultScript()
  const declines: Decline[] = [...(memory?.declines ?? [])]

  const webhooks = fakeWebhooks({
    clock,
    url: webhookUrl,
    retryAfterMinutes: RETRY_AFTER_MINUTES,
    headers: (id, retries, sentAt) => ({
      'tosspayments-webhook-transmission-id': id,
      'tosspayments-webhook-transmission-retried-count': String(retries),
      'tosspayments-webhook-transmission-time': sentAt.toISOString(),
    }),
    sign: ({ rawBody, sentAt }) => signTossWebhook({ securityKey, rawBody, transmissionTime: sentAt.toISOString() }),
    catchUp: () => book.catchUp(),
    ...(memory === undefined ? {} : { saved: memory.webhooks }),
  })
  const notices = fakeTossNotices({ enqueue: webhooks.enqueue, saved: memory?.notices ?? 0 })
  const book = fakeTossBook({ clock, onChange: notices.paymentChanged, saved: memory?.book })
  const takeDecline = (orderId: string): string | undefined => {
    const index = declines.findIndex((it) => it.orderId === null || it.orderId === orderId)
    return index < 0 ? undefined : declines.splice(index, 1)[0]?.code
  }
  const app = fakeTossHttp({ clock, secretKey, book, sparse, hideUnconfirmed, takeDecline, saved: memory?.http })
  const serve = serveFake(app, { clock, chooseFault: (request) => onRequest?.(request) ?? faults.take(request) })

  const open = (order: FakeTossOrder): FakeTossPayment => {
    const { orderId, amount, currency = 'KRW', method = 'CARD', orderName = orderId } = order
    const money = fromMajorUnits(amount, currency)
    if (money === undefined) throw new RangeError(`the fake cannot read ${amount} ${currency}`)
    const { validHours = 168, partialCancelable = true } = order
    return book.open({ orderId, orderName, method, validHours, partialCancelable, ...money })
  }
  const authorize: FakeToss['buyer']['authorize'] = (order) => {
    const { paymentKey, orderId } = open(order)
    book.authenticate(paymentKey)
    if (order.outcome !== undefined) declines.push({ code: order.outcome, orderId })
    return { paymentKey, orderId, amount: String(order.amount) }
  }
  const fail: FakeToss['buyer']['fail'] = (orderId, code = 'PAY_PROCESS_ABORTED') => ({
    code,
    message: `(가짜) ${code}`,
    ...(code === 'PAY_PROCESS_CANCELED' ? {} : { orderId }),
  })
  const minorOf = (payment: FakeTossPayment | undefined, amount: number | undefined): number | null =>
    amount === undefined ? null : (fromMajorUnits(amount, payment?.currency ?? 'KRW')?.amountMinor ?? -1)

  const showWindow = fakeTossWindow({ authorize: (order, method) => authorize({ ...order, method }), fail })

  return {
    keys: { secretKey, clientKey, securityKey },
    origin: ORIGIN,
    ...fakeDoors({ serve, showWindow, windowPaths: [WINDOW_PATH], faults, webhooks }),
    buyer: {
      open: (order) => ({ paymentKey: open(order).paymentKey }),
      authorize,
      authenticate: (paymentKey) => book.authenticate(paymentKey) !== undefined,
      fail,
    },
    bank: {
      deposit: (orderId, amount) => {
        const amountMinor = minorOf(book.ofOrder(orderId), amount) ?? undefined
        return book.deposit(orderId, amountMinor, '홍길동')
      },
      reverseDeposit: book.reverseDeposit,
    },
    dashboard: {
      cancel: (paymentKey, amount) => {
        const amountMinor = minorOf(book.get(paymentKey), amount)
        const request = { amountMinor, refundableMinor: null, account: null, byDashboard: true, requestId: null }
        const answer = book.cancel(paymentKey, { ...request, reason: '상점관리자 취소' })
        return 'refusal' in answer ? answer.refusal : undefined
      },
      settleCancel: (paymentKey, transactionKey, status) => {
        const settled = book.settleCancel(paymentKey, transactionKey, status)
        if (settled !== undefined) notices.cancelChanged(settled, transactionKey, clock.now())
        return settled !== undefined
      },
      payout: (refPayoutId, status) => notices.payoutChanged(refPayoutId, status, clock.now()),
    },
    decline: (code = 'REJECT_CARD_PAYMENT', orderId) => void declines.push({ code, orderId: orderId ?? null }),
    book: book.lines,
    payments: book.all,
    save: () =>
      writeMemory({
        book: book.save(),
        http: app.save(),
        webhooks: webhooks.save(),
        notices: notices.save(),
        declines: [...declines],
      }),
  }
}
