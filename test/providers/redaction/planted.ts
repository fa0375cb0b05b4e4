import fc from 'fast-check'
import type { SensitiveField } from './sensitive-fields'

/**
 * A secret of which any four characters in a row occur nowhere else: every third character starts `zQ`, which no name
 * and no noise here contains. `joint` stands between, as in cards, telephone numbers, e-mail addresses and JWTs.
 */
export const secret = (joints: readonly string[] = ['', '', '', '-', '.', '_']): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(fc.tuple(CHARACTER, fc.constantFrom(...joints)), { minLength: 3, maxLength: 9 }), CHARACTER)
    .map(([cells, last]) => `${cells.map(([character, joint]) => `zQ${character}${joint}`).join('')}${last}`)

/** Digits that no name here ends with. */
const CHARACTER = fc.constantFrom(...'03456789')

/** What may stand in a quoted or encoded place, where the place itself says where it ends. */
export const ANY_JOINT = ['', '-', ' ', '/', '+', '=', '&', '%', '@', '홍', '"', "'", ',', ';', ':', '\\'] as const

/** The same field as others write it: `cardNumber`, `card_number`, `CARD-NUMBER`. */
export const spelled = (name: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('as it is', 'lower', 'upper', 'joined'), fc.constantFrom('_', '-', '.', ''))
    .map(([style, between]) => {
      if (style === 'as it is') return name
      const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').split(/[ _.-]/)
      if (style === 'joined') return words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join('')
      return style === 'lower' ? words.join(between).toLowerCase() : words.join(between).toUpperCase()
    })

const NOISE = fc.stringMatching(/^[aeiou ,.!?é결제]{0,10}$/)
const NEIGHBOURS = ['a', 'note', 'status', 'amountMinor', 'items', 'currency', 'result', 'data']

export type Planted = { readonly secret: string; readonly value: unknown; readonly kind: string }

type Kind = {
  /** Every character may stand here; without it only what a bare text can hold. */
  readonly holdsAnything: boolean
  readonly plant: (name: string, secret: string, noise: string) => unknown
}

const bare = (plant: Kind['plant']): Kind => ({ holdsAnything: false, plant })
const closed = (plant: Kind['plant']): Kind => ({ holdsAnything: true, plant })
const json = JSON.stringify
const headerName = (name: string): string => name.replace(/[^\w-]/g, '-')

/** Where a named value may stand. Each holds what `inner` is: the value, or an object in which it stands. */
const NAMED: Readonly<Record<string, Kind>> = {
  object: closed((name, value, noise) => ({ note: noise, [name]: value })),
  'list under a name': closed((name, value) => ({ [name]: [value, { deep: value }, [value]] })),
  'nested arrays': closed((name, value, noise) => [[noise, [{ [name]: value }]], noise]),
  Map: closed(
    (name, value, noise) =>
      new Map([
        [noise, 1 as unknown],
        [name, value],
      ]),
  ),
  'Map in a Map': closed((name, value) => new Map([['data', new Map([[name, value]])]])),
  Set: closed((name, value, noise) => new Set([noise, { [name]: value }])),
  'flat pairs': closed((name, value, noise) => ['note', noise, name, value]),
  'name and value': closed((name, value) => [
    { name, value },
    { key: name, value: [value] },
  ]),
  entries: closed((name, value) => Object.entries({ [name]: value, status: 'x' })),
  JSON: closed((name, value, noise) => json({ note: noise, [name]: value })),
  'JSON twice': closed((name, value) => ({ body: json(json([{ [name]: value }])) })),
  'JSON three times': closed((name, value) => json(json(json({ [name]: { value } })))),
  'JSON in JSON': closed((name, value) => json({ body: json({ data: json({ [name]: value }) }) })),
  'JSON in a sentence': closed(
    (name, value, noise) => `${noise} {"status":"x","${name}":${json(value)},"n":1} ${noise}`,
  ),
  URLSearchParams: closed((name, value, noise) => new URLSearchParams({ note: noise, [name]: value, n: '1' })),
  form: closed((name, value, noise) => `${new URLSearchParams({ note: noise, [name]: value, n: '1' })}`),
  'form with JSON': closed((name, value) => `n=1&payload=${encodeURIComponent(json({ [name]: value }))}`),
  'URL query': closed(
    (name, value) => `https://x.test/r?n=1&${encodeURIComponent(name)}=${encodeURIComponent(value)}&m=2`,
  ),
  'URL fragment': closed((name, value) => `https://x.test/r#${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  'URL object': closed((name, value) => ({
    url: new URL(`https://x.test/?${new URLSearchParams({ [name]: value })}`),
  })),
  'URL in a URL': closed((name, value) => {
    const inner = `https://y.test/?${new URLSearchParams({ [name]: value })}`
    return `https://x.test/?next=${encodeURIComponent(inner)}`
  }),
  'URL twice encoded': closed((name, value) => {
    const inner = encodeURIComponent(`?${name}=${encodeURIComponent(value)}`)
    return `GET https://x.test/?next=${inner}&n=1`
  }),
  'Error and cause': closed(
    (name, value, noise) => new Error(noise, { cause: new Error('x', { cause: { [name]: value } }) }),
  ),
  'field of an Error': closed((name, value) =>
    Object.assign(new Error('x'), { response: { data: { [name]: value } } }),
  ),
  FormData: closed((name, value) => {
    const form = new FormData()
    form.set(name, value)
    return { form }
  }),
  toJSON: closed((name, value) => ({ toJSON: () => ({ [name]: value }) })),
  'no prototype': closed((name, value) => Object.assign(Object.create(null), { [name]: value })),
  'header lines': closed(
    (name, value, noise) => `POST / HTTP/1.1\r\nHost: x.test\r\n${headerName(name)}: ${value}\r\n\r\n${noise}`,
  ),
  Headers: bare((name, value) => new Headers({ accept: '*/*', [headerName(name)]: value })),
  'Error message': bare((name, value, noise) => new Error(`${noise} ${name}=${value} ${noise}`)),
  'equals in a text': bare((name, value, noise) => `${noise} ${name}=${value} ${noise}`),
  'colon in a text': bare((name, value, noise) => `${noise}\n${name}: ${value}\n${noise}`),
  markup: bare((name, value) => `<r><${name}>${value}</${name}></r>`),
  'command line': bare(
    (name, value) => `curl -H '${headerName(name)}: ${value}' -d '{"${name}":"${value}"}' https://x.test`,
  ),
}

