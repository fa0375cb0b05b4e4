import type { Store } from '../../storage/store'
import { mix, seeded } from '../simulator/random'
import type { Operation } from './history'
import { violationIn } from './history-check'
import { recordHistory } from './history-record'

export type StoreHistoriesOptions = {
  /** The same seed makes the same choices; what the clients meet depends on the store. */
  readonly seed: number
  readonly histories: number
  /** The fewest and the most clients at once. */
  readonly clients: readonly [min: number, max: number]
  /** Calls in one history, all clients together. The check is made for dozens, not for thousands. */
  readonly operations: number
  /** Orders they meet at. */
  readonly orders: number
}
/** How often calls ended which way, to see that nothing was left untried. */
export type StoreHistoriesReport = { readonly calls: number; readonly endings: Readonly<Record<string, number>> }

const endingOf = ({ ending, parts }: Operation): string => {
  if (typeof ending !== 'string') return ending.reason
  if (ending !== 'done') return ending
  return parts.some(({ action }) => action.does === 'read') ? 'read' : 'committed'
}

const checkOptions = ({ clients: [min, max], orders }: StoreHistoriesOptions): void => {
  if (!(min >= 1 && max >= min))
    throw new RangeError('clients: expected at least one, and no fewer at most than at least')
  if (!(orders >= 1)) throw new RangeError('orders: expected at least one')
}

/**
 * Lets clients work on the same few rows at the same time, and checks that every answer can be explained by some order
 * in which the calls happened one after the other: each between its call and its return (linearizability). Versions,
 * guarded counts, a unique key, commits over two rows and `within` take part. A commit that throws may have happened or
 * not, in all its rows alike.
 *
 * `makeClients` is called once per history with the number of clients, and gives as many stores over the same data: each
 * with connections of its own, or the same store several times. Rows of different histories and seeds never meet, so the
 * data may be kept; it must not hold the rows of an earlier run with the same seed.
 *
 * Errors: an `Error` with the seed, the history and the calls that contradict each other.
 *
 * Not guaranteed: that a wrong store is caught. How calls meet is up to the store and its database; more histories see
 * more. A store that throws is not wrong: look at `endings.unknown` for how much of it there was.
 */
export const storeHistories = async (
  makeClients: (count: number) => Promise<readonly Store[]>,
  options: StoreHistoriesOptions,
): Promise<StoreHistoriesReport> => {
  checkOptions(options)
  const { seed, histories, operations, orders } = options
  const [min, max] = options.clients
  const endings = new Map<string, number>()
  let calls = 0
  for (let at = 0; at < histories; at += 1) {
    const own = mix(seed, at)
    const count = min + seeded(own).int(max - min + 1)
    const clients = await makeClients(count)
    if (clients.length !== count) throw new RangeError(`makeClients: expected ${count}, got ${clients.length}`)
    const title = `store histories, seed ${seed}, history ${at}, ${count} clients`
    const history = await recordHistory(clients, { run: `h${seed}-${at}`, seed: own, operations, orders }).catch(
      (fault: unknown) => {
        throw new Error(`${title}: ${fault instanceof Error ? fault.message : String(fault)}`)
      },
    )
    const violation = violationIn(history)
    if (violation !== undefined) throw new Error(`${title}: ${violation}`)
    calls += history.operations.length
    for (const operation of history.operations) {
      endings.set(endingOf(operation), (endings.get(endingOf(operation)) ?? 0) + 1)
    }
  }
  return { calls, endings: Object.fromEntries(endings) }
}
