/**
 * SHA-256 (FIPS 180-4) for places without `node:crypto`: Web Crypto cannot hash synchronously, and verifying a webhook
 * must not be something a caller can forget to await. Slower than the platform's, and proven against it by tests.
 */
export const sha256 = (message: Uint8Array): Uint8Array => {
  const padded = withPadding(message)
  const state = Uint32Array.from(START)
  const words = new Uint32Array(64)
  for (let from = 0; from < padded.byteLength; from += 64) compress(state, words, padded, from)
  const digest = new DataView(new ArrayBuffer(32))
  for (const [at, word] of state.entries()) digest.setUint32(at * 4, word)
  return new Uint8Array(digest.buffer)
}

/** The fractional parts of the roots of the first primes, which is how the standard chose its constants. */
const PRIMES = (() => {
  const primes: number[] = []
  for (let candidate = 2; primes.length < 64; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return primes
})()
const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32)
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)))
const ROUNDS = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)))

/** The message, a one bit, zeros, and its length in bits, in blocks of 64 bytes. */
const withPadding = (message: Uint8Array): DataView => {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29))
  view.setUint32(padded.length - 4, message.length << 3)
  return view
}

const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

const compress = (state: Uint32Array, words: Uint32Array, block: DataView, from: number): void => {
  const word = (at: number): number => words[at] ?? 0
  for (let at = 0; at < 16; at += 1) words[at] = block.getUint32(from + at * 4)
  for (let at = 16; at < 64; at += 1) {
    const early = rotated(word(at - 15), 7) ^ rotated(word(at - 15), 18) ^ (word(at - 15) >>> 3)
    const late = rotated(word(at - 2), 17) ^ rotated(word(at - 2), 19) ^ (word(at - 2) >>> 10)
    words[at] = word(at - 16) + early + word(at - 7) + late
  }
  // The standard's own names for its eight working variables.
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let at = 0; at < 64; at += 1) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const first = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + choice + (ROUNDS[at] ?? 0) + word(at)
    const second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority
    h = g
    g = f
    f = e
    e = (d + first) >>> 0
    d = c
    c = b
    b = a
    a = (first + second) >>> 0
  }
  for (const [at, added] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + added
}
