import { mayHoldCard } from './cards'
import { KEY_IN_PATH, TELLING_WORDS } from './text'

// What a character is, as bits.
const TROUBLE = 1
const COLON = 2
const SPACE = 4
const DASH = 8
const UNDERSCORE = 16
const B = 32
const K_P_OR_W = 64
const J = 128
const DIGIT = 256
const SLASH = 512

/** Quotes and control characters need escaping, the others give a text structure: JSON, forms, URLs, markup. */
const kindOf = (character: string): number => {
  if (character < ' ' || '"\\{[=<>%&@'.includes(character)) return TROUBLE
  if (character === ':') return COLON
  if (character === ' ') return SPACE
  if (character === '-') return DASH
  if (character === '_') return UNDERSCORE
  if (character === '/') return SLASH
  if (character === 'J') return J
  if (character >= '0' && character <= '9') return DIGIT
  if ('bB'.includes(character)) return B
  return 'kpwKPW'.includes(character) ? K_P_OR_W : 0
}

/** One entry for every UTF-16 unit, so that the look-up needs no branch. */
const KINDS = new Uint16Array(65_536)
for (let code = 0; code < 128; code += 1) KINDS[code] = kindOf(String.fromCharCode(code))
// Only a lone half of a pair needs escaping, but pairs are rare enough to look closer at each.
KINDS.fill(TROUBLE, 0xd800, 0xe000)

/**
 * Can this text be printed between quotes as it is? Most texts can, and finding that out in one look at every character
 * is what makes redaction cheap. `false` only means that somebody must look closer.
 */
export const isHarmless = (text: string): boolean => {
  let seen = 0
  for (let at = 0; at < text.length; at += 1) {
    seen |= KINDS[text.charCodeAt(at)] as number // Every unit has an entry.
  }
  if ((seen & TROUBLE) !== 0) return false
  if ((seen & COLON) !== 0 && !hasHarmlessColons(text)) return false
  if ((seen & DASH) !== 0 && (text.charCodeAt(0) === 45 || ((seen & SPACE) !== 0 && text.includes(' -')))) return false
  if (mayTell(seen) && TELLING_WORDS.test(text)) return false
  if ((seen & SLASH) !== 0 && KEY_IN_PATH.test(text)) return false
  return text.length < 13 || (seen & DIGIT) === 0 || !mayHoldCard(text)
}

/** Are the letters there that telling words need? `bearer `, `basic ` · `sk_`, `whsec_`, `pdl_`, `pca_` · `eyJ` */
const mayTell = (seen: number): boolean =>
  (seen & (SPACE | B)) === (SPACE | B) ||
  (seen & (UNDERSCORE | K_P_OR_W)) === (UNDERSCORE | K_P_OR_W) ||
  (seen & J) !== 0

/** `12:30` is a time and `https://` a link; `cvv2:123` is neither. */
const hasHarmlessColons = (text: string): boolean => {
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const isTime = isDigit(text, at - 2) && isDigit(text, at - 1) && isDigit(text, at + 1)
    const isLink = at < 6 && (text.startsWith('https://') || text.startsWith('http://'))
    if (!isTime && !isLink) return false
  }
  return true
}

const isDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}
