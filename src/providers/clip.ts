/** At most `max` UTF-16 units, never half a character. */
export const clip = (text: string, max: number): string => {
  const head = text.slice(0, max)
  return /[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head
}
