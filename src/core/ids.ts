/** Where new ids come from. Tests and the simulator hand in their own. */
export type Ids = {
  /**
   * A new id: `prefix_` and at least 22 unguessable characters of `[0-9A-Za-z]`, so that it can be an order id at
   * every provider (6 to 64 characters of `[A-Za-z0-9_-]`).
   */
  readonly next: (prefix: IdPrefix) => string
}

export type IdPrefix = 'ord' | 'att' | 'rfd' | 'wrk' | 'req' | 'cmt'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 24

/** Ids from the platform's cryptographic randomness. */
export const randomIds = (): Ids => ({
  next: (prefix) => {
    let id = `${prefix}_`
    while (id.length < prefix.length + 1 + LENGTH) {
      for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH))) {
        // 248 is the largest multiple of 62 in a byte: dropping the rest keeps every character equally likely.
        if (byte < 248 && id.length < prefix.length + 1 + LENGTH) id += ALPHABET[byte % 62]
      }
    }
    return id
  },
})
