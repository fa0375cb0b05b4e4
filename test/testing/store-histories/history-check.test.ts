import { describe, expect, test } from 'vitest'
import type { ConflictReason } from '../../../src/storage/store'
import type { Ending, Operation } from '../../../src/testing/store-histories/history'
import { violationIn } from '../../../src/testing/store-histories/history-check'
import type { Action, Part } from '../../../src/testing/store-histories/registers'

const NEVER = Number.POSITIVE_INFINITY

/** One call by a client of its own, from one tick to another. */
const call = (from: number, to: number, parts: readonly Part[], ending: Ending = 'done'): Operation => {
  return { client: from, calledAt: from, returnedAt: to, parts, ending }
}
const on = (register: string, action: Action): Part => ({ register, action })
const read = (saw: string): readonly Part[] => [on('order-0', { does: 'read', saw })]
const write = (at: number, token: string): readonly Part[] => [on('order-0', { does: 'write', at, token })]
const adjust = (by: number): readonly Part[] => [on('pool', { does: 'adjust', by, min: 0 })]
const left = (places: number): readonly Part[] => [on('pool', { does: 'read', saw: String(places) })]
const both = (token: string): readonly Part[] =>
  ['order-0', 'order-1'].map((register) => on(register, { does: 'write', at: 1, token }))
const refused = (reason: ConflictReason, op = 0): Ending => ({ op, reason })

const initial = new Map([
  ['order-0', '1:a'],
  ['order-1', '1:a'],
  ['pool', '3'],
  ['seat', ''],
])
const judge = (...operations: readonly Operation[]) => violationIn({ initial, operations })

describe('a history can be explained', () => {
  test.each<readonly [string, readonly Operation[]]>([
    ['nothing was called', []],
    ['a read beside a write sees what was before', [call(1, 4, write(1, 'b')), call(2, 3, read('1:a'))]],
    ['a read beside a write sees what is after', [call(1, 4, write(1, 'b')), call(2, 3, read('2:b'))]],
    [
      'of two writes at once one is refused',
      [call(1, 3, write(1, 'b')), call(2, 4, write(1, 'c'), refused('version'))],
    ],
    ['a later client writes first', [call(1, 6, write(2, 'c')), call(2, 5, write(1, 'b')), call(7, 8, read('3:c'))]],
    ['a lost write happened', [call(1, NEVER, write(1, 'b'), 'unknown'), call(2, 3, read('2:b'))]],
    ['a lost write did not happen', [call(1, NEVER, write(1, 'b'), 'unknown'), call(2, 3, read('1:a'))]],
    [
      'a lost write happens late',
      [call(1, NEVER, write(1, 'b'), 'unknown'), call(2, 3, read('1:a')), call(4, 5, read('2:b'))],
    ],
    [
      'some of the lost adjusts happened',
      [call(1, NEVER, adjust(-1), 'unknown'), call(2, NEVER, adjust(-2), 'unknown'), call(3, 4, left(1))],
    ],
    ['a guard held because another was first', [call(1, 5, adjust(-3)), call(2, 3, adjust(-1), refused('guard'))]],
    [
      'a row was gone, and is back',
      [
        call(1, 2, [on('order-0', { does: 'remove', at: 1 })]),
        call(3, 6, write(1, 'b'), refused('missing')),
        call(4, 5, [on('order-0', { does: 'create', token: 'c' })]),
        call(7, 8, read('1:c')),
      ],
    ],
    [
      'a lost commit happened in both rows',
      [
        call(1, NEVER, both('b'), 'unknown'),
        call(2, 3, read('2:b')),
        call(4, 5, [on('order-1', { does: 'read', saw: '2:b' })]),
      ],
    ],
    [
      'a lost commit is seen in one row, and written over in the other',
      [
        call(1, NEVER, both('b'), 'unknown'),
        call(2, 3, read('2:b')),
        call(4, 5, [on('order-1', { does: 'write', at: 2, token: 'c' })]),
      ],
    ],
    [
      'a commit was refused for its second op only',
      [call(1, 2, both('b'), refused('version', 1)), call(0, 3, [on('order-1', { does: 'write', at: 1, token: 'c' })])],
    ],
  ])('%s', (_what, operations) => {
    expect(judge(...operations)).toBeUndefined()
  })
})

