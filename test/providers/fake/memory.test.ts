import { describe, expect, test } from 'vitest'
import {
  ANSWERS,
  currency,
  fakeMemory,
  flag,
  moment,
  oneOf,
  orAbsent,
  orNull,
  type Shape,
  text,
  WEBHOOKS,
  whole,
} from '../../../src/providers/fake/memory'
import { fakeWebhooks } from '../../../src/providers/fake/webhooks'
import { manualClock } from '../toss/support'

type Kept = {
  readonly payments: readonly { readonly status: string; readonly paidAt: Date | null }[]
  readonly counter: number
}

const { write, read } = fakeMemory<Kept>('fakeShop', 3, {
  payments: [{ status: oneOf('OPEN', 'PAID'), paidAt: orNull(moment) }],
  counter: whole,
})

const KEPT: Kept = {
  payments: [
    { status: 'PAID', paidAt: new Date(Date.UTC(2026, 0, 5)) },
    { status: 'OPEN', paidAt: null },
  ],
  counter: 2,
}

/** True when a memory of this one field can be read. */
const fits = (shape: Shape, value: unknown): boolean => {
  const { read } = fakeMemory<{ readonly field: unknown }>('fakeShop', 1, { field: shape })
  try {
    read(JSON.stringify({ fakeShop: 1, field: value }))
    return true
  } catch {
    return false
  }
}

describe('the memory of a fake', () => {
  test('comes back as it was, moments too', () => {
    expect(read(write(KEPT))).toEqual({ fakeShop: 3, ...KEPT })
  })

  test.each(['', '{', write(KEPT).slice(0, -1)])('%j is no JSON, and the fake is named', (saved) => {
    expect(() => read(saved)).toThrow(
      new TypeError('saved: not JSON, so it is not what `save()` of a fakeShop has written'),
    )
  })

  test.each([
    ['another kind of value', 'null', 'saved'],
    ['a list in place of fields', '[]', 'saved'],
    ['another fake', write(KEPT).replace('fakeShop', 'fakeBank'), 'saved.fakeShop'],
    ['another format', write(KEPT).replace('"fakeShop":3', '"fakeShop":2'), 'saved.fakeShop'],
    ['a missing field', write(KEPT).replace('counter', 'other'), 'saved.counter'],
    ['fields in place of a list', '{"fakeShop":3,"payments":{},"counter":0}', 'saved.payments'],
    ['a word that is none', write(KEPT).replace('OPEN', 'LATER'), 'saved.payments.1.status'],
    ['a moment that is none', write(KEPT).replace(/2026[^"]*/, 'soon'), 'saved.payments.0.paidAt'],
  ])('%s is refused, and the place is named', (_, saved, place) => {
    const message = `${place}: not what \`save()\` of this version of fakeShop has written`
    expect(() => read(saved)).toThrow(new TypeError(message))
  })

  test.each<[string, Shape, readonly unknown[], readonly unknown[]]>([
    ['text', text, ['', 'x'], [1, null, undefined]],
    ['flag', flag, [true, false], [0, 'true', null]],
    ['whole', whole, [0, -1], [0.5, '1', null]],
    ['moment', moment, [], ['2026-01-05T00:00:00.000Z', 0]], // A moment only in a field whose name ends in `at`.
    ['currency', currency, ['KRW', 'USD'], ['XXX', 1, null]],
    ['oneOf', oneOf('a', null), ['a', null], ['b', undefined]],
    ['orNull', orNull([text]), [null, [], ['x']], [undefined, [1], 'x']],
    ['orAbsent', orAbsent(text), [undefined, 'x'], [null, 1]],
    ['a list', [whole], [[], [1, 2]], [[1, 'x'], {}, null]],
    ['fields', { a: whole }, [{ a: 1 }, { a: 1, b: 2 }], [{ a: 'x' }, {}, [1]]],
  ])('%s takes what it is for and nothing else', (_, shape, good, bad) => {
    expect(good.filter((value) => !fits(shape, value))).toEqual([])
    expect(bad.filter((value) => fits(shape, value))).toEqual([])
  })

  test('what a queue of webhooks saves is of its shape', () => {
    const clock = manualClock()
    const options = { clock, url: null, retryAfterMinutes: [], headers: () => ({}), catchUp: () => undefined }
    const webhooks = fakeWebhooks(options)
    webhooks.enqueue({ id: 'a', rawBody: '{}', at: clock.now() })
    expect(fits(WEBHOOKS, webhooks.save())).toBe(true)
    expect(fits(WEBHOOKS, { ...webhooks.save(), copies: '1' })).toBe(false)
  })

  test('what a cache of answers saves is of its shape, with headers or without', () => {
    const answer = { identity: 'k', usedAtMs: 0, reply: { status: 200, body: '' } }
    const withHeaders = { ...answer, reply: { ...answer.reply, headers: { a: 'b' } } }
    expect(fits(ANSWERS, [answer, withHeaders])).toBe(true)
    expect(fits(ANSWERS, [{ ...answer, reply: { ...answer.reply, headers: { a: 1 } } }])).toBe(false)
  })
})
