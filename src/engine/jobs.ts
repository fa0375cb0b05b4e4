import { err, ok, okAsync, ResultAsync } from 'neverthrow'
import { raiseAlert } from './alerts'
import { type Engine, later, SYSTEM } from './engine'
import type { CommonError } from './errors'
import { sweepAllDueHolds } from './expiry'
import { fromStore } from './load'
import { drainOutbox } from './outbox'
import { askLater, reconcileAttempt } from './reconcile'
import { executeRefund } from './refund-execution'
import { attemptFromRow, refundFromRow } from './rows'
import { retryInbox } from './webhooks'

export const JOBS = ['expire', 'reconcile', 'outbox'] as const
export type JobName = (typeof JOBS)[number]

/** How much a run did. `ran` is false when another process has the job's lease: nothing was done. */
export type JobReport = {
  readonly job: JobName
  readonly ran: boolean
  readonly handled: number
  readonly failed: number
}

/**
 * Runs one job, or all of them, once. For cron and serverless hosts. Safe to run anywhere, at any time, by several
 * workers: every item is decided on its own version, so double work is harmless; the lease only saves it.
 */
export const runJobs = (
  engine: Engine,
  worker: string,
  name?: JobName,
): ResultAsync<readonly JobReport[], CommonError> =>
  new ResultAsync(
    (async () => {
      const reports: JobReport[] = []
      for (const job of name === undefined ? JOBS : [name]) {
        const report = await runOne(engine, worker, job)
        if (report.isErr()) return err(report.error)
        reports.push(report.value)
      }
      return ok(reports)
    })(),
  )

const runOne = (engine: Engine, worker: string, job: JobName): ResultAsync<JobReport, CommonError> =>
  takeLease(engine, worker, job).andThen((mine) => {
    if (!mine) return okAsync({ job, ran: false, handled: 0, failed: 0 })
    return WORK[job](engine)
      .map(({ handled, failed }) => ({ job, ran: true, handled, failed }))
      .andThen((report) => dropLease(engine, worker, job).map(() => report))
  })

type Done = { readonly handled: number; readonly failed: number }

const WORK: Readonly<Record<JobName, (engine: Engine) => ResultAsync<Done, CommonError>>> = {
  expire: (engine) => sweepAllDueHolds(engine),
  reconcile: (engine) => reconcileStale(engine),
  outbox: (engine) => drainOutbox(engine),
}

/** Attempts, refunds and stored notices whose time to be asked about has come. */
const reconcileStale = (engine: Engine): ResultAsync<Done, CommonError> =>
  new ResultAsync(
    (async () => {
      const due = await dueNow(engine)
      if (due.isErr()) return err(due.error)
      let handled = 0
      let failed = 0
      for (const attempt of due.value.attempts) {
        const done = await reconcileAttempt(engine, attempt, SYSTEM)
        if (done.isOk()) handled += 1
        else failed += 1
        // What cannot be written now must not stand in the way of what can.
        if (done.isErr()) await askLater(engine, attempt, false)
        await alertIfStuck(engine, attempt, 'payment_outcome_unknown', attempt, null)
      }
      for (const refund of due.value.refunds) {
        const done = await executeRefund(engine, refund.id, SYSTEM, { isFirstSend: false, refundAccount: null })
        if (done.isOk()) handled += 1
        else failed += 1
        const attempt = { id: refund.attemptId, orderId: refund.orderId }
        await alertIfStuck(engine, refund, 'refund_outcome_unknown', attempt, refund.id)
      }
      const inbox = await retryInbox(engine)
      if (inbox.isErr()) return err(inbox.error)
      return ok({ handled: handled + inbox.value, failed })
    })(),
  )

/** Many look-ups, nothing definite: a person is told, once. The look-ups go on. */
const alertIfStuck = async (
  engine: Engine,
  { id, checks }: { readonly id: string; readonly checks: number },
  code: string,
  attempt: { readonly id: string; readonly orderId: string },
  refundId: string | null,
): Promise<void> => {
  if (checks < engine.settings.jobs.alertAfterChecks) return
  await raiseAlert(engine, { id: `${id}.${code}`, code, attempt, refundId })
}

/** Each asks a provider, one after the other: a run must come to an end while its lease lasts. */
const MAX_LOOK_UPS = 100

const dueNow = (engine: Engine) =>
  fromStore(async () => {
    const page = {
      index: 'byNextCheck' as const,
      where: {},
      atMost: engine.clock.now(),
      limit: Math.min(engine.settings.jobs.pageSize, MAX_LOOK_UPS),
    }
    const [attempts, refunds] = await Promise.all([
      engine.store.find('attempts', page),
      engine.store.find('refunds', page),
    ])
    return { attempts: attempts.map(attemptFromRow), refunds: refunds.map(refundFromRow) }
  })

const takeLease = (engine: Engine, holder: string, job: JobName): ResultAsync<boolean, CommonError> => {
  const { leaseMs } = engine.settings.jobs
  if (leaseMs === null) return okAsync(true)
  return fromStore(async () => {
    const now = engine.clock.now()
    const until = later(now, leaseMs)
    const row = await engine.store.get('leases', job)
    if (row !== undefined && row.holder !== holder && row.until > now) return false
    const outcome = await engine.store.commit([
      row === undefined
        ? { op: 'insert', kind: 'leases', row: { id: job, holder, until } }
        : { op: 'update', kind: 'leases', id: job, expectedVersion: row.version, set: { holder, until } },
    ])
    return outcome.kind === 'committed'
  })
}

const dropLease = (engine: Engine, holder: string, job: JobName): ResultAsync<void, CommonError> => {
  if (engine.settings.jobs.leaseMs === null) return okAsync(undefined)
  return fromStore(async () => {
    const row = await engine.store.get('leases', job)
    if (row === undefined || row.holder !== holder) return
    // A conflict means that the lease has run out and somebody else has it.
    await engine.store.commit([{ op: 'remove', kind: 'leases', id: job, expectedVersion: row.version }])
  })
}

export type JobRunner = {
  readonly run: (name?: JobName) => ResultAsync<readonly JobReport[], CommonError>
  readonly start: () => void
  readonly stop: () => Promise<void>
  /** Hands fresh events to the handlers at once, if this process runs the jobs. */
  readonly nudge: () => void
}

/** Runs the jobs of a long-lived server on its own clock, one run at a time. */
export const jobRunner = (engine: Engine, worker: string): JobRunner => {
  let cancelTimer: (() => void) | null = null
  let running: Promise<unknown> = Promise.resolve()
  let isNudged = false

  // Runs never overlap in one process; what a run could not do, the next one does.
  const enqueue = (work: () => PromiseLike<unknown>): void => {
    running = running.then(work, work)
  }
  const tick = (): void => {
    enqueue(async () => {
      await runJobs(engine, worker)
      if (cancelTimer !== null) cancelTimer = engine.clock.schedule(engine.settings.jobs.everyMs, tick)
    })
  }
  return {
    run: (name) => runJobs(engine, worker, name),
    start: () => {
      if (cancelTimer === null) cancelTimer = engine.clock.schedule(0, tick)
    },
    stop: async () => {
      cancelTimer?.()
      cancelTimer = null
      await running
    },
    nudge: () => {
      if (cancelTimer === null || isNudged) return
      isNudged = true
      enqueue(async () => {
        isNudged = false
        await drainOutbox(engine)
      })
    },
  }
}
