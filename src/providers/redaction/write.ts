import { hideCards, isCardNumber } from './cards'
import { isHarmless } from './harmless'
import { EVERYWHERE, hidesValue, type Name, readName } from './names'
import { hideInText, masked } from './text'

/** Deeper than any payload, and shallow enough for the stack. */
const DEEPEST = 100
const UNREADABLE = '"[unreadable]"'

/** A name as it is printed, because a card number can be a key too, with its colon and the comma before it. */
type PrintedName = Name & {
  readonly first: string
  readonly next: string
  /** With the opening quote of a text. */
  readonly firstText: string
  readonly nextText: string
  readonly isRare: boolean
}

type Fields = Readonly<Record<string, unknown>>

const nameOf = (key: string): PrintedName => {
  const first = `${quoted(hideInText(key, (value) => write(value, EVERYWHERE, [])))}:`
  const isRare = readName(key).isValue || key === 'toJSON'
  const name = { ...readName(key), first, next: `,${first}`, firstText: `${first}"`, nextText: `,${first}"`, isRare }
  if (names.size >= MOST_NAMES) names.clear()
  if (key.length <= LONGEST_NAME) names.set(key, name)
  return name
}

/** A pure memo, because payloads repeat their names. Bounded, because names come from outside. */
const names = new Map<string, PrintedName>()
const MOST_NAMES = 4096
const LONGEST_NAME = 64

/** Redacted JSON of any value. `path` holds the objects we are inside of. Never throws. */
export const write = (value: unknown, place: number, path: object[]): string => {
  switch (typeof value) {
    case 'string':
      return writeText(value, place, path)
    case 'number':
      return writeNumber(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return `"${hideCards(String(value))}"`
    case 'object':
      return value === null ? 'null' : writeObject(value, place, path)
    default:
      return 'null' // Functions, symbols and undefined have no JSON.
  }
}

/** No number below has the digits of a card. */
const writeNumber = (value: number): string => (value < 1e12 && value > -1e12 ? `${value}` : writeWide(value))

const writeWide = (value: number): string => {
  if (!Number.isFinite(value)) return 'null'
  const digits = String(Math.abs(value))
  // A card number of 17 digits or more has lost its last digits, and with them the check digit.
  const blurred = !Number.isSafeInteger(value) && digits.length <= 19 && /^\d+$/.test(digits)
  return blurred || isCardNumber(digits) ? hidden(digits) : String(value)
}

/** Everything but what JSON writes with a backslash. */
const NEEDS_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

const quoted = (text: string): string => (NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`)

const hidden = (value: unknown): string => quoted(masked(value))

const writeText = (text: string, place: number, path: object[]): string =>
  isHarmless(text) ? `"${text}"` : quoted(hideInText(text, (value) => write(value, place, path)))

const writeObject = (value: object, place: number, path: object[]): string => {
  const depth = path.length
  for (let at = 0; at < depth; at += 1) if (path[at] === value) return '"[circular]"'
  if (depth >= DEEPEST) return '"[too deep]"'
  path.push(value)
  let text = UNREADABLE
  try {
    if (Array.isArray(value)) text = writeList(value, place, path)
    else if (isPlain(value)) text = writeFields(value, place, path)
    else text = writeSpecial(value, place, path)
  } catch {
    // A revoked proxy, a toJSON that throws: the rest of the payload is still worth printing.
    path.length = depth + 1
  }
  path.pop()
  return text
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const writeList = (list: readonly unknown[], place: number, path: object[]): string => {
  let text = ''
  let previousHides = false
  for (let at = 0; at < list.length; at += 1) {
    const item = list[at]
    if (at > 0) text += ','
    // `['authorization', 'Bearer …']`, alone or in a flat list of headers.
    if (previousHides) text += hidden(item)
    else text += typeof item === 'string' ? writeText(item, place, path) : write(item, place, path)
    previousHides = typeof item === 'string' && hidesValue(item)
  }
  return `[${text}]`
}

const writeFields = (value: object, place: number, path: object[]): string => {
  // Any object may be asked for its keys. `for in` is by far the fastest way to read them all.
  const fields = value as Fields
  let text = '{'
  let isFirst = true
  for (const key in fields) {
    const name = names.get(key) ?? nameOf(key)
    let field: unknown
    try {
      field = fields[key]
    } catch {
      field = '[unreadable]' // A getter that throws hides only itself.
    }
    if ((name.hiddenIn & place) === 0 && !name.isRare) {
      // The common kinds at once: every joined piece costs.
      if (typeof field === 'number') {
        text += (isFirst ? name.first : name.next) + writeNumber(field)
        isFirst = false
        continue
      }
      if (typeof field === 'string' && isHarmless(field)) {
        text += `${(isFirst ? name.firstText : name.nextText) + field}"`
        isFirst = false
        continue
      }
    }
    if (key === 'toJSON' && typeof field === 'function') return writeSpecial(value, place, path)
    if (field === undefined || typeof field === 'function' || typeof field === 'symbol') continue
    text += (isFirst ? name.first : name.next) + writeField(fields, field, name, place, path)
    isFirst = false
  }
  return `${text}}`
}

