export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/** One after the other, in the order of the calls: for a connection that everybody shares. */
export const createTurns = (): Turns => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    // Whoever comes next waits for the end of this one, whatever it was.
    last = mine.catch(() => undefined)
    return mine
  }
}

export const noTurns: Turns = (work) => work()
