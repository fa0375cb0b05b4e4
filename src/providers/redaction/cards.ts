/** 13 digits or more, with at most two spaces, dashes, dots, slashes or the like between them. */
const DIGITS = /\d(?:[ \u00a0._/\u2013-]{0,2}\d){12,}/g

/** First digits of card networks. 0 and 1 are none (moments in milliseconds start with 1), nor is 20 (dates do). */
const NETWORKS = /^(?:[3-9]|2[2-7])/

const passesLuhn = (digits: string): boolean => {
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48
    const doubled = place % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

export const isCardNumber = (digits: string): boolean =>
  digits.length >= 13 && digits.length <= 19 && NETWORKS.test(digits) && passesLuhn(digits)

/** The end of the longest card number that starts with group `from`, or -1. A card starts and ends with a group. */
const lastGroupOfCard = (groups: readonly RegExpExecArray[], from: number): number => {
  let digits = ''
  let found = -1
  for (let to = from; to < groups.length && digits.length < 19; to += 1) {
    digits += groups[to]?.[0] ?? ''
    if (isCardNumber(digits)) found = to
  }
  return found
}

const hideInRun = (run: string): string => {
  const groups = [...run.matchAll(/\d+/g)]
  let text = ''
  let copiedTo = 0
  for (let from = 0; from < groups.length; from += 1) {
    const to = lastGroupOfCard(groups, from)
    const first = groups[from]
    const last = groups[to]
    if (first === undefined || last === undefined) continue
    const end = last.index + last[0].length
    text += `${run.slice(copiedTo, first.index + 2)}***${run.slice(end - 2, end)}`
    copiedTo = end
    from = to
  }
  return text + run.slice(copiedTo)
}

/** Hides card numbers in a text, also when other digits stand beside them. */
export const hideCards = (text: string): string => (mayHoldCard(text) ? text.replace(DIGITS, hideInRun) : text)

/**
 * Are there 13 digits with little between them? Such a run covers every thirteenth character somewhere, so the others
 * need no look.
 */
export const mayHoldCard = (text: string): boolean => {
  for (let at = 12; at < text.length; at += 13) {
    if (!isDigit(text.charCodeAt(at)) && !isBetweenDigits(text.charCodeAt(at))) continue
    let from = at
    while (from > 0 && isInRun(text.charCodeAt(from - 1))) from -= 1
    let digits = 0
    for (at = from; at < text.length && isInRun(text.charCodeAt(at)); at += 1) {
      if (isDigit(text.charCodeAt(at))) digits += 1
      if (digits >= 13) return true
    }
  }
  return false
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Space, dash, dot, slash, underscore, no-break space, en dash, as in `DIGITS`. */
const isBetweenDigits = (code: number): boolean =>
  (code >= 45 && code <= 47) || code === 32 || code === 95 || code === 0xa0 || code === 0x2013

const isInRun = (code: number): boolean => isDigit(code) || isBetweenDigits(code)
