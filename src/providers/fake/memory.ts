import { isCurrency } from '../../core/money'

/** What a value looks like: a check of its own, a list of one kind of thing, or fields by name. */
export type Shape = ((value: unknown) => boolean) | readonly [Shape] | { readonly [name: string]: Shape }

/**
 * What a fake would forget with its process, as text and back. `name` is the fake's, `format` goes up with every change
 * of `shape`, and all moments are in fields whose names end in `at`.
 *
 * Errors: `read` throws a `TypeError` that names what is wrong, so that a fake never goes on from half a memory.
 */
export const fakeMemory = <Memory extends object>(
  name: string,
  format: number,
  shape: { readonly [field in keyof Memory]: Shape },
) => {
  const expected: Shape = { [name]: (value: unknown) => value === format, ...shape }
  return {
    write: (memory: Memory): string => JSON.stringify({ [name]: format, ...memory }),
    read: (text: string): Memory => {
      const value = parsed(text, name)
      const wrong = misfit(expected, value, 'saved')
      if (wrong !== null) throw new TypeError(`${wrong}: not what \`save()\` of this version of ${name} has written`)
      return value as Memory // `misfit` has looked at every field of it.
    },
  }
}

const parsed = (saved: string, name: string): unknown => {
  try {
    return JSON.parse(saved, moments)
  } catch {
    throw new TypeError(`saved: not JSON, so it is not what \`save()\` of a ${name} has written`)
  }
}

/** JSON knows no dates. */
const moments = (name: string, value: unknown): unknown =>
  typeof value === 'string' && /(^a|A)t$/.test(name) ? new Date(value) : value

/** The first place where a value is not of its shape, or null. */
const misfit = (shape: Shape, value: unknown, place: string): string | null => {
  if (typeof shape === 'function') return shape(value) ? null : place
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== isList(shape)) return place
  const inside = isList(shape) ? Object.keys(value).map((name) => [name, shape[0]] as const) : Object.entries(shape)
  const fields = new Map(Object.entries(value))
  for (const [name, part] of inside) {
    const wrong = misfit(part, fields.get(name), `${place}.${name}`)
    if (wrong !== null) return wrong
  }
  return null
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)

export const text = (value: unknown): boolean => typeof value === 'string'
export const flag = (value: unknown): boolean => typeof value === 'boolean'
export const whole = (value: unknown): boolean => Number.isSafeInteger(value)
export const moment = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime())
export const currency = (value: unknown): boolean => typeof value === 'string' && isCurrency(value)

export const oneOf =
  (...words: readonly (string | null)[]) =>
  (value: unknown): boolean =>
    words.some((word) => word === value)

export const orNull =
  (shape: Shape) =>
  (value: unknown): boolean =>
    value === null || misfit(shape, value, '') === null

export const orAbsent =
  (shape: Shape) =>
  (value: unknown): boolean =>
    value === undefined || misfit(shape, value, '') === null

const QUEUE: Shape = [{ id: text, rawBody: text, isSigned: flag, retries: whole, dueAtMs: whole }]

/** What `fakeWebhooks` saves. */
export const WEBHOOKS: Shape = { queue: QUEUE, givenUp: QUEUE, copies: whole, lateMs: whole, reversed: flag }

const headers = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every(text)

/** What `idempotencyCache` saves. */
export const ANSWERS: Shape = [
  { identity: text, usedAtMs: whole, reply: { status: whole, body: text, headers: orAbsent(headers) } },
]
