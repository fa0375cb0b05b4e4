import type { SqlValue, Statement } from './driver'
import type { Names } from './naming'

/** Raw SQL, or a value to bind at this place. */
export type Part = string | { readonly bind: SqlValue }

export const bind = (value: SqlValue): Part => ({ bind: value })

/** Texts differ only by shape and never hold a value, so that a database may keep them prepared. */
export const statementOf = ({ dialect }: Names, parts: readonly Part[]): Statement => {
  const values: SqlValue[] = []
  let text = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part
    } else {
      values.push(part.bind)
      text += dialect === 'postgres' ? `$${values.length}` : '?'
    }
  }
  return { text, values }
}

/** The parts with `separator` between them. */
export const joined = (lists: readonly (readonly Part[])[], separator: string): readonly Part[] =>
  lists.flatMap((parts, at) => (at === 0 ? parts : [separator, ...parts]))