/** Where no name is needed. */
const NAMELESS: Readonly<Record<string, (secret: string, noise: string) => unknown>> = {
  'user info': (value) => `https://user:${value}@x.test/p`,
  'user name': (value, noise) => `${noise} postgres://${value}@x.test/p`,
  bearer: (value, noise) => `${noise} Bearer ${value} ${noise}`,
  basic: (value, noise) => `${noise} Basic ${btoa(`${value}:`)}`,
  'secret key': (value) => ({ a: `test_sk_${value}`, b: `whsec_${value}`, c: `pdl_ntfset_${value}` }),
  'billing path': (value) => `GET https://x.test/billing-keys/${value}?n=1`,
  'customer path': (value) => `DELETE /subscribe/customers/${value}/payments`,
  'schedule path': (value) => ({ path: `/subscribe/payments/schedule/customers/${value}` }),
}

const wrapped = (inside: readonly string[], value: unknown): unknown =>
  inside.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)

const named = (field: SensitiveField): fc.Arbitrary<Planted> =>
  fc.constantFrom(...Object.entries(NAMED)).chain(([kind, { holdsAnything, plant }]) =>
    fc.tuple(spelled(field.name), holdsAnything ? secret(ANY_JOINT) : secret(), NOISE).map(([name, value, noise]) => {
      // Told by its place only: then it stands in an object, which is what such a place is.
      if (field.inside.length > 0) {
        const record = wrapped(field.inside, { [field.name]: value, note: noise })
        return { secret: value, kind: `${kind} of a place`, value: inPlace(kind, record) }
      }
      return { secret: value, kind, value: plant(name, value, noise) }
    }),
  )

/** The same record as an object, as JSON, or further inside. */
const inPlace = (kind: string, record: unknown): unknown => {
  if (kind.startsWith('JSON twice')) return json(json(record))
  if (kind.startsWith('JSON')) return json({ body: json(record) })
  if (kind.startsWith('Error')) return new Error('x', { cause: record })
  if (kind.startsWith('Map')) return new Map([['data', record]])
  return kind.startsWith('form') ? `n=1&payload=${encodeURIComponent(json(record))}` : [record, { data: [record] }]
}

const nameless: fc.Arbitrary<Planted> = fc
  .tuple(fc.constantFrom(...Object.entries(NAMELESS)), secret(), NOISE)
  .map(([[kind, plant], value, noise]) => ({ secret: value, kind, value: plant(value, noise) }))

/** One of these fields with a secret in it, anywhere in a payload with other things around it. */
export const plantedIn = (fields: readonly SensitiveField[]): fc.Arbitrary<Planted> =>
  fc
    .tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...fields).chain(named) }, { weight: 1, arbitrary: nameless }),
      fc.array(
        fc.tuple(fc.constantFrom('object', 'list', 'both', 'map', 'text'), fc.constantFrom(...NEIGHBOURS), NOISE),
        {
          maxLength: 5,
        },
      ),
    )
    .map(([planted, layers]) => ({ ...planted, value: layers.reduce(layer, planted.value) }))

const layer = (inner: unknown, [kind, key, noise]: readonly [string, string, string]): unknown => {
  switch (kind) {
    case 'list':
      return [noise, inner, 7]
    case 'both':
      return { before: noise, [key]: [inner], after: 3 }
    case 'map':
      return new Map([[key, inner]])
    case 'text':
      return typeof inner === 'string' ? json({ [key]: inner }) : { [key]: inner }
    default:
      return { [key]: inner, beside: noise }
  }
}
