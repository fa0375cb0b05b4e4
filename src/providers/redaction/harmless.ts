import { TELLING_WORDS } from './text'

// What a character may mean, as bits.
const TROUBLE = 1
const COLON = 2
const SPACE = 4
const UNDERSCORE = 8
const DIGIT = 16
const PACKED = 32

/** Quotes and control characters need escaping, the others give a text structure: JSON, forms, URLs, markup. */
const meaning = (character: string): number => {
  if (character < ' ' || '"\\{[=<>%&/'.includes(character)) return TROUBLE
  if (character === ':') return COLON
  if (character === ' ') return SPACE
  if (character === '_') return UNDERSCORE
  if (character === 'J') return PACKED
  return character >= '0' && character <= '9' ? DIGIT : 0
}

const MEANINGS = Uint8Array.from({ length: 128 }, (_, code) => meaning(String.fromCharCode(code)))

/** Only a lone half of a pair needs escaping, but pairs are rare enough to look closer at each. */
const aboveAscii = (code: number): number => ((code & 0xf800) === 0xd800 ? TROUBLE : 0)

/**
 * Can this text be printed between quotes as it is? Most texts can, and finding that out fast is what makes redaction
 * cheap. `false` only means that somebody must look closer.
 */
export const isHarmless = (text: string): boolean => {
  let seen = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    seen |= code < 128 ? (MEANINGS[code] as number) : aboveAscii(code) // The table has 128 entries.
  }
  if ((seen & TROUBLE) !== 0) return false
  if ((seen & COLON) !== 0 && !hasOnlyTimes(text)) return false
  if (text.charCodeAt(0) === DASH || ((seen & SPACE) !== 0 && mayHoldWord(text))) return false
  if ((seen & UNDERSCORE) !== 0 && mayHoldKey(text)) return false
  if (text.length < 12) return true
  return !((seen & PACKED) !== 0 && text.includes('eyJ')) && !((seen & DIGIT) !== 0 && mayHoldCard(text))
}

/** `12:30` is a time, `cvv2:123` is not. */
const hasOnlyTimes = (text: string): boolean => {
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const isTime =
      isDigit(text.charCodeAt(at - 2)) && isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1))
    if (!isTime) return false
  }
  return true
}

/** `bearer `, `basic `, or a flag of a command line. */
const mayHoldWord = (text: string): boolean => {
  for (let at = text.indexOf(' '); at !== -1; at = text.indexOf(' ', at + 1)) {
    const before = text.charCodeAt(at - 1) | 32
    if (text.charCodeAt(at + 1) === DASH) return true
    if ((before === 99 || before === 114) && TELLING_WORDS.test(text)) return true
  }
  return false
}

/** `sk_`, `whsec_`, `pdl_`, `pca_`: only these letters stand before their underscore. */
const mayHoldKey = (text: string): boolean => {
  for (let at = text.indexOf('_'); at !== -1; at = text.indexOf('_', at + 1)) {
    const before = text.charCodeAt(at - 1) | 32
    if (before === 97 || before === 99 || before === 107 || before === 108) return TELLING_WORDS.test(text)
  }
  return false
}

const DASH = 45

/**
 * Are there 13 digits with little between them? Such a run covers every thirteenth character somewhere, so the others
 * need no look.
 */
const mayHoldCard = (text: string): boolean => {
  for (let at = 12; at < text.length; at += 13) {
    if (!isDigit(text.charCodeAt(at)) && !isBetweenDigits(text.charCodeAt(at))) continue
    let digits = 0
    let from = at
    while (from > 0 && isInRun(text.charCodeAt(from - 1))) from -= 1
    for (let to = from; to < text.length && isInRun(text.charCodeAt(to)); to += 1) {
      if (isDigit(text.charCodeAt(to))) digits += 1
      if (digits >= 13) return true
    }
  }
  return false
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Space, dash, dot, slash, underscore, no-break space, en dash: what `cards.ts` accepts between digits. */
const isBetweenDigits = (code: number): boolean =>
  (code >= 45 && code <= 47) || code === 32 || code === 95 || code === 0xa0 || code === 0x2013

const isInRun = (code: number): boolean => isDigit(code) || isBetweenDigits(code)
