import { firstOfTwo } from './check'
import { type IndexOf, KINDS, type Kind, type KindDeclaration, type Row } from './schema'
import type { Query, Store } from './store'

/** So many reads at once, for a store that reads one row at a time. */
const SIDE_BY_SIDE = 10
/** Far more than one order has of anything. */
const LIMIT = 1_000

const DECLARATIONS: Readonly<Record<Kind, KindDeclaration>> = KINDS

/** `findAmong` of any store: of one without it, a few reads at a time. */
export const findAmong = async <K extends Kind>(
  store: Pick<Store, 'get' | 'find' | 'findAmong'>,
  kind: K,
  by: 'id' | IndexOf<K>,
  values: readonly string[],
): Promise<readonly Row<K>[]> => {
  if (store.findAmong !== undefined) return store.findAmong(kind, by, values)
  const readOne = async (value: string): Promise<readonly Row<K>[]> => {
    if (by === 'id') {
      const row = await store.get(kind, value)
      return row === undefined ? [] : [row]
    }
    const query: Query<K> = { index: by, where: { [firstOfTwo(DECLARATIONS[kind], by) ?? '']: value }, limit: LIMIT }
    return store.find(kind, query)
  }
  const rows: Row<K>[] = []
  const wanted = [...new Set(values)]
  for (let from = 0; from < wanted.length; from += SIDE_BY_SIDE) {
    const found = await Promise.all(wanted.slice(from, from + SIDE_BY_SIDE).map(readOne))
    rows.push(...found.flat())
  }
  return rows
}
