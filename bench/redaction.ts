import { Writable } from 'node:stream'
import { redact as deepRedact } from 'deep-redact'
import pino from 'pino'
import { redactToJson } from '../src/providers/redact'
import { ratios } from './measure/ratios'

/** `npm run bench redaction` */

const SECRETS = [
  'tgen_20260101DEMOKEY',
  '12345678****000*',
  'bkey_DEMO_0123456789',
  'ps_DEMOSECRET01',
  'buyer@example.test',
]

const payment = {
  eventType: 'PAYMENT_STATUS_CHANGED',
  createdAt: '2026-01-01T00:00:00.000000',
  data: {
    mId: 'tosspayments',
    paymentKey: SECRETS[0],
    orderId: 'att_0123456789abcdefghij0123',
    orderName: '토스 티셔츠 외 2건',
    status: 'DONE',
    requestedAt: '2026-01-01T10:01:30+09:00',
    approvedAt: '2026-01-01T10:02:30+09:00',
    useEscrow: false,
    card: {
      issuerCode: '71',
      acquirerCode: '71',
      number: SECRETS[1],
      installmentPlanMonths: 0,
      isInterestFree: false,
      interestPayer: null,
      cardType: '신용',
      ownerType: '개인',
      acquireStatus: 'READY',
      amount: 1000,
    },
    billing: { billingKey: SECRETS[2], issuedAt: '2026-01-01T10:02:30+09:00' },
    secret: SECRETS[3],
    customer: { id: 'usr_0001', email: SECRETS[4], level: 3 },
    checkout: { url: 'https://api.example.test/v1/checkout/abc/open' },
    currency: 'KRW',
    totalAmount: 110000,
    balanceAmount: 110000,
    suppliedAmount: 100000,
    vat: 10000,
    method: '카드',
    version: '2024-06-01',
    metadata: { ticket: 'A-12', note: 'please leave it at the door' },
    items: Array.from({ length: 14 }, (_, at) => ({
      id: `itm_${at}`,
      name: `VIP seat in row ${at}`,
      quantity: 1,
      amountMinor: 110_000 + at,
      currency: 'KRW',
      tags: ['early', 'vip'],
      startsAt: '2026-05-01T19:00:00Z',
    })),
  },
}

const KEYS = ['paymentKey', 'number', 'billingKey', 'secret', 'email']
const PATHS = ['data.paymentKey', 'data.card.number', 'data.billing.billingKey', 'data.secret', 'data.customer.email']

/** The package has no types of its own. */
const { default: fastRedact }: { default: (options: { paths: readonly string[] }) => (value: unknown) => string } =
  await import(String('fast-redact'))

const fixedPaths = fastRedact({ paths: PATHS })
const written = { line: '' }
const sink = new Writable({
  write: (chunk, _, done) => {
    written.line = String(chunk)
    done()
  },
})
const logger = pino({ base: null, timestamp: false, redact: PATHS }, sink)

const text = JSON.stringify(payment)
const contenders = {
  'JSON.stringify (limit, hides nothing)': () => JSON.stringify(payment),
  'holdfast redactToJson': () => redactToJson(payment),
  'fast-redact, fixed paths': () => fixedPaths(payment),
  'pino, fixed paths': () => {
    logger.info(payment)
    return written.line
  },
  // It changes what it is given, so it gets a fresh copy each time.
  'deep-redact + JSON.stringify': () => JSON.stringify(deepRedact(JSON.parse(text), { list: KEYS })),
}

console.log(
  `redaction of a ${Buffer.byteLength(text)}-byte payment: time against JSON.stringify, and how many of 5 secrets came through`,
)
for (const [name, ratio] of ratios(contenders)) {
  const output = String(contenders[name as keyof typeof contenders]()) // The names come from the record itself.
  const leaks = SECRETS.filter((secret) => output.includes(secret)).length
  console.log(`${name.padEnd(42)}${ratio.toFixed(2).padStart(7)}   ${leaks}`)
}
