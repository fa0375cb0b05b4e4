import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { run, tool } from './command'
import { DOORS, specifierOf } from './doors'

const { host } = inject('packed')

/** A host's file: every door by name, and the first lines anybody writes. */
const HOST = `${DOORS.map((door, index) => `import * as door${index} from '${specifierOf(door)}'`).join('\n')}
import { createPayments, krw, type Money } from 'holdfast'
import { allOf, beforeEvent, notAccessed, withinDays } from 'holdfast/policies'
import { memoryStore } from 'holdfast/storage/memory'
import { toss } from 'holdfast/toss'
import { wallet } from 'holdfast/wallet'

type IsAny<T> = 0 extends 1 & T ? true : false
${DOORS.map((_, index) => `export const typed${index}: IsAny<typeof door${index}> = false`).join('\n')}
export const noneIsAny: [IsAny<typeof createPayments>, IsAny<typeof toss>] = [false, false]

export const price: Money<'KRW'> = krw(5_000)
export const payments = createPayments({
  store: memoryStore(),
  gateways: { toss: toss({ secretKey: 'test_sk_a', clientKey: 'test_ck_a' }), wallet: wallet() },
  refundPolicies: { digital: allOf(withinDays(7), notAccessed()), ticket: beforeEvent({ hours: 24 }) },
})
export const hold: (...input: never[]) => unknown = payments.orders.hold
`

/** Does not compile: won are not dollars, and a store has three methods. */
const MISUSE = `import { createPayments, usd, type Money } from 'holdfast'
export const price: Money<'KRW'> = usd(5_000)
export const payments = createPayments({ store: { get: async () => undefined }, gateways: {} })
`

const MODES = {
  'node16 from ESM': { file: 'host.mts', options: { module: 'Node16', moduleResolution: 'Node16' } },
  'node16 from CommonJS': { file: 'host.cts', options: { module: 'Node16', moduleResolution: 'Node16' } },
  bundler: { file: 'host.ts', options: { module: 'ESNext', moduleResolution: 'Bundler' } },
  'classic node10': { file: 'host.ts', options: { module: 'CommonJS', moduleResolution: 'Node10' } },
} as const

type Mode = keyof typeof MODES

const compile = (mode: Mode, text: string, skipLibCheck: boolean): readonly string[] => {
  const { file, options } = MODES[mode]
  const folder = join(host, `types-${mode.replace(/\W+/g, '-')}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, file), text)
  // No ambient types: a host on an edge runtime has none of Node's.
  const fixed = { strict: true, noEmit: true, target: 'ES2022', lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: [] }
  const compilerOptions = { ...fixed, skipLibCheck, ...options }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  const { output, status } = run(tool('tsc'), ['-p', folder, '--pretty', 'false'], host)
  const errors = output.split('\n').filter((line) => / error TS\d+/.test(line))
  expect(status === 0, output).toBe(errors.length === 0)
  return errors
}

describe('a host type-checks', () => {
  const modes: readonly Mode[] = ['node16 from ESM', 'node16 from CommonJS', 'bundler', 'classic node10']

  test.each(modes)('under %s', (mode) => {
    expect(compile(mode, HOST, true)).toEqual([])
  })

  test.each(modes)('and is told of a mistake under %s', (mode) => {
    const errors = compile(mode, MISUSE, true)
    expect(errors.map((line) => /\((\d+),/.exec(line)?.[1])).toEqual(['2', '3'])
  })

  test.each<Mode>(['node16 from ESM', 'node16 from CommonJS'])(
    'with our declarations checked too, under %s',
    (mode) => {
      // Others' declarations are not ours to fail on, and who has Express has the types of Node.
      const errors = compile(mode, HOST, false).filter((line) => line.includes('node_modules/holdfast'))
      expect(errors.filter((line) => !/express\.d\.c?ts.*'node:http'/.test(line))).toEqual([])
    },
  )
})
