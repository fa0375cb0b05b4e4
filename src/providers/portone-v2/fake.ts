import { type Clock, systemClock } from '../../core/clock'
import { fakeDoors } from '../fake/doors'
import { type FakeRequest, type Fault, type FaultScript, faultScript } from '../fake/faults'
import { serveFake } from '../fake/serve'
import { type FakeWebhooks, fakeWebhooks } from '../fake/webhooks'
import { type FakeBillingKey, fakePortOneV2Billing } from './fake-billing'
import { fakePortOneV2Book } from './fake-book'
import { fakePortOneV2Http } from './fake-http'
import { type Decline, readMemory, writeMemory } from './fake-memory'
import { type FakeWebhookVersion, fakePortOneV2Notices } from './fake-notices'
import type { CancelMood, FakePortOneV2Order, FakePortOneV2Payment, PortOneV2BookLine } from './fake-payment'
import { type After, type FakePortOneV2People, fakePortOneV2People } from './fake-people'
import { type FakeSchedule, fakePortOneV2Schedules } from './fake-schedules'
import { fakePortOneV2Windows, ISSUE_WINDOW_PATH, WINDOW_PATH } from './fake-window'
import { signPortOneV2Webhook } from './webhook'

export type { FakePortOneV2Order }

export type FakePortOneV2Options = {
  readonly apiSecret?: string
  readonly storeId?: string
  readonly channelKey?: string
  /** What kind of channel `channelKey` is. */
  readonly mode?: 'test' | 'live'
  readonly webhookSecret?: string
  readonly clock?: Clock
  /** Written into each delivery; the fake itself sends nothing. */
  readonly webhookUrl?: string
  readonly webhookVersion?: FakeWebhookVersion
  /** The channel leaves approvals to the server: windows end with a token. */
  readonly manualConfirm?: boolean
  /** Between the start of a scheduled charge and its end. */
  readonly scheduleLagMs?: number
  /** Asked for each request, before the script: a fault, or undefined to let it be. */
  readonly onRequest?: (request: FakeRequest) => Fault | undefined
  /**
   * What `save` of another one returned: this one goes on from there, if its clock does too. Errors: a `TypeError` for
   * any other text.
   */
  readonly saved?: string
}

/** A stateful PortOne V2 in memory. `fake.fetch` goes into the gateway, the other doors are the people around it. */
export type FakePortOneV2 = FakePortOneV2People & {
  /** What this fake accepts, ready to be spread into `portOneV2({ … })`. */
  readonly keys: {
    readonly apiSecret: string
    readonly storeId: string
    readonly channelKey: string
    readonly mode: 'test' | 'live'
    readonly webhookSecret: string
  }
  readonly fetch: typeof globalThis.fetch
  /** Where the real one answers, for `toMswHandlers`. */
  readonly origin: string
  /** The REST API and the windows for a server or msw. A cut connection is `Response.error()`. */
  readonly handle: (request: Request) => Promise<Response>
  /** The address of the window for what `begin` or `beginIssue` returned. */
  readonly windowUrl: (parameters: Readonly<Record<string, string | number | boolean | null>>, base: string) => string
  readonly faults: FaultScript
  readonly webhooks: FakeWebhooks
  /** A webhook of any type, as PortOne adds them without notice. */
  readonly notify: (type: string, data?: Readonly<Record<string, unknown>>) => void
  /** What the payment company says to the next try of this payment, or of any. */
  readonly decline: (pgCode?: string, paymentId?: string) => void
  /** What the payment company makes of the next cancel: accepts it for later, or refuses it with a 502. */
  readonly cancelNext: (mood: 'slow' | 'refused') => void
  /** The next payment that is looked up has these fields in place of its own: values nobody knows yet. */
  readonly surpriseNext: (fields: Readonly<Record<string, unknown>>) => void
  /** Money that moved, in the order it moved. */
  readonly book: () => readonly PortOneV2BookLine[]
  readonly payments: () => readonly FakePortOneV2Payment[]
  readonly billingKeys: () => readonly FakeBillingKey[]
  readonly schedules: () => readonly FakeSchedule[]
  /**
   * All it remembers, as JSON, for the `saved` of a fake in another process. Not saved: a request under way, which is as
   * if it had never come; the fault script and the next surprise; and the options, which are the caller's to keep.
   */
  readonly save: () => string
}

const ORIGIN = 'https://api.portone.io'
const STORE_ID = 'store-00000000-0000-4000-8000-000000000001'
const CHANNEL_KEY = 'channel-key-00000000-0000-4000-8000-000000000001'
/** The bytes of `synthetic-portone-v2-secret-0001`. */
const WEBHOOK_SECRET = 'whsec_c3ludGhldGljLXBvcnRvbmUtdjItc2VjcmV0LTAwMDE='
/** Minutes after which PortOne sends an unanswered webhook again. */
const RETRY_AFTER_MINUTES = [1, 4, 16, 64, 256]

