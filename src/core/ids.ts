/** Where new ids come from. Tests and the simulator hand in their own. */
export type Ids = {
  /**
   * A new id: `prefix_` and 22 to 26 unguessable characters of `[0-9A-Za-z]` and nothing else, so that it can be an
   * order id at every provider: Payple takes at most 30 characters, and PortOne's companies letters and digits only.
   */
  readonly next: (prefix: IdPrefix) => string
}

export type IdPrefix = 'ord' | 'att' | 'rfd' | 'bki' | 'chg' | 'wrk' | 'req' | 'cmt'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 24

/** Asking the platform costs more than the bytes: so many at a time. */
const BYTES_AT_ONCE = 1_024

/** Ids from the platform's cryptographic randomness. */
export const randomIds = (): Ids => {
  const bytes = new Uint8Array(BYTES_AT_ONCE)
  let used = BYTES_AT_ONCE
  const nextByte = (): number => {
    if (used === BYTES_AT_ONCE) {
      crypto.getRandomValues(bytes)
      used = 0
    }
    return bytes[used++] ?? 0
  }
  return {
    next: (prefix) => {
      let id = `${prefix}_`
      const length = id.length + LENGTH
      while (id.length < length) {
        const byte = nextByte()
        // 248 is the largest multiple of 62 in a byte: dropping the rest keeps every character equally likely.
        if (byte < 248) id += ALPHABET[byte % 62]
      }
      return id
    },
  }
}
