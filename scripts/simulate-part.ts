import { parseArgs } from 'node:util'
import { type CrashReport, crashEverywhere, SABOTAGES, type SimulationReport, simulate } from '../src/testing/simulator'

// One process of `simulate-run.ts`: simulates and tells its parent how it goes, in lines of JSON.

/** A report whose maps are lists, so that it survives JSON. */
export type PlainReport = Omit<SimulationReport, 'crashPoints' | 'faultCounts' | 'endings'> & {
  readonly crashPoints: readonly (readonly [string, { readonly passed: number; readonly crashed: number }])[]
  readonly faultCounts: readonly (readonly [string, number])[]
  readonly endings: readonly (readonly [string, number])[]
}
export type Line =
  | { readonly lives: number }
  | { readonly report: PlainReport; readonly memoryMb: readonly number[] }
  | { readonly crashes: readonly CrashReport[] }

const { values } = parseArgs({
  options: {
    lives: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    sabotage: { type: 'string' },
    batch: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
    /** Instead of lives: die at every place of this flow. */
    flow: { type: 'string' },
    pairs: { type: 'boolean', default: false },
  },
})

const tell = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`)

const live = async (): Promise<void> => {
  const sabotage = SABOTAGES.find((name) => name === values.sabotage)
  const memoryMb: number[] = []
  let told = 0
  const { crashPoints, faultCounts, endings, ...report } = await simulate({
    seed: Number(values.seed),
    lives: Number(values.lives),
    shrink: !values['no-shrink'],
    ...(sabotage === undefined ? {} : { sabotage }),
    ...(values.batch === undefined ? {} : { onlyBatch: Number(values.batch) }),
    onProgress: ({ lives }) => {
      if (lives - told < 1_000) return
      told = lives
      memoryMb.push(Math.round(process.memoryUsage().rss / 1_048_576))
      tell({ lives })
    },
  })
  const plain = { crashPoints: [...crashPoints], faultCounts: [...faultCounts], endings: [...endings] }
  tell({ report: { ...report, ...plain }, memoryMb })
}

if (values.flow === undefined) await live()
else tell({ crashes: await crashEverywhere({ flows: [values.flow], pairs: values.pairs }) })
