const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** So that no result is thrown away unread. */
let consumed = 0

const once = (run: () => unknown, times: number): number => {
  const startedAt = process.hrtime.bigint()
  for (let time = 0; time < times; time += 1) {
    const result = run()
    // A joined string is only made when somebody reads it.
    consumed += typeof result === 'string' ? Buffer.byteLength(result) : Number(result !== undefined)
  }
  return Number(process.hrtime.bigint() - startedAt) / times
}

/**
 * Times every contender in turn, many rounds, against the first one, and gives the median of the ratios. Only ratios
 * mean anything: absolute times belong to the machine.
 */
export const ratios = (
  contenders: Readonly<Record<string, () => unknown>>,
  { rounds = 25, roundMs = 20 }: { readonly rounds?: number; readonly roundMs?: number } = {},
): ReadonlyMap<string, number> => {
  const entries = Object.entries(contenders)
  const times = entries.map(([, run]) => {
    once(run, 200)
    return Math.max(1, Math.ceil((roundMs * 1e6) / once(run, 200)))
  })
  const measured = new Map<string, number[]>()
  for (let round = 0; round < rounds; round += 1) {
    const spent = entries.map(([, run], at) => once(run, times[at] ?? 1))
    for (const [at, [name]] of entries.entries()) {
      measured.set(name, [...(measured.get(name) ?? []), (spent[at] ?? Number.NaN) / (spent[0] ?? Number.NaN)])
    }
  }
  if (consumed < 0) throw new Error('unreachable: keeps the results alive')
  return new Map([...measured].map(([name, values]) => [name, median(values)]))
}
