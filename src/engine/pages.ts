import { err, ok, okAsync, ResultAsync } from 'neverthrow'
import type { Cursor } from '../storage/store'
import type { Engine } from './engine'
import type { CommonError } from './errors'

/** Pages a run takes before it lets go: a backlog is worked off over several runs, in flat memory. */
const MAX_PAGES = 100

/** Rows that are due, by the moment they have been since. */
export type DueRows<R> = {
  readonly read: (from: From) => ResultAsync<readonly R[], CommonError>
  readonly dueAtOf: (row: R) => Date
  /** So many make a full page. */
  readonly pageSize: number
}

/** Where a page begins: at the oldest row, behind a row, or at a moment. `newest` is the last row alone. */
export type From = { readonly after?: Cursor; readonly atLeast?: Date; readonly newest?: true }

/** The part of a query that says where a page of due rows begins and how long it is. */
export const boundsOf = ({ clock, settings }: Engine, { after, atLeast, newest }: From) => ({
  atMost: clock.now(),
  limit: newest === true ? 1 : settings.jobs.pageSize,
  ...(newest === true && { order: 'desc' as const }),
  ...(after !== undefined && { after }),
  ...(atLeast !== undefined && { atLeast }),
})

export type PageDone = {
  readonly handled: number
  readonly failed: number
  /** Rows that another worker was faster with. */
  readonly lost: number
}

type Walked = { readonly handled: number; readonly failed: number }

/**
 * Works through everything that is due, page after page, oldest first.
 *
 * Workers that run at the same time all begin with the same page, and one of them wins it. Whoever lost goes on half-way
 * between there and the newest row, and comes back to what is left before it ends: so they soon work in different places
 * without having to know of each other.
 */
export const walkPages = <R extends { readonly id: string }>(
  rows: DueRows<R>,
  work: (page: readonly R[]) => ResultAsync<PageDone, CommonError>,
): ResultAsync<Walked, CommonError> =>
  new ResultAsync(
    (async () => {
      let [handled, failed] = [0, 0]
      let from: From | null = {}
      let mustReturn = false
      for (let count = 0; count < MAX_PAGES && from !== null; count += 1) {
        const page = await rows.read(from)
        if (page.isErr()) return err(page.error)
        const done = page.value.length === 0 ? ok(NOTHING) : await work(page.value)
        if (done.isErr()) return err(done.error)
        handled += done.value.handled
        failed += done.value.failed
        if (done.value.lost > 0) mustReturn = true
        const next = await nextOf(rows, page.value, done.value.lost)
        if (next.isErr()) return err(next.error)
        from = next.value
        if (from === null && mustReturn) {
          from = {}
          mustReturn = false
        }
      }
      return ok({ handled, failed })
    })(),
  )

const NOTHING: PageDone = { handled: 0, failed: 0, lost: 0 }

/** Where the page after this one begins; null behind the last one. */
const nextOf = <R extends { readonly id: string }>(
  rows: DueRows<R>,
  page: readonly R[],
  lost: number,
): ResultAsync<From | null, CommonError> => {
  const last = page.at(-1)
  if (last === undefined) return okAsync(null)
  const behind: From = { after: { value: rows.dueAtOf(last), id: last.id } }
  if (lost * 2 > page.length) return halfWay(rows, last).map((from) => from ?? behind)
  return okAsync(page.length < rows.pageSize ? null : behind)
}

/** Half-way to the newest row; null when it is too near. */
const halfWay = <R extends { readonly id: string }>(rows: DueRows<R>, last: R): ResultAsync<From | null, CommonError> =>
  rows.read({ newest: true }).map(([newest]) => {
    const here = rows.dueAtOf(last).getTime()
    const ahead = newest === undefined ? 0 : rows.dueAtOf(newest).getTime() - here
    return ahead < 2 ? null : { atLeast: new Date(here + Math.floor(ahead / 2)) }
  })
