import { TELLING_WORDS } from './text'

// What a character is, as bits.
const TROUBLE = 1
const BEFORE_UNDERSCORE = 2
const BEFORE_SPACE = 4
const SPACE = 8
const COLON = 16
const NO_DIGIT = 32
const Y = 64

/** Quotes and control characters need escaping, the others give a text structure: JSON, forms, URLs, markup. */
const isTrouble = (character: string): boolean => character < ' ' || '"\\{[=<>%&/'.includes(character)

const kindOf = (character: string): number =>
  (isTrouble(character) ? TROUBLE : 0) |
  ('kclaKCLA'.includes(character) ? BEFORE_UNDERSCORE : 0) |
  ('rcRC'.includes(character) ? BEFORE_SPACE : 0) |
  (character === ' ' ? SPACE : 0) |
  (character === ':' ? COLON : 0) |
  (character >= '0' && character <= '9' ? 0 : NO_DIGIT) |
  (character === 'y' ? Y : 0)

/**
 * What must not stand before a character: these pairs are all that the telling words, flags and names have in common.
 * `sk_`, `whsec_`, `pdl_`, `pca_` · `bearer `, `basic ` · ` -` · `name:` and `: value`, but not `12:30` · `eyJ`
 */
const unwelcomeBefore = (character: string): number => {
  if (character === '_') return BEFORE_UNDERSCORE | COLON
  if (character === ' ') return BEFORE_SPACE | COLON
  if (character === '-') return SPACE | COLON
  if (character === ':') return NO_DIGIT
  if (character === 'J') return Y | COLON
  return character >= '0' && character <= '9' ? 0 : COLON
}

/** Both in one number, the second above the first. */
const MEANINGS = Uint16Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return kindOf(character) | (unwelcomeBefore(character) << 8)
})

/** Only a lone half of a pair needs escaping, but pairs are rare enough to look closer at each. */
const aboveAscii = (code: number): number => NO_DIGIT | (COLON << 8) | ((code & 0xf800) === 0xd800 ? TROUBLE : 0)

/**
 * Can this text be printed between quotes as it is? Most texts can, and finding that out in one look at every character
 * is what makes redaction cheap. `false` only means that somebody must look closer.
 */
export const isHarmless = (text: string): boolean => {
  let seen = 0
  let unwelcome = 0
  let before = NO_DIGIT | SPACE
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const found = code < 128 ? (MEANINGS[code] as number) : aboveAscii(code) // The table has 128 entries.
    seen |= found
    unwelcome |= before & (found >> 8)
    before = found
  }
  if ((seen & TROUBLE) !== 0) return false
  if (unwelcome !== 0 && !(isOnlyWords(unwelcome) && !TELLING_WORDS.test(text))) return false
  if ((seen & COLON) !== 0 && !hasOnlyTimes(text)) return false
  return text.length < 13 || !mayHoldCard(text)
}

/** Pairs that common words have too: `total_amount`, `for you`. */
const isOnlyWords = (unwelcome: number): boolean => (unwelcome & ~(BEFORE_UNDERSCORE | BEFORE_SPACE | Y)) === 0

/** `12:30` is a time, `cvv2:123` is not. That a digit stands on both sides is known already. */
const hasOnlyTimes = (text: string): boolean => {
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    if (!isDigit(text.charCodeAt(at - 2))) return false
  }
  return !text.endsWith(':')
}

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
