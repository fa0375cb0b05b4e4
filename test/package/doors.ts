import { join } from 'node:path'
import type doors from '../../doors.json'

/** What a host must find behind each door. A door that is in the table but not here fails the tests. */
export const PROMISED: Readonly<Record<keyof typeof doors, readonly string[]>> = {
  '.': ['createPayments', 'krw', 'usd', 'systemClock', 'randomIds'],
  './policies': ['withinDays', 'notAccessed', 'beforeEvent', 'allOf', 'anyOf', 'never'],
  './toss': ['toss'],
  './payple': ['payple', 'paypleClient'],
  './portone-v1': ['portOneV1', 'portOneV1Client'],
  './portone-v2': ['portOneV2', 'portOneV2Client', 'signPortOneV2Webhook'],
  './wallet': ['wallet'],
  './mock': ['mock'],
  './storage': ['KINDS', 'checkOps', 'relationalStore', 'StoreError'],
  './storage/memory': ['memoryStore'],
  './storage/sql': ['sqlStore', 'preparedPool'],
  './storage/drizzle': ['drizzleStore'],
  './storage/prisma': ['prismaStore'],
  './http': ['createHandler'],
  './express': [],
  './testing': [
    'fakeToss',
    'fakePayple',
    'fakePortOneV1',
    'fakePortOneV2',
    'toMswHandlers',
    'testClock',
    'simulate',
    'storeConformance',
    'gatewayConformance',
  ],
}

export const DOORS = Object.keys(PROMISED)

/** `./storage/memory` is imported as `holdfast/storage/memory`. */
export const specifierOf = (door: string): string => (door === '.' ? 'holdfast' : `holdfast${door.slice(1)}`)

/** `./storage/memory` is published as `dist/storage/memory` with an extension per format. */
export const fileOf = (door: string): string => join('dist', door === '.' ? 'index' : door)

export const distFile = (host: string, door: string, extension: 'js' | 'cjs' | 'd.ts' | 'd.cts'): string =>
  join(host, 'node_modules/holdfast', `${fileOf(door)}.${extension}`)

/** Programs that load every door one way and print the names found behind each, as JSON. */
export const LOADERS = {
  'load.mjs': `const found = {}
for (const name of ${JSON.stringify(DOORS.map(specifierOf))}) found[name] = Object.keys(await import(name)).sort()
console.log(JSON.stringify(found))`,
  'load.cjs': `const found = {}
for (const name of ${JSON.stringify(DOORS.map(specifierOf))}) found[name] = Object.keys(require(name)).sort()
console.log(JSON.stringify(found))`,
} as const
