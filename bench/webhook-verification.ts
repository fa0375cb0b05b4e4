import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { Paddle } from '@paddle/paddle-node-sdk'
import { Webhook as PortOneWebhook } from '@portone/server-sdk'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import { importSecret, verifySignature } from '../src/providers/signature'
import { ratios } from './measure/ratios'

/** `npm run bench webhook-verification` */

const secret = 'pdl_ntfset_DEMO_0123456789abcdef'
const event = {
  event_id: 'evt_demo',
  // A type no SDK knows, so that none is timed for building its own event objects.
  event_type: 'demo.completed',
  occurred_at: '2026-01-01T00:00:00.000000Z',
  notification_id: 'ntf_demo',
  data: {
    id: 'txn_demo',
    status: 'completed',
    customer_id: 'ctm_demo',
    currency_code: 'KRW',
    custom_data: { attempt: 'att_0123456789abcdefghij0123' },
    items: Array.from({ length: 20 }, (_, at) => ({
      price_id: `pri_demo_${at}`,
      quantity: 1,
      description: `VIP seat in row ${at}`,
      unit_price: { amount: String(110_000 + at), currency_code: 'KRW' },
    })),
  },
}
const text = JSON.stringify(event)
const bytes = Buffer.from(text)
const now = new Date()
const seconds = Math.floor(now.getTime() / 1000)
const hmac = (message: string, encoding: 'hex' | 'base64', key: string | Buffer = secret) =>
  createHmac('sha256', key).update(message).digest(encoding)

const limitKey = createSecretKey(Buffer.from(secret))
const limitDigest = () => createHmac('sha256', limitKey).update(`${seconds}:`).update(bytes).digest()
const key = importSecret(secret)
const decoder = new TextDecoder()

const paddle = new Paddle('pdl_sdbx_apikey_DEMO')
const stripe = new Stripe('sk_test_DEMO')
const standardKey = Buffer.from('0123456789abcdef0123456789abcdef')
const whsec = `whsec_${standardKey.toString('base64')}`
const standard = new StandardWebhook(whsec)
const svix = new SvixWebhook(whsec)
const standardHeaders = (signature: string) => ({
  'webhook-id': 'msg_demo',
  'webhook-timestamp': String(seconds),
  'webhook-signature': `v1,${signature}`,
})

/** One call per contender: bytes and a signature in, a parsed event out. */
const verifiers = (forge: (signature: string) => string) => {
  const hex = forge(hmac(`${seconds}:${text}`, 'hex'))
  const dotted = forge(hmac(`${seconds}.${text}`, 'hex'))
  const standardSigned = standardHeaders(forge(hmac(`msg_demo.${seconds}.${text}`, 'base64', standardKey)))
  const given = Buffer.from(hex, 'hex')
  const quietly = (run: () => unknown) => () => {
    try {
      return run()
    } catch {
      return 'refused'
    }
  }
  return {
    'node:crypto createHmac over bytes (limit)': () =>
      timingSafeEqual(limitDigest(), given) ? JSON.parse(decoder.decode(bytes)) : 'refused',
    'holdfast verifySignature': () => {
      const parts = [`${seconds}:`, bytes]
      const notice = {
        parts,
        signatures: [hex],
        encoding: 'hex',
        timestamp: String(seconds),
        now,
        toleranceSeconds: 300,
      } as const
      return verifySignature(key, notice).isOk() ? JSON.parse(decoder.decode(bytes)) : 'refused'
    },
    'stripe constructEvent': quietly(() => stripe.webhooks.constructEvent(bytes, `t=${seconds},v1=${dotted}`, secret)),
    standardwebhooks: quietly(() => standard.verify(bytes, standardSigned)),
    svix: quietly(() => svix.verify(bytes, standardSigned)),
  }
}

/** Those that only answer with a promise. */
const asyncVerifiers = (forge: (signature: string) => string): Readonly<Record<string, () => Promise<unknown>>> => {
  // Paddle's SDK accepts five seconds of age, so each round signs anew.
  const freshSeconds = Math.floor(Date.now() / 1000)
  const hex = forge(hmac(`${freshSeconds}:${text}`, 'hex'))
  const headers = standardHeaders(forge(hmac(`msg_demo.${seconds}.${text}`, 'base64', standardKey)))
  const refused = () => 'refused'
  return {
    '@paddle/paddle-node-sdk unmarshal': () =>
      paddle.webhooks.unmarshal(text, secret, `ts=${freshSeconds};h1=${hex}`).catch(refused),
    '@portone/server-sdk Webhook.verify': () => PortOneWebhook.verify(whsec, text, headers).catch(refused),
  }
}

/** Timed apart, one call after the other. */
const slowRatios = async (forge: (signature: string) => string): Promise<ReadonlyMap<string, number>> => {
  const limit = verifiers(forge)['node:crypto createHmac over bytes (limit)']
  const timed = async (run: () => unknown): Promise<number> => {
    const startedAt = process.hrtime.bigint()
    for (let time = 0; time < 300; time += 1) await run()
    return Number(process.hrtime.bigint() - startedAt)
  }
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
  const found = new Map<string, number>()
  for (const name of Object.keys(asyncVerifiers(forge))) {
    const rounds: number[] = []
    for (let round = 0; round < 12; round += 1) {
      const run = asyncVerifiers(forge)[name] ?? limit
      rounds.push((await timed(run)) / (await timed(limit)))
    }
    found.set(name, median(rounds.slice(2)))
  }
  return found
}

const flipped = (signature: string): string => (signature.startsWith('a') ? 'b' : 'a') + signature.slice(1)

// A contender that refuses what it should accept, or the other way round, would be fast for nothing.
for (const [name, run] of Object.entries({
  ...verifiers((signature) => signature),
  ...asyncVerifiers((signature) => signature),
})) {
  if ((await run()) === 'refused') throw new Error(`${name} refuses a good signature`)
}
for (const [name, run] of Object.entries({ ...verifiers(flipped), ...asyncVerifiers(flipped) })) {
  if ((await run()) !== 'refused') throw new Error(`${name} accepts a forged signature`)
}

console.log(`verifying a webhook of ${bytes.length} bytes: time against the limit, accepted · refused`)
const accepted = new Map([
  ...ratios(verifiers((signature) => signature)),
  ...(await slowRatios((signature) => signature)),
])
const refused = new Map([...ratios(verifiers(flipped)), ...(await slowRatios(flipped))])
for (const [name, ratio] of accepted) {
  console.log(
    `${name.padEnd(44)}${ratio.toFixed(2).padStart(7)}${(refused.get(name) ?? Number.NaN).toFixed(2).padStart(9)}`,
  )
}
