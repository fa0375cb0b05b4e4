import { createHash, createHmac, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/providers/sha256'
import {
  constantTimeEqual,
  fromBase64,
  hmacSha256,
  importSecret,
  isWithin,
  platformHash,
  portableHash,
  type SignedNotice,
  sha256Hex,
  verifySignature,
} from '../../src/providers/signature'

const SECRET = 'pdl_ntfset_DEMO_0123456789'
const NOW = new Date('2026-01-01T00:00:00.000Z')
const nowSeconds = NOW.getTime() / 1000
const body = new TextEncoder().encode('{"event":"paid","name":"결제"}')

/** A notice signed as Paddle signs: `ts:body`. */
const signed = (
  overrides: Partial<SignedNotice> & { readonly secret?: string; readonly ts?: string } = {},
): SignedNotice => {
  const { secret = SECRET, ts = String(nowSeconds), ...rest } = overrides
  const parts = rest.parts ?? [`${ts}:`, body]
  const signatures = [hmacSha256(secret, parts)]
  return { parts, signatures, encoding: 'hex', timestamp: ts, now: NOW, toleranceSeconds: 300, ...rest }
}
const verdict = (key: ReturnType<typeof importSecret>, notice: SignedNotice) =>
  verifySignature(key, notice).match(
    () => 'accepted',
    ({ code }) => code,
  )
const key = importSecret(SECRET)

describe('hashing', () => {
  test('is SHA-256 and HMAC-SHA-256 as published (FIPS 180-4, RFC 4231)', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(hmacSha256('Jefe', ['what do ya want ', 'for nothing?'])).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  test.each([
    ['the platform', platformHash()],
    ['our own', portableHash],
  ])('by %s equals node:crypto, whatever key, parts and lengths', (_, hash) => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(
        bytes,
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'grapheme' }))),
        (secret, parts) => {
          for (const encoding of ['hex', 'base64'] as const) {
            const reference = createHmac('sha256', secret)
            for (const part of parts) reference.update(part)
            expect(importSecret(secret, hash).sign(parts, encoding)).toBe(reference.digest(encoding))
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('by our own code is right around every block boundary', () => {
    for (let length = 0; length <= 260; length += 1) {
      const message = randomBytes(length)
      expect(Buffer.from(sha256(message)).toString('hex')).toBe(createHash('sha256').update(message).digest('hex'))
    }
  })

  test('falls back to our own code where there is no node:crypto', () => {
    const original = process.getBuiltinModule
    Object.assign(process, { getBuiltinModule: () => undefined })
    try {
      expect(platformHash()).toBe(portableHash)
      expect(hmacSha256(SECRET, [body])).toBe(createHmac('sha256', SECRET).update(body).digest('hex'))
    } finally {
      Object.assign(process, { getBuiltinModule: original })
    }
  })

  test('works where node:crypto has no one-shot hash', () => {
    const original = process.getBuiltinModule
    Object.assign(process, { getBuiltinModule: () => ({ createHash }) })
    try {
      expect(platformHash()).not.toBe(portableHash)
      expect(hmacSha256(SECRET, [body], 'base64')).toBe(createHmac('sha256', SECRET).update(body).digest('base64'))
      expect(sha256Hex(body)).toBe(createHash('sha256').update(body).digest('hex'))
    } finally {
      Object.assign(process, { getBuiltinModule: original })
    }
  })
})

describe('a secret', () => {
  test.each([
    ['""', ''],
    ['spaces', '  \n'],
    ['no bytes', new Uint8Array()],
    ['an empty list', []],
    ['a list with an empty one', [SECRET, '']],
  ])('that is %s is refused when it is imported, not when a forger finds it', (_, secret) => {
    expect(() => importSecret(secret)).toThrow(/^a signature needs a secret/)
  })

  test('does not show in a printed key (I-35)', () => {
    expect(inspect(key, { depth: 9, showHidden: true })).not.toContain(SECRET)
    expect(JSON.stringify(key)).toBe('{}')
  })

  test('comes as base64 or not at all', () => {
    expect(fromBase64('aGk=')).toEqual(Uint8Array.of(104, 105))
    expect(fromBase64('aGk')).toEqual(Uint8Array.of(104, 105))
    expect(fromBase64('')).toEqual(new Uint8Array())
    for (const none of ['a', 'aGk==', 'a-k=', ' aGk=', 'aGk=\n', 'aG=k']) expect(fromBase64(none)).toBeUndefined()
  })
})

describe('a signature', () => {
  test('made with the secret is accepted', () => {
    expect(verdict(key, signed())).toBe('accepted')
    expect(
      verdict(
        key,
        signed({ encoding: 'base64', signatures: [hmacSha256(SECRET, [`${nowSeconds}:`, body], 'base64')] }),
      ),
    ).toBe('accepted')
  })

  test('made by the key itself is accepted, so that hosts can test their route', () => {
    const parts = [`${nowSeconds}:`, body]
    expect(verdict(key, signed({ signatures: [key.sign(parts, 'hex')] }))).toBe('accepted')
  })

  test('forged, missing or of another secret is refused (C-34)', () => {
    expect(verdict(key, signed({ secret: 'pdl_ntfset_OTHER' }))).toBe('signature_invalid')
    expect(verdict(key, signed({ signatures: [] }))).toBe('signature_invalid')
    expect(verdict(key, signed({ signatures: [''] }))).toBe('signature_invalid')
    expect(verdict(key, signed({ signatures: ['00'.repeat(32)] }))).toBe('signature_invalid')
  })

  test('is accepted with either secret during a rotation, in either order, and with the old one no longer after (C-44)', () => {
    const [oldSecret, newSecret] = ['whsec_old_0123456789', 'whsec_new_0123456789']
    for (const secrets of [
      [oldSecret, newSecret],
      [newSecret, oldSecret],
    ]) {
      const rotating = importSecret(secrets)
      expect(verdict(rotating, signed({ secret: oldSecret }))).toBe('accepted')
      expect(verdict(rotating, signed({ secret: newSecret }))).toBe('accepted')
      expect(verdict(rotating, signed({ secret: 'whsec_third' }))).toBe('signature_invalid')
    }
    expect(verdict(importSecret(newSecret), signed({ secret: oldSecret }))).toBe('signature_invalid')
  })

  test('is found among several, first or last', () => {
    const right = signed().signatures[0] ?? ''
    const wrong = signed({ secret: 'other' }).signatures[0] ?? ''
    expect(verdict(key, signed({ signatures: [right, wrong] }))).toBe('accepted')
    expect(verdict(key, signed({ signatures: [wrong, right] }))).toBe('accepted')
    expect(verdict(key, signed({ signatures: [wrong, wrong] }))).toBe('signature_invalid')
  })

  test('over a body that is no valid UTF-8 is checked over its bytes', () => {
    const raw = Uint8Array.of(0x7b, 0xff, 0xfe, 0xc3, 0x28, 0x7d)
    const signatures = [createHmac('sha256', SECRET).update(`${nowSeconds}:`).update(raw).digest('hex')]
    expect(verdict(key, signed({ parts: [`${nowSeconds}:`, raw], signatures }))).toBe('accepted')
    const decoded = new TextDecoder().decode(raw)
    expect(verdict(key, signed({ parts: [`${nowSeconds}:`, decoded], signatures }))).toBe('signature_invalid')
  })

  test('counts the parts as one message, text or bytes alike', () => {
    const text = new TextDecoder().decode(body)
    const { signatures } = signed()
    expect(verdict(key, signed({ parts: [`${nowSeconds}:${text}`], signatures }))).toBe('accepted')
    expect(verdict(key, signed({ parts: [text, `:${nowSeconds}`], signatures }))).toBe('signature_invalid')
  })

  test('with any single bit flipped in body, timestamp or signature is refused', () => {
    const flips = (bytes: Uint8Array): readonly Uint8Array[] =>
      Array.from({ length: bytes.length * 8 }, (_, bit) =>
        bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
      )
    const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))
    const ts = String(nowSeconds)
    for (const encoding of ['hex', 'base64'] as const) {
      const signature = key.sign([`${ts}:`, body], encoding)
      const good = signed({ encoding, signatures: [signature] })
      expect(verdict(key, good)).toBe('accepted')
      const bad = [
        ...flips(body).map((flipped) => ({ ...good, parts: [`${ts}:`, flipped] })),
        ...flips(latin1(`${ts}:`)).map((flipped) => ({ ...good, parts: [flipped, body] })),
        ...flips(latin1(signature)).map((flipped) => ({
          ...good,
          signatures: [Buffer.from(flipped).toString('latin1')],
        })),
      ]
      expect(bad.length).toBeGreaterThan(690)
      expect(bad.filter((notice) => verdict(key, notice) !== 'signature_invalid')).toEqual([])
    }
  })

  test('is never accepted nor answered with an exception, for 120,000 made-up ones', () => {
    const good = signed().signatures[0] ?? ''
    let state = 20_260_101
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const mutations: readonly (() => string)[] = [
      () => good.slice(0, random(64)),
      () => good + String.fromCharCode(random(0x1_0000)),
      () => `${good.slice(0, random(64))}${String.fromCharCode(random(256))}${good.slice(random(64))}`,
      () => good.toUpperCase().slice(random(3)) + ' '.repeat(random(2)),
      () => Array.from({ length: random(80) }, () => String.fromCharCode(random(0x1_0000))).join(''),
      () => Array.from({ length: 64 }, () => '0123456789abcdef'[random(16)]).join(''),
    ]
    const parts = [`${nowSeconds}:`, body]
    let refused = 0
    for (let run = 0; run < 120_000; run += 1) {
      const signature = mutations[run % mutations.length]?.() ?? ''
      if (signature === good) continue
      refused += key.accepts(parts, [signature], 'hex') ? 0 : 1
    }
    expect(refused).toBeGreaterThan(119_000)
    expect(key.accepts(parts, [good], 'hex')).toBe(true)
  })
})

