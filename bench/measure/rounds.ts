const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/**
 * Runs every contender in turn, several rounds, the first round unread, and gives the median of each one's share of the
 * first. For work against a server, where a round is itself many calls.
 */
export const medianRatio = async (
  contenders: Readonly<Record<string, () => Promise<number>>>,
  { rounds }: { readonly rounds: number },
): Promise<ReadonlyMap<string, number>> => {
  const shares = new Map<string, number[]>()
  for (let round = 0; round <= rounds; round += 1) {
    let limit: number | undefined
    for (const [name, run] of Object.entries(contenders)) {
      const measured = await run()
      limit ??= measured
      if (round > 0) shares.set(name, [...(shares.get(name) ?? []), measured / limit])
    }
  }
  return new Map([...shares].map(([name, values]) => [name, median(values)]))
}
