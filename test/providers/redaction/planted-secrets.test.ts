import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redact, redactToJson } from '../../../src/providers/redact'
import { plantedIn } from './planted'
import { SENSITIVE } from './sensitive-fields'

const RUNS = 17_500

/** What a reader can make of a text without a key: quotes and percent signs undone, several times over. */
const readings = (text: string): readonly string[] => {
  const found = [text]
  for (let depth = 0; depth < 3; depth += 1) {
    const last = found.at(-1) ?? ''
    found.push(decoded(last.replace(/\\+(["\\/])/g, '$1')))
  }
  return found
}

const decoded = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (piece) =>
    new TextDecoder().decode(Uint8Array.from(piece.slice(1).split('%'), (hex) => Number.parseInt(hex, 16))),
  )

/** The first four characters in a row that come through: two at each end may. */
const leakOf = (secret: string, text: string): string | undefined => {
  const seen = readings(text)
  for (let at = 0; at + 4 <= secret.length; at += 1) {
    const piece = secret.slice(at, at + 4)
    if (seen.some((reading) => reading.includes(piece))) return piece
  }
  return undefined
}

describe('secrets planted anywhere are in no redacted text (I-35)', () => {
  test.each(Object.entries(SENSITIVE))(
    `C-106 E-119: every field that %s calls sensitive, ${RUNS} times`,
    (_provider, fields) => {
      fc.assert(
        fc.property(plantedIn(fields), ({ secret, value, kind }) => {
          const text = redactToJson(value)
          const leak = leakOf(secret, text)
          if (leak !== undefined) throw new Error(`${kind}: ${leak} of ${secret} in ${text}`)
        }),
        { numRuns: RUNS },
      )
    },
    60_000,
  )

  test('S0-12: refund key, payer id and card trade number are hidden without being asked for', () => {
    const secret = 'zQAzQBzQCzQD'
    for (const name of ['PCD_REFUND_KEY', 'PCD_PAYER_ID', 'PCD_PAY_CARDTRADENUM']) {
      for (const value of [
        { [name]: secret },
        `${name}=${secret}&PCD_PAY_RST=success`,
        { list: [{ [name]: [secret] }] },
      ]) {
        expect(JSON.stringify(redact(value))).not.toContain('QAzQ')
      }
    }
  })

  test('the search would find a leak of four characters, also behind quotes and percent signs', () => {
    const secret = 'zQA"zQB%zQC홍zQD'
    for (const text of [
      secret,
      JSON.stringify(JSON.stringify({ note: secret })),
      encodeURIComponent(secret),
      `?next=${encodeURIComponent(`?note=${encodeURIComponent(secret)}`)}`,
      JSON.stringify({ note: 'QA"z' }),
    ]) {
      expect(leakOf(secret, text), text).toBeDefined()
    }
    expect(leakOf(secret, 'zQ***QD')).toBeUndefined()
  })

  test('the payloads really carry their secrets, each kind of place many times', () => {
    const kinds = new Map<string, number>()
    let visible = 0
    fc.assert(
      fc.property(plantedIn(Object.values(SENSITIVE).flat()), ({ kind, secret, value }) => {
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        const bare = inspect(value, { depth: 40, showHidden: true, maxArrayLength: null, maxStringLength: null })
        visible += leakOf(secret, `${bare}${JSON.stringify(value)}`) === undefined ? 0 : 1
      }),
      { numRuns: 5_000 },
    )
    expect(kinds.size).toBeGreaterThan(60)
    // Or the search above would prove nothing. Basic credentials are packed, and FormData shows nothing.
    expect(visible).toBeGreaterThan(4_500)
  })
})
