const DEEPEST = 12

/**
 * Every text that somebody who prints, inspects or serialises a value could see: names, values, getters, symbols, what is
 * not enumerable, what hangs on functions, Maps, Sets, and errors with their stacks and causes.
 */
export const shown = (value: unknown): string => {
  const seen = new Set<object>()
  const texts: string[] = []

  const visit = (current: unknown, depth: number): void => {
    if (typeof current === 'string') texts.push(current)
    else if (typeof current === 'function') visitObject(current, depth)
    else if (typeof current === 'object' && current !== null) visitObject(current, depth)
    else texts.push(String(current))
  }

  const visitObject = (object: object, depth: number): void => {
    if (seen.has(object) || depth > DEEPEST) return
    seen.add(object)
    if (object instanceof Map || object instanceof Set) for (const entry of object) visit(entry, depth + 1)
    if (object instanceof Date) texts.push(Number.isNaN(object.getTime()) ? 'Invalid Date' : object.toISOString())
    if (object instanceof URL || object instanceof URLSearchParams) texts.push(String(object))
    if (object instanceof Headers) for (const entry of object) visit(entry, depth + 1)
    for (const key of Reflect.ownKeys(object)) {
      texts.push(String(key))
      visit(valueAt(object, key), depth + 1)
    }
  }

  visit(value, 0)
  return texts.join('\n')
}

/** A getter may throw; then there is nothing to see. */
const valueAt = (object: object, key: PropertyKey): unknown => {
  try {
    return Reflect.get(object, key)
  } catch {
    return undefined // Printing it shows nothing either.
  }
}
