import { EVERYWHERE } from './redaction/names'
import { write } from './redaction/write'

/**
 * A deep copy that is safe to log or store: plain JSON data in which secrets, payment keys, card and account numbers
 * and personal data are hidden.
 *
 * A hidden string longer than four characters keeps its first and last two, anything else becomes `***`. Hidden is what
 * stands under a telling name in any spelling (`cardNumber`, `card_number`, `Card-Number`), at any depth, in lists of
 * pairs, Maps, Headers, JSON inside a string, forms, URLs and command lines; and, wherever it stands, what looks like a
 * card number, a bearer or basic token, or a provider's secret key.
 *
 * Maps and Headers become lists of pairs, an Error its name, message and cause, bytes their length. A circle becomes
 * `[circular]`, a getter that throws `[unreadable]`, `undefined` becomes `null`. Never throws.
 *
 * Not guaranteed: that a bare secret without a name or a known shape is recognised. Do not put one into a message.
 */
export const redact = (value: unknown): unknown => JSON.parse(redactToJson(value))

/** The same as JSON text, in one pass: for logs that are text anyway. */
export const redactToJson = (value: unknown): string => write(value, EVERYWHERE, [])
