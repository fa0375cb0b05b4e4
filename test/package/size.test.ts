import { describe, expect, inject, test } from 'vitest'
import { sizeOf } from '../../bench/measure/door-size'
import { DOORS, specifierOf } from './doors'

/**
 * Units: KiB, minified and gzipped. `own`: what this library adds, lazily loaded parts included; `open`: what a bundle
 * must carry to open the door, packages included; `all`: with everything the door may load later.
 */
const BUDGET: Readonly<Record<string, { readonly own: number; readonly open: number; readonly all: number }>> = {
  '.': { own: 38, open: 40, all: 75 },
  './policies': { own: 5, open: 7, all: 7 },
  './toss': { own: 18, open: 20, all: 54 },
  './payple': { own: 22, open: 23, all: 55 },
  './portone-v1': { own: 21, open: 22, all: 54 },
  './portone-v2': { own: 21, open: 23, all: 55 },
  './wallet': { own: 5, open: 7, all: 7 },
  './mock': { own: 6, open: 8, all: 38 },
  './storage': { own: 12, open: 12, all: 12 },
  './storage/sql': { own: 14, open: 60, all: 60 },
  './storage/drizzle': { own: 13, open: 60, all: 60 },
  './storage/prisma': { own: 13, open: 13, all: 13 },
  './storage/memory': { own: 6, open: 8, all: 8 },
  './http': { own: 12, open: 32, all: 65 },
  './express': { own: 12, open: 32, all: 65 },
  // The simulator brings the engine, the gateways and the fakes along; nobody ships it to production.
  './testing': { own: 172, open: 172, all: 208 },
}

const { host } = inject('packed')
const kib = (bytes: number): number => Math.round((bytes / 1024) * 100) / 100

describe('a door stays within its size', () => {
  test.each(DOORS)('%s', async (door) => {
    const own = await sizeOf(specifierOf(door), { resolveDir: host, packages: 'external' })
    const all = await sizeOf(specifierOf(door), { resolveDir: host, packages: 'bundle' })
    const measured = { own: kib(own.total), open: kib(all.eager), all: kib(all.total) }
    const budget = BUDGET[door]
    expect(budget, `no budget for ${door}`).toBeDefined()
    expect(measured.own).toBeGreaterThan(0)
    for (const part of ['own', 'open', 'all'] as const) {
      expect(measured[part], `${part} of ${JSON.stringify(measured)}`).toBeLessThanOrEqual(budget?.[part] ?? 0)
    }
  })
})