/**
 * A PortOne V2 to test against: its HTTP, its payments of several tries, its idempotency, its billing keys and schedules,
 * its signed webhooks, and a book of the money that moved. Deterministic: ids are counted, and time is the clock's.
 */
export const fakePortOneV2 = (options: FakePortOneV2Options = {}): FakePortOneV2 => {
  const {
    apiSecret = 'fake_portone_v2_api_secret',
    storeId = STORE_ID,
    channelKey = CHANNEL_KEY,
    mode = 'test',
    webhookSecret = WEBHOOK_SECRET,
    clock = systemClock(),
    webhookUrl = null,
    webhookVersion = '2024-04-25',
    manualConfirm = false,
    scheduleLagMs = 0,
    onRequest,
  } = options
  const memory = options.saved === undefined ? undefined : readMemory(options.saved)
  const faults = faultScript()
  const declines: Decline[] = [...(memory?.declines ?? [])]
  const moods: string[] = [...(memory?.moods ?? [])]
  const surprises: Readonly<Record<string, unknown>>[] = []

  const webhooks = fakeWebhooks({
    clock,
    url: webhookUrl,
    retryAfterMinutes: RETRY_AFTER_MINUTES,
    headers: () => ({ 'content-type': notices.contentType }),
    // Signed when it is sent, which may be later than it was due.
    sign: ({ id, rawBody, sentAt }) =>
      signPortOneV2Webhook({ webhookSecret, id, rawBody, sentAt: sentAt > clock.now() ? sentAt : clock.now() }),
    catchUp: () => schedules.catchUp(),
    ...(memory === undefined ? {} : { saved: memory.webhooks }),
  })
  const notices = fakePortOneV2Notices({
    enqueue: webhooks.enqueue,
    storeId,
    version: webhookVersion,
    saved: memory?.notices ?? 0,
  })
  const book = fakePortOneV2Book({ clock, onChange: notices.paymentChanged, saved: memory?.book })
  const takeDecline = (paymentId: string): string | undefined => {
    const index = declines.findIndex((it) => it.paymentId === null || it.paymentId === paymentId)
    return index < 0 ? undefined : declines.splice(index, 1)[0]?.pgCode
  }
  const billing = fakePortOneV2Billing({ clock, book, onKey: notices.keyChanged, takeDecline, saved: memory?.billing })
  const schedules = fakePortOneV2Schedules({ clock, book, billing, lagMs: scheduleLagMs, saved: memory?.schedules })
  const takeCancelMood = (): CancelMood => {
    const mood = moods.shift()
    return mood === 'slow' || mood === 'refused' ? mood : 'done'
  }
  const takeSurprise = () => surprises.shift() ?? {}
  const shop = { clock, apiSecret, storeId, book, billing, schedules, takeDecline, takeCancelMood, takeSurprise }
  const app = fakePortOneV2Http({ ...shop, saved: memory?.answers ?? [] })
  const serve = serveFake(app, { clock, chooseFault: (request) => onRequest?.(request) ?? faults.take(request) })

  const after: After =
    (act) =>
    (...given) => {
      schedules.catchUp()
      return act(...given)
    }
  const people = fakePortOneV2People({ ...shop, channelKey, mode, manualConfirm, after })
  const showWindow = fakePortOneV2Windows({
    pay: (order, payMethod) => people.buyer.pay({ ...order, payMethod }),
    fail: (order, pgCode) => people.buyer.fail(order, pgCode),
    issue: (wanted) => people.buyer.registerCard(wanted),
    failIssue: (pgCode) => people.buyer.failIssue(pgCode),
  })

  const doors = fakeDoors({
    serve,
    showWindow,
    windowPaths: [WINDOW_PATH, ISSUE_WINDOW_PATH],
    pathOf: ({ issueId }) => (issueId === undefined ? WINDOW_PATH : ISSUE_WINDOW_PATH),
    faults,
    webhooks,
  })
  return {
    ...people,
    keys: { apiSecret, storeId, channelKey, mode, webhookSecret },
    origin: ORIGIN,
    ...doors,
    webhooks: {
      ...doors.webhooks,
      duplicateNext: after(webhooks.duplicateNext),
      delayNext: after(webhooks.delayNext),
      loseNext: after(webhooks.loseNext),
    },
    notify: after((type, data = {}) => notices.event(type, data, clock.now())),
    decline: after((pgCode = 'TEST_LIMIT', paymentId) => void declines.push({ pgCode, paymentId: paymentId ?? null })),
    cancelNext: after((mood) => void moods.push(mood)),
    surpriseNext: (fields) => void surprises.push(fields),
    book: after(book.lines),
    payments: after(book.all),
    billingKeys: billing.all,
    schedules: after(schedules.all),
    save: after(() =>
      writeMemory({
        book: book.save(),
        billing: billing.save(),
        schedules: schedules.save(),
        answers: app.save(),
        webhooks: webhooks.save(),
        notices: notices.save(),
        declines: [...declines],
        moods: [...moods],
      }),
    ),
  }
}
