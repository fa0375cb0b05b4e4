import { describe, expect, test } from 'vitest'
import { type GatewaySubject, gatewayConformance } from '../../../src/testing/gateway-conformance'
import { FLAWS, type FlawName } from './flawed-gateways'
import { mockSubject } from './subject-mock'
import { tossSubject } from './subject-toss'
import { walletSubject } from './subject-wallet'

const SUBJECTS = { toss: tossSubject, wallet: walletSubject, mock: mockSubject } as const

/** Which of these cases the subject does not pass. */
const failuresOf = async (makeSubject: () => GatewaySubject, names: readonly string[]): Promise<readonly string[]> => {
  const failures: string[] = []
  for (const { name, run } of gatewayConformance(makeSubject)) {
    if (names.includes(name)) await run().catch(() => failures.push(name))
  }
  return failures
}

const charge = (fault: string) =>
  `confirm: that meets ${fault} is unknown or a true refusal, and ends in one charge or none`
const unrepeated = (fault: string) => `confirm: that meets ${fault} and is not repeated ends as the book says, for good`
const refund = (what: string, fault: string) =>
  `refund: of ${what} that meets ${fault} is unknown or a true refusal, and is given once or not at all`
const lookup = (fault: string) => `look-up: that meets ${fault} is an error or the truth, never "not paid"`
const MADE = 'buying: an approval takes the whole amount once, and a look-up says the same'
const SAME_KEY = 'buying: a repeat with the same key takes nothing more, and is not called a refusal'
const LISTED = 'refund: look-ups list each refund once, with its amount and our id or its reference'
const PARTS = 'refund: parts add up, and the last unit of money can go back'
const ANY_RETURN =
  'return: whatever a browser sends, an answer comes as a value and takes no money that it does not say'
const ONE_ID = 'webhook: two notices have two ids, and one notice has one however often it is read'
const BLANK = 'construction: a blank secretKey is a config_error that does not repeat the value'
const NO_SECRET = 'secrecy: no secret is in an answer, an error, a checkout, a log entry or what a notice stores'

/** On which gateway a flaw is tried, and which cases must notice it, at least. */
const CAUGHT_BY: Readonly<Record<FlawName, readonly [on: keyof typeof SUBJECTS, ...cases: string[]]>> = {
  'takes silence for a refusal': ['toss', charge('lost answer'), charge('stalled body'), unrepeated('late execution')],
  'takes a 5xx for a refusal': ['toss', charge('error after'), unrepeated('error after')],
  'takes an unreadable answer for a refusal': ['toss', charge('html after'), charge('wrong shape')],
  'takes the silence after a refund for a refusal': [
    'toss',
    refund('a part', 'lost answer'),
    refund('the whole amount', 'late execution'),
  ],
  'calls every repeat a refusal': ['toss', SAME_KEY, charge('lost request')],
  'only says that it was paid': ['toss', MADE, SAME_KEY],
  'only says that it was refunded': ['wallet', 'refund: the whole amount goes back once', LISTED],
  'throws when the connection breaks': ['toss', charge('lost answer'), charge('lost request')],
  'never gives up waiting': ['toss', charge('stalled body'), charge('stalled request')],
  'calls what it cannot look up not found': [
    'toss',
    lookup('lost answer'),
    lookup('html after'),
    lookup('rate limited'),
  ],
  'makes an error of not found': [
    'wallet',
    'look-up: a payment that nobody began is not_found, as an answer and not as an error',
  ],
  'finds no payment without its reference': [
    'toss',
    'look-up: finds a payment without the reference that its answer would have brought',
  ],
  'shows what the attempt wants instead of what was taken': ['mock', MADE, charge('lost answer')],
  'lists no refunds': ['toss', LISTED, refund('a part', 'error after')],
  'forgets whose refund it was': ['wallet', LISTED],
  'gives everything back for a part': ['mock', PARTS, refund('a part', 'lost answer')],
  'gives back what is left when asked for more': [
    'wallet',
    'refund: more than was taken is refused, and nothing goes back',
    PARTS,
  ],
  'names every refund anew': [
    'wallet',
    'refund: a part sent twice with the same key goes back once',
    'refund: a part sent twice with the next key goes back once',
  ],
  'accepts any return': [
    'toss',
    'return: the return of another payment pays nothing here',
    'return: a window that was opened for another amount never pays this attempt in full',
    'return: with a part missing or exchanged it is refused, or pays exactly what the attempt says',
  ],
  'takes the payment that the browser names': [
    'toss',
    'return: mixed with another payment, it takes no money of that one, or says whose it took',
    'return: the return of another payment pays nothing here',
  ],
  'asks the provider while it reads a return': [
    'toss',
    'return: reading it asks nobody, moves nothing and says the same twice',
  ],
  'throws at a strange return': ['toss', ANY_RETURN],
  'takes the money in begin': [
    'wallet',
    'construction: begin moves no money and shows a checkout the browser can use',
    'buying: a buyer who goes away pays nothing, and no look-up calls it paid',
    'buying: a buyer who agrees pays nothing before confirm asks for it',
  ],
  'voids only in words': [
    'mock',
    'void: after it no request takes the money, however often it comes',
    'void: of a payment that was made is no void, and gives nothing back by the way',
    'void: stops a request that is still under way',
  ],
  'says that its window is over too soon': ['toss', unrepeated('late execution')],
  'has neither window nor void': [
    'toss',
    'construction: name, mode and capabilities make sense, and agree with each other',
    unrepeated('lost request'),
  ],
  'promises parts and gives none': ['mock', PARTS],
  'gives parts and promises none': ['toss', 'refund: a part is refused where the gateway says that it gives none'],
  'takes any method': ['toss', 'construction: a method that is not offered is refused before the buyer sees a window'],
  'names every delivery anew': [
    'toss',
    ONE_ID,
    'webhook: what is sent again, because it was not answered, keeps its id',
  ],
  'names every notice alike': ['toss', ONE_ID],
  'trusts every notice': [
    'toss',
    'webhook: what a stranger sends is refused or a hint, and a look-up still says that nothing was paid',
    'webhook: whatever is sent, an answer comes as a value',
  ],
  'checks no signature': [
    'mock',
    'webhook: what a stranger sends is refused or a hint, and a look-up still says that nothing was paid',
    'webhook: one changed byte in a signed notice is noticed',
  ],
  'reads no notice in bytes': [
    'mock',
    'webhook: the same bytes say the same, whether they come as bytes or as text, with headers in any casing',
  ],
  'throws at rubbish': ['toss', 'webhook: whatever is sent, an answer comes as a value'],
  'takes every notice for one that does not matter': [
    'toss',
    'webhook: a payment and its refund are told, and every notice leads to the attempt or to nothing',
  ],
  'stores a notice as it came': ['toss', NO_SECRET],
  'logs the path': ['toss', 'secrecy: a log entry has its four fields and no room for more'],
  'puts its key into an error': ['toss', NO_SECRET],
  'puts its key into the checkout': ['toss', NO_SECRET],
  'carries its key on itself': ['toss', 'secrecy: whoever prints the gateway sees functions and no secret'],
  'starts with a blank key': ['toss', BLANK],
  'repeats a wrong key in its error': ['toss', BLANK],
}