const writeField = (fields: Fields, field: unknown, name: PrintedName, place: number, path: object[]): string => {
  if ((name.hiddenIn & place) !== 0) return hidden(field)
  if (!name.isRare) return write(field, name.place, path)
  // Its neighbours decide: `{ name: 'token', value: … }`, and bytes as JSON has them.
  if (fields['type'] === 'Buffer' && Array.isArray(field)) return '"[bytes]"'
  return hasHidingLabel(fields) ? hidden(field) : write(field, name.place, path)
}

const LABELS = ['name', 'key', 'field', 'header', 'label', 'param', 'parameter', 'type', 'id', 'k', 'Name', 'Key']

/** `{ name: 'Authorization', value: 'Bearer …' }` */
const hasHidingLabel = (fields: Fields): boolean =>
  LABELS.some((label) => {
    const text = fields[label]
    return typeof text === 'string' && hidesValue(text)
  })

const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)

/** Everything that is neither a plain object nor a list. */
const writeSpecial = (value: object, place: number, path: object[]): string => {
  if (ArrayBuffer.isView(value)) return `"[${value.byteLength} bytes]"`
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const json: unknown = value.toJSON('')
    return json === value ? writeFields(value, place, path) : write(json, place, path)
  }
  if (value instanceof Map) return writePairs(value, path)
  if (value instanceof Set) return writeList([...value], place, path)
  if (value instanceof Error) return writeError(value, place, path)
  switch (tagOf(value)) {
    case 'URLSearchParams':
      return JSON.stringify(hideInText(String(value), (inner) => write(inner, place, path)))
    case 'Headers':
    case 'FormData':
    case 'Map':
      return writePairs(value as Iterable<readonly [unknown, unknown]>, path) // Their tag says that they are.
    case 'String':
    case 'Number':
    case 'Boolean':
    case 'BigInt':
      return write(value.valueOf(), place, path)
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return '"[bytes]"'
    default:
      return writeFields(value, place, path)
  }
}

/** A list of pairs, because names may repeat. */
const writePairs = (pairs: Iterable<readonly [unknown, unknown]>, path: object[]): string => {
  const written = [...pairs].map(([key, value]) => {
    const name = typeof key === 'string' ? (names.get(key) ?? nameOf(key)) : undefined
    const isHidden = name !== undefined && (name.hiddenIn & EVERYWHERE) !== 0
    const printed = isHidden ? hidden(value) : write(value, name?.place ?? EVERYWHERE, path)
    return `[${write(key, EVERYWHERE, path)},${printed}]`
  })
  return `[${written.join(',')}]`
}

const writeError = (error: Error, place: number, path: object[]): string => {
  const { name, message, cause } = error
  const errors: unknown = 'errors' in error ? error.errors : undefined
  return writeFields({ ...error, name, message, cause, errors }, place, path)
}
