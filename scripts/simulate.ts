import { parseArgs } from 'node:util'
import { FLOW_NAMES, SABOTAGES, type SimulationFailure } from '../src/testing/simulator'
import { runCrashes, runParts } from './simulate-run'

// npm run simulate -- --lives 1000000 [--seed 1] [--workers 2] [--sabotage name] [--batch 17]
// npm run simulate -- --crashes
const { values } = parseArgs({
  options: {
    lives: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    sabotage: { type: 'string' },
    batch: { type: 'string' },
    /** Instead of lives: die at every place of every flow, and at every two. */
    crashes: { type: 'boolean', default: false },
  },
})

const sumOf = (parts: readonly (readonly (readonly [string, number])[])[]): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>()
  for (const [name, count] of parts.flat()) sums.set(name, (sums.get(name) ?? 0) + count)
  return sums
}

const print = (title: string, counts: ReadonlyMap<string, number>): void => {
  console.log(`\n${title}`)
  for (const [name, count] of [...counts].sort(([, left], [, right]) => right - left)) {
    console.log(`${String(count).padStart(12)}  ${name}`)
  }
}

const explain = (failure: SimulationFailure): void => {
  console.error(`\nBROKEN: ${failure.invariant}\n${failure.message}`)
  console.error(`seed ${failure.seed}, batch ${failure.batch}, after ${failure.lives} lives`)
  console.error(`again: npm run simulate -- --seed ${failure.seed} --batch ${failure.batch}`)
  console.error(`buyers: ${failure.buyers.join(' ')}`)
  for (const { id, where } of failure.faults) console.error(`fault: ${id} at ${where}`)
  for (const step of failure.schedule) console.error(step)
}

const crashes = async (): Promise<number> => {
  const reports = await runCrashes(FLOW_NAMES.map((flow) => ({ flow, pairs: true })))
  for (const { flow, points, visited, runs, failures } of reports) {
    console.log(`${flow}: ${visited} of ${points.length} places, ${runs} runs, ${failures.length} broken`)
    for (const { invariant, message, crashedAt } of failures) {
      console.error(`BROKEN: ${invariant}\n${message}\ndied at ${crashedAt.join(', then ')}`)
    }
  }
  return reports.every(({ failures, points, visited }) => failures.length === 0 && visited === points.length) ? 0 : 1
}

const main = async (): Promise<number> => {
  const { sabotage } = values
  if (sabotage !== undefined && !SABOTAGES.some((name) => name === sabotage)) {
    console.error(`--sabotage is one of: ${SABOTAGES.join(', ')}`)
    return 2
  }
  const workers = Math.max(1, values.batch === undefined ? Number(values.workers) : 1)
  const startedAt = performance.now()
  const done = new Array<number>(workers).fill(0)
  let printedAt = 0
  const perSecond = (count: number) => Math.round(count / ((performance.now() - startedAt) / 1_000))
  const finished = await runParts(
    done.map((_, number) => ({
      seed: Number(values.seed) + number,
      lives: Math.ceil(Number(values.lives) / workers),
      ...(sabotage === undefined ? {} : { sabotage }),
      ...(values.batch === undefined ? {} : { batch: Number(values.batch) }),
      onLives: (count) => {
        done[number] = count
        if (performance.now() - printedAt < 5_000) return
        printedAt = performance.now()
        const all = done.reduce((sum, each) => sum + each, 0)
        console.log(`${all} lives, ${perSecond(all)} lives/s`)
      },
    })),
    workers,
  )
  const reports = finished.map(({ report }) => report)
  const count = (read: (it: { readonly passed: number; readonly crashed: number }) => number) =>
    sumOf(reports.map(({ crashPoints }) => crashPoints.map(([name, it]) => [name, read(it)] as const)))
  const passed = count((it) => it.passed)
  const crashed = count((it) => it.crashed)
  console.log(`\ncrash points: ${passed.size}, died at ${[...crashed.values()].filter((times) => times > 0).length}`)
  console.log('      passed     died')
  for (const [name, times] of [...passed].sort(([left], [right]) => (left < right ? -1 : 1))) {
    console.log(`${String(times).padStart(12)} ${String(crashed.get(name) ?? 0).padStart(8)}  ${name}`)
  }
  print('faults', sumOf(reports.map(({ faultCounts }) => faultCounts)))
  print('orders ended as', sumOf(reports.map(({ endings }) => endings)))
  const all = reports.reduce((sum, report) => sum + report.lives, 0)
  console.log(`\n${all} lives, ${perSecond(all)} lives/s, history ${reports.map(({ history }) => history).join(' ')}`)
  for (const { memoryMb } of finished) {
    const sampled = memoryMb.filter((_, at) => at % Math.max(1, Math.floor(memoryMb.length / 10)) === 0)
    console.log(`memory, MB: ${sampled.join(' ')}`)
  }
  const failures = reports.flatMap(({ failure }) => failure ?? [])
  for (const failure of failures) explain(failure)
  console.log(failures.length === 0 ? 'no invariant was broken' : `${failures.length} broken`)
  return failures.length === 0 ? 0 : 1
}

process.exitCode = await (values.crashes ? crashes() : main())