describe('the gateway conformance kit', () => {
  for (const [flaw, [on, ...cases]] of Object.entries(CAUGHT_BY)) {
    test(`catches a gateway that ${flaw}`, async () => {
      // Object.entries forgets the names of the keys.
      const spoil = FLAWS[flaw as FlawName]
      const failures = await failuresOf(() => spoil(SUBJECTS[on]()), cases)
      expect(failures.toSorted()).toEqual(cases.toSorted())
    })
  }

  test('names every case once', () => {
    for (const makeSubject of Object.values(SUBJECTS)) {
      const names = gatewayConformance(makeSubject).map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    }
  })

  test('leaves out what does not apply, instead of passing it', () => {
    const namesOf = (makeSubject: () => GatewaySubject) => gatewayConformance(makeSubject).map(({ name }) => name)
    const without = (name: string) => namesOf(walletSubject).filter((it) => it.startsWith(name))
    expect(without('webhook')).toEqual(['webhook: a gateway whose provider tells nothing refuses whatever comes'])
    expect(without('confirm')).toEqual([])
    expect(namesOf(tossSubject).filter((name) => name.startsWith('void'))).toEqual([])
    expect(namesOf(tossSubject)).not.toContain('webhook: one changed byte in a signed notice is noticed')
    expect(namesOf(walletSubject).filter((name) => name.startsWith('void')).length).toBe(3)
    expect(namesOf(() => mockSubject({ idempotentRefunds: false }))).not.toContain(
      'refund: a part sent twice with the same key goes back once',
    )
    expect(namesOf(mockSubject)).toContain('refund: a part sent twice with the same key goes back once')
  })

  test('gives every case a subject of its own', async () => {
    let made = 0
    const cases = gatewayConformance(() => {
      made += 1
      return walletSubject()
    })
    const [first, second] = cases
    expect(made).toBe(1) // One to see which cases apply.
    await first?.run()
    expect(made).toBe(3) // One to load what is loaded lazily, one for the case.
    await second?.run()
    expect(made).toBe(4)
  })

  test('says what it expected and what it got', async () => {
    const spoil = FLAWS['only says that it was refunded']
    const cases = gatewayConformance(() => spoil(walletSubject()))
    const whole = cases.find(({ name }) => name === 'refund: the whole amount goes back once')
    await expect(whole?.run()).rejects.toThrow('completed: the money given back, in the book: expected 33000, got 0')
  })
})