describe('a timestamp', () => {
  const at = (secondsFromNow: number) => verdict(key, signed({ ts: String(nowSeconds + secondsFromNow) }))

  test.each([-10, 10, -240, 240, -300, 300, 0])('%i seconds from now is clock skew', (seconds) => {
    expect(at(seconds)).toBe('accepted')
  })

  test.each([-301, 301, 3600, -3600, -86_400])('%i seconds from now is refused (C-35)', (seconds) => {
    expect(at(seconds)).toBe('timestamp_out_of_tolerance')
  })

  test('is judged to the millisecond', () => {
    expect(isWithin(String(nowSeconds - 300), NOW, 300)).toBe(true)
    expect(isWithin(String(nowSeconds - 300), new Date(NOW.getTime() + 1), 300)).toBe(false)
    expect(isWithin(String(nowSeconds + 300), new Date(NOW.getTime() - 1), 300)).toBe(false)
  })

  test.each(['', ' ', '-1', '1.5', '1e9', '0x10', 'NaN', 'Infinity', `${nowSeconds} `, '٣', '9999999999999'])(
    'written as %j is none',
    (ts) => {
      expect(verdict(key, signed({ ts }))).toBe('timestamp_out_of_tolerance')
    },
  )

  test('that nobody vouches for says nothing: the signature is judged first', () => {
    expect(verdict(key, signed({ secret: 'other', ts: '1' }))).toBe('signature_invalid')
  })

  test('is not asked for where the provider signs none', () => {
    const parts = [body]
    expect(
      verifySignature(key, {
        parts,
        signatures: [hmacSha256(SECRET, parts)],
        encoding: 'hex',
        now: NOW,
        toleranceSeconds: 300,
      }).isOk(),
    ).toBe(true)
  })
})

describe('comparing', () => {
  test('is true for equal texts only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        expect(constantTimeEqual(left, right)).toBe(left === right)
        expect(constantTimeEqual(left, left)).toBe(true)
        expect(constantTimeEqual(left, left + right)).toBe(right === '')
        expect(constantTimeEqual(left + right, left)).toBe(right === '')
      }),
      { numRuns: 2_000 },
    )
  })

  test('reads every character, wherever the first difference is', () => {
    const reads: number[] = []
    const counted = { length: 64, charCodeAt: (at: number) => reads.push(at) }
    // The comparison only uses these two; a stand-in counts what it looks at.
    constantTimeEqual('a'.repeat(64), counted as unknown as string)
    expect(reads).toEqual(Array.from({ length: 64 }, (_, at) => at))
  })
})
