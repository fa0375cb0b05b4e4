import { redactToJson } from '../src/providers/redact'
import { ratios } from './measure/ratios'
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


const noUrl = { ...payment, data: { ...payment.data, checkout: {url: 'plain'} } }
const noSecrets: any = structuredClone(noUrl); for (const k of ['paymentKey','secret','billing','customer']) delete noSecrets.data[k]; delete noSecrets.data.card.number
const noText = JSON.parse(JSON.stringify(noSecrets, (_k,v)=> typeof v==='string' ? 51234 : v))
const flat = Object.fromEntries(Array.from({length:120},(_,i)=>['k'+i, 51234]))
for (const [n, p] of Object.entries({ payment, noUrl, noSecrets, noText, flat })) { const j=()=>JSON.stringify(p), m=()=>redactToJson(p); console.log(n, ratios({ j, m }).get('m')?.toFixed(2)) }
