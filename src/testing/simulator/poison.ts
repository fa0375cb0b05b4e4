/**
 * The platform's own time, chance and network. While the simulator runs, using one of them throws: a library that takes
 * them from anywhere but its ports could not be replayed.
 */
const POISONED: readonly (readonly [holder: string | null, name: string])[] = [
  ['Math', 'random'],
  [null, 'setTimeout'],
  [null, 'setInterval'],
  ['crypto', 'randomUUID'],
  ['crypto', 'getRandomValues'],
  [null, 'fetch'],
]

const holderOf = (name: string | null): object => {
  const holder: unknown = name === null ? globalThis : Reflect.get(globalThis, name)
  if ((typeof holder !== 'object' && typeof holder !== 'function') || holder === null) {
    throw new TypeError(`simulate: there is no ${String(name)} here`)
  }
  return holder
}

/** Replaces a property and gives back how to undo it. */
const replace = (holder: object, name: string, value: unknown): (() => void) => {
  const own = Object.getOwnPropertyDescriptor(holder, name)
  Object.defineProperty(holder, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  })
  return () => {
    if (own === undefined) Reflect.deleteProperty(holder, name)
    else Object.defineProperty(holder, name, own)
  }
}

const forbidden = (what: string) => (): never => {
  throw new Error(`simulate: ${what} was used; take it from a port`)
}

/** A `Date` that makes dates from values, and from nothing never. */
const datesFromValuesOnly = (): object => {
  const RealDate = Date
  // No arrow function can be called with `new`.
  const PoisonedDate = function (...args: readonly number[]): Date {
    const [first, ...rest] = args
    if (new.target === undefined || first === undefined) return forbidden('new Date()')()
    return rest.length === 0 ? new RealDate(first) : Reflect.construct(RealDate, args)
  }
  const { now: _, ...statics } = Object.getOwnPropertyDescriptors(RealDate)
  return Object.defineProperties(PoisonedDate, {
    ...statics,
    now: { value: forbidden('Date.now'), configurable: true },
  })
}

/** Runs `work` with the platform's clock, randomness and network poisoned. They are back afterwards, whatever happens. */
export const withPoison = async <T>(work: () => Promise<T>): Promise<T> => {
  const undo = POISONED.map(([holder, name]) => {
    return replace(holderOf(holder), name, forbidden(holder === null ? name : `${holder}.${name}`))
  })
  undo.push(replace(globalThis, 'Date', datesFromValuesOnly()))
  try {
    return await work()
  } finally {
    for (const restore of undo.toReversed()) restore()
  }
}

/**
 * Waits until everything that can go on without outside help has done so. A macrotask comes after all microtasks, however
 * deep; captured before the poison, and a message to ourselves where the platform has nothing better.
 */
export const createDrain = (): (() => Promise<void>) => {
  const immediate: unknown = Reflect.get(globalThis, 'setImmediate')
  if (typeof immediate === 'function') {
    return () =>
      new Promise((resolve) => {
        Reflect.apply(immediate, undefined, [resolve])
      })
  }
  const { port1, port2 } = new MessageChannel()
  return () =>
    new Promise((resolve) => {
      port1.onmessage = () => resolve()
      port2.postMessage(null)
    })
}
