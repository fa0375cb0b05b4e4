import { Result } from 'neverthrow'
import { hideCards } from './cards'
import { hidesValue, percentDecoded } from './names'

/** Prints a value as JSON with everything hidden. Comes in as a function because values hold texts and texts hold values. */
export type JsonWriter = (value: unknown) => string

/** A hidden string longer than 4 keeps two characters at each end, so that two of them can be told apart. */
export const masked = (value: unknown): string =>
  typeof value === 'string' && value.length > 4 ? `${value.slice(0, 2)}***${value.slice(-2)}` : '***'

/** How often a text may be packed into another (percent-encoding, JSON in JSON) before we give up and hide it whole. */
const DEEPEST = 6

/** Hides what a text holds: JSON, forms, URLs, headers, command lines, tokens with a known shape, card numbers. */
export const hideInText = (text: string, writeJson: JsonWriter, depth = 0): string => {
  if (depth > DEEPEST) return masked(text)
  if (/^\s*[[{"]/.test(text)) {
    const json = parseJson(text).unwrapOr(undefined)
    if (typeof json === 'string') return JSON.stringify(hideInText(json, writeJson, depth + 1))
    if (json !== undefined) return writeJson(json)
  }
  let hidden = text.includes('&') ? text.replace(/&(?:quot|#34|#x22);/gi, '"') : text
  if (hidden.includes('%')) {
    hidden = hidden.replace(PIECE, (piece) => hidePercentEncoded(piece, writeJson, depth))
  }
  hidden = hidePairs(hidden)
  if (hidden.includes('-')) hidden = hideFlags(hidden)
  return hideCards(hideShapes(hidden))
}

const parseJson = Result.fromThrowable((text: string): unknown => JSON.parse(text))

/** What may be percent-encoded as a whole. An apostrophe is left as it is by most encoders. */
const PIECE = /[^\s&=?#;"'<>]+(?:'[^\s&=?#;"'<>]+)*/g

const hidePercentEncoded = (piece: string, writeJson: JsonWriter, depth: number): string => {
  if (!piece.includes('%')) return piece
  const decoded = percentDecoded(piece)
  if (decoded === piece) return piece
  const hidden = hideInText(decoded, writeJson, depth + 1)
  return hidden === decoded ? piece : encodeURIComponent(hidden)
}

const hidePairs = (text: string): string => {
  let hidden = ''
  let copiedTo = 0
  for (let at = 0; at < text.length; at += 1) {
    if (!isSeparator(text.charCodeAt(at))) continue
    const name = nameBefore(text, at, copiedTo)
    if (name === undefined) continue
    const sign = text.charAt(at)
    const from = skip(text, text.startsWith('=>', at) ? at + 2 : at + 1)
    const { start, end } = valueAt(text, from, { sign, ...name })
    if (end <= start) continue
    hidden += text.slice(copiedTo, start) + masked(text.slice(start, end))
    copiedTo = end
    at = end - 1
  }
  return copiedTo === 0 ? text : hidden + text.slice(copiedTo)
}

/** `:`, `=` and `>` */
const isSeparator = (code: number): boolean => code === 58 || code === 61 || code === 62

type HidingName = { readonly quotedName: boolean; readonly startsLine: boolean }

/** The name that ends before `at`, if it hides: `name=`, `name: `, `"name": `, `\"name\":`, `name => `, `<name>`. */
const nameBefore = (text: string, at: number, min: number): HidingName | undefined => {
  let end = at
  while (end > min && isSpace(text.charCodeAt(end - 1))) end -= 1
  const quotedName = end > min && QUOTES.includes(text.charAt(end - 1))
  if (quotedName) end -= 1
  while (end > min && text.charAt(end - 1) === '\\') end -= 1
  let start = end
  while (start > min && end - start < 64 && isNameCharacter(text.charCodeAt(start - 1))) start -= 1
  if (start === end) return undefined
  const hides = hidesValue(text.slice(start, end)) || hidesValue(withWordBefore(text, start, end, min))
  if (!hides) return undefined
  return { quotedName, startsLine: /(?:^|\n)[<>\s]*$/.test(text.slice(Math.max(0, start - 8), start)) }
}

/** `api key: …` is one name in two words. */
const withWordBefore = (text: string, start: number, end: number, min: number): string => {
  let from = start - 1
  if (from <= min || text.charAt(from) !== ' ') return ''
  while (from > min && start - from < 32 && isNameCharacter(text.charCodeAt(from - 1))) from -= 1
  return text.slice(from, end)
}

const QUOTES = '"\'`'

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** Letters, digits and `$ % - . [ ] _`, and Hangul. */
const isNameCharacter = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 93 && code !== 92) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 36 ||
  code === 37 ||
  code === 45 ||
  code === 46 ||
  (code >= 0xac00 && code <= 0xd7a3)

const skip = (text: string, from: number): number => {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at += 1
  return at
}

type PairStyle = HidingName & { readonly sign: string }

/** Where a value begins and ends. In doubt it goes on: rather too much hidden than too little. */
const valueAt = (text: string, from: number, style: PairStyle): { readonly start: number; readonly end: number } => {
  const quote = /^\\*["'`]/.exec(text.slice(from, from + 16))?.[0]
  if (quote !== undefined) {
    const start = from + quote.length
    return { start, end: closingQuote(text, start, quote) }
  }
  if (text[from] === '{' || text[from] === '[') return { start: from, end: closingBracket(text, from) }
  return { start: from, end: firstOf(text, from, endOfValue(style)) }
}

/** An apostrophe ends a value only where it may be a closing quote: a name may be `O'Brien`, in a URL too. */
const endOfValue = ({ sign, quotedName, startsLine }: PairStyle): RegExp => {
  if (sign === '>') return /[<\r\n]/g
  if (sign === '=') return /[&\s"<>]|'(?=[\s,;&"'<>\]}]|$)/g
  if (quotedName) return /[,}\]\s]/g
  return startsLine ? /[\r\n]/g : /[\r\n"`]|'(?=[\s,;&"'<>\]}]|$)/g
}

const firstOf = (text: string, from: number, end: RegExp): number => {
  end.lastIndex = from
  return end.exec(text)?.index ?? text.length
}

const closingQuote = (text: string, from: number, quote: string): number => {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    // One more backslash before it: the quote belongs to the value.
    if (text[at - 1] !== '\\' || at === from) return at
  }
  return text.length
}

const closingBracket = (text: string, from: number): number => {
  let open = 0
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{' || text[at] === '[') open += 1
    if (text[at] === '}' || text[at] === ']') open -= 1
    if (open === 0) return at + 1
  }
  return text.length
}

/** `--api-key x`, `-u name:password`: a command line names its values with a space. */
const hideFlags = (text: string): string =>
  text.replace(
    /(^|\s)(--?)([a-z][\w-]{0,63})(\s+)("[^"]*"|'[^']*'|[^\s-]\S*)/gi,
    (whole, start: string, dashes: string, name: string, space: string, value: string) =>
      /^(?:u|user|b)$/.test(name) || hidesValue(name) ? `${start}${dashes}${name}${space}${masked(value)}` : whole,
  )

const BEARER = /\b(bearer\s+)([^\s"',;]+)/gi
const BASIC = /\b(basic\s+)([\w+/=-]{4,})/gi
const KEYS = /(?:(?:test|live)_g?sk_|[sr]k_(?:test|live)_|whsec_|pdl_|pca_)[\w+/=.-]+/gi
/** `eyJ` is how JSON begins in base64: a JWT, or something packed the same way. */
const PACKED_JSON = /eyJ[\w+/=-]{8,}(?:\.[\w-]+)*/g
const USER_INFO = /:\/\/[^\s/?#"'<>]*@/g
/**
 * Billing and payment keys stand in paths. Where names of endpoints stand in the same place, only what is too long for
 * one is a key.
 */
export const KEY_IN_PATH =
  /(\/(?:billing|payments)\/(?=[^\s/?#"'<>]{12})|\/(?:billing-keys|(?:subscribe|schedule)\/customers|payments\/methods)\/)([^\s/?#"'<>]+)/i
const KEYS_IN_PATHS = new RegExp(KEY_IN_PATH, 'gi')

/** Texts without these words have no token of a known shape. */
export const TELLING_WORDS = /(?:bearer|basic)\s|[sr]k_|whsec_|pdl_|pca_|eyJ/i

const hideShapes = (text: string): string => {
  let hidden = text
  if (TELLING_WORDS.test(hidden)) {
    hidden = hidden
      .replace(BEARER, (_, scheme: string, token: string) => scheme + masked(token))
      .replace(BASIC, (whole, scheme: string, token: string) => (isBasic(token) ? scheme + masked(token) : whole))
      .replace(KEYS, masked)
      .replace(PACKED_JSON, masked)
  }
  if (hidden.includes('@')) hidden = hidden.replace(USER_INFO, '://***@')
  return hidden.includes('/')
    ? hidden.replace(KEYS_IN_PATHS, (_, path: string, key: string) => path + masked(key))
    : hidden
}

/** "Basic membership" is a product. */
const isBasic = (token: string): boolean =>
  (token.length >= 16 && /\d/.test(token) && /[a-z]/i.test(token)) || decodedBase64(token).includes(':')

const decodedBase64 = (text: string): string => Result.fromThrowable(() => atob(text))().unwrapOr('')