describe('a history cannot be explained', () => {
  test.each<readonly [string, readonly Operation[]]>([
    ['a read sees what nobody wrote', [call(1, 2, read('2:b'))]],
    ['a read sees a write that was called after it', [call(1, 2, read('2:b')), call(3, 4, write(1, 'b'))]],
    ['a read sees what was before a write that is answered', [call(1, 2, write(1, 'b')), call(3, 4, read('1:a'))]],
    [
      'two reads go back in time, beside a write',
      [call(1, 8, write(1, 'b')), call(2, 3, read('2:b')), call(4, 5, read('1:a'))],
    ],
    ['two writes at one version', [call(1, 3, write(1, 'b')), call(2, 4, write(1, 'c'))]],
    ['a write at a version there never was', [call(1, 2, write(5, 'b'))]],
    ['a refusal that nothing explains', [call(1, 2, write(1, 'b'), refused('version'))]],
    ['a row that is there is called missing', [call(1, 2, write(5, 'b'), refused('missing'))]],
    [
      'a refusal for a write that came after it',
      [call(1, 2, write(1, 'b'), refused('version')), call(3, 4, write(1, 'c'))],
    ],
    ['what was rolled back is seen', [call(1, 2, write(1, 'b'), 'rolled back'), call(3, 4, read('2:b'))]],
    ['a lost write happened twice', [call(1, NEVER, adjust(-1), 'unknown'), call(2, 3, left(1))]],
    [
      'a lost write is seen, and gone again',
      [call(1, NEVER, write(1, 'b'), 'unknown'), call(2, 3, read('2:b')), call(4, 5, read('1:a'))],
    ],
    ['the places are fewer than the guard allows', [call(1, 2, adjust(-4))]],
    ['an adjust is forgotten', [call(1, 2, adjust(-1)), call(3, 4, adjust(2)), call(5, 6, left(2))]],
    ['a guard held too early', [call(1, 2, adjust(-3), refused('guard'))]],
    [
      'two have the seat',
      ['x', 'y'].map((token, at) => call(2 * at, 2 * at + 1, [on('seat', { does: 'claim', token })])),
    ],
    ['a refused seat is free', [call(1, 2, [on('seat', { does: 'claim', token: 'x' })], refused('exists'))]],
    [
      'an answered commit is in one row only',
      [call(1, 2, both('b')), call(3, 4, [on('order-1', { does: 'read', saw: '1:a' })])],
    ],
    ['a conflict for an op that is not there', [call(1, 2, write(2, 'b'), refused('version', 1))]],
  ])('%s', (_what, operations) => {
    expect(judge(...operations)).toBeTypeOf('string')
  })

  test('a lost commit is in one row and not in the other', () => {
    const seen = [call(2, 3, read('2:b')), call(4, 5, [on('pool', { does: 'adjust', by: -1, min: 0 })])]
    const elsewhere = call(6, 7, [on('order-1', { does: 'write', at: 1, token: 'd' })])
    expect(judge(call(1, NEVER, both('b'), 'unknown'), ...seen, elsewhere)).toBe(
      [
        'the commit of client 1 at 1 happened in one row and not in another',
        'order-0, at first 1:a:',
        '  client 1 [1, …] write b at version 1: the answer was lost',
        '  client 2 [2, 3] read: 2:b',
        'order-1, at first 1:a:',
        '  client 1 [1, …] write b at version 1: the answer was lost',
        '  client 6 [6, 7] write d at version 1: committed',
      ].join('\n'),
    )
  })

  test('and only what contradicts itself is told', () => {
    const before = [call(1, 2, read('1:a')), call(3, 4, write(1, 'b')), call(5, 6, read('2:b'))]
    const after = [call(9, 10, read('2:b')), call(11, 12, write(2, 'c'))]
    expect(judge(...before, call(7, 8, read('1:a')), ...after)).toBe(
      [
        'no order of these calls explains their answers',
        'order-0, at first 1:a:',
        '  client 3 [3, 4] write b at version 1: committed',
        '  client 7 [7, 8] read: 1:a',
      ].join('\n'),
    )
  })
})
