import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import doors from '../doors.json'
import { violationsOf } from './architecture/rules'
import { parse, type Sources } from './architecture/source'

const ROOT = new URL('../', import.meta.url)

const readTree = (): Sources =>
  new Map(
    readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `src/${name.replaceAll('\\', '/')}`)
      .map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]),
  )

const rulesBrokenBy = (planted: Readonly<Record<string, string>>): readonly string[] => [
  ...new Set(violationsOf(new Map(Object.entries(planted))).map(({ rule }) => rule)),
]

describe('the house keeps its rules (E-85, S3-05)', () => {
  const tree = readTree()

  test('no file breaks one', () => {
    expect(tree.size).toBeGreaterThan(20)
    expect(violationsOf(tree)).toEqual([])
  })

  test('every door has its file, and imports of both kinds were really read', () => {
    const imports = [...tree].flatMap(([path, text]) => parse(path, text).imports)
    expect(imports.filter(({ kind }) => kind === 'value').length).toBeGreaterThan(20)
    expect(imports.filter(({ kind }) => kind === 'type').length).toBeGreaterThan(20)
    for (const source of Object.values(doors)) expect([...tree.keys()]).toContain(source)
  })

  test('orders, refunds and jobs know no provider: the port is all they import (S3-01)', () => {
    const specifiers = [...tree]
      .filter(([path]) => /^src\/(core|engine)\//.test(path) && !/\/(create-payments|wallet)\.ts$/.test(path))
      .flatMap(([path, text]) => parse(path, text).imports.map(({ specifier }) => specifier))
    expect(specifiers.length).toBeGreaterThan(20)
    expect(specifiers.filter((specifier) => /providers\/.*\/|toss|payple|portone|paddle|mock/.test(specifier))).toEqual(
      [],
    )
  })
})

describe('each rule reports a planted violation', () => {
  const at = (path: string, text: string) => ({ [path]: text })

  test.each<readonly [rule: string, what: string, planted: Readonly<Record<string, string>>]>([
    ['layer', 'core loads a provider', at('src/core/a.ts', `import { a } from '../providers/http'`)],
    ['layer', 'core names a type of the store', at('src/core/a.ts', `import type { A } from '../storage/store'`)],
    ['layer', 'core names a type in place', at('src/core/a.ts', `export type A = import('../storage/store').Store`)],
    ['layer', 'core imports lazily', at('src/core/a.ts', `export const a = () => import('../storage/store')`)],
    ['layer', 'core re-exports the engine', at('src/core/a.ts', `export { a } from '../engine/orders'`)],
    ['layer', 'a policy asks the store', at('src/policies/a.ts', `import { a } from '../storage/store'`)],
    ['layer', 'a provider loads the store', at('src/providers/a.ts', `import { KINDS } from '../storage/schema'`)],
    [
      'layer',
      'the wallet loads the store',
      at('src/providers/wallet/a.ts', `import { a } from '../../storage/schema'`),
    ],
    ['layer', 'a store knows a policy', at('src/storage/a.ts', `import type { A } from '../policies/terms'`)],
    ['layer', 'the engine knows HTTP', at('src/engine/a.ts', `import { a } from '../http/handler'`)],
    ['layer', 'HTTP loads the store', at('src/http/a.ts', `import { a } from '../storage/schema'`)],
    ['layer', 'the client loads the engine', at('src/client/a.ts', `import { a } from '../engine/orders'`)],
    ['layer', 'a room imports the front door', at('src/testing/a.ts', `import { a } from '../index'`)],
    ['room', 'a file outside every room', at('src/helpers/a.ts', 'export const a = 1')],
    ['room', 'an import from outside src', at('src/core/a.ts', `import { a } from '../../test/a'`)],
    ['island', 'one provider imports another', at('src/providers/toss/a.ts', `import { a } from '../payple/client'`)],
    [
      'island',
      'one provider names another',
      at('src/providers/toss/a.ts', `import type { A } from '../payple/client'`),
    ],
    ['island', 'the engine knows a provider', at('src/engine/a.ts', `import { a } from '../providers/toss/gateway'`)],
    ['island', 'the engine knows a store', at('src/engine/a.ts', `import { a } from '../storage/memory/store'`)],
    [
      'island',
      'the front door loads a provider by its folder',
      { 'src/index.ts': `export { toss } from './providers/toss'`, 'src/providers/toss/index.ts': '' },
    ],
    ['package', 'core parses with zod', at('src/core/a.ts', `import { z } from 'zod'`)],
    ['package', 'zod outside schema.ts', at('src/providers/toss/client.ts', `import { z } from 'zod'`)],
    ['package', 'zod in the engine, past the input', at('src/engine/orders.ts', `import { z } from 'zod/mini'`)],
    ['package', 'ky outside http.ts', at('src/providers/toss/client.ts', `export const a = () => import('ky')`)],
    ['package', 'hono in the engine', at('src/engine/a.ts', `import { Hono } from 'hono/tiny'`)],
    ['package', 'express is loaded', at('src/http/express.ts', `import express from 'express'`)],
    ['package', 'a package nobody decided on', at('src/http/a.ts', `import { a } from '@scope/package/deep'`)],
    ['package', 'a computed import', at('src/core/a.ts', `export const a = (name: string) => import(name)`)],
    ['node_import', 'a Node import', at('src/providers/signature.ts', `import { createHmac } from 'node:crypto'`)],
    ['node_import', 'a Node type', at('src/http/handler.ts', `import type { Server } from 'node:http'`)],
    ['node_import', 'express.ts loads Node', at('src/http/express.ts', `import { Readable } from 'node:stream'`)],
    ['environment', 'process.env', at('src/engine/a.ts', `export const a = process.env['KEY']`)],
    ['environment', 'globalThis.process.env', at('src/engine/a.ts', 'export const a = globalThis.process.env')],
    [
      'environment',
      'env taken out of process',
      at('src/engine/a.ts', 'export const a = () => { const { env } = process; return env }'),
    ],
    [
      'environment',
      'process handed on',
      at('src/engine/a.ts', 'export const a = (f: (p: unknown) => void) => f(process)'),
    ],
    ['environment', 'import.meta.env', at('src/client/a.ts', 'export const a = import.meta.env')],
    [
      'environment',
      'env behind a cast',
      at('src/engine/a.ts', 'export const a = (globalThis as unknown as A).process?.env'),
    ],
    [
      'environment',
      'process behind a name',
      at('src/engine/a.ts', 'const a = globalThis.process\nexport const b = a.env'),
    ],
    ['environment', 'Deno.env', at('src/engine/a.ts', `export const a = Deno.env.get('KEY')`)],
    ['clock', 'Date.now()', at('src/engine/a.ts', 'export const a = () => Date.now()')],
    ['clock', 'Date.now handed on', at('src/engine/a.ts', 'export const a = { now: Date.now }')],
    [
      'clock',
      'now taken out of Date',
      at('src/engine/a.ts', 'export const a = () => { const { now } = Date; return now() }'),
    ],
    ['clock', 'new Date()', at('src/core/a.ts', 'export const a = () => new Date()')],
    ['clock', 'new Date', at('src/core/a.ts', 'export const a = () => new Date')],
    ['clock', 'setTimeout', at('src/engine/a.ts', 'export const a = () => setTimeout(() => {}, 1)')],
    ['clock', 'setInterval', at('src/engine/a.ts', 'export const a = () => globalThis.setInterval(() => {}, 1)')],
    ['clock', 'a default parameter', at('src/engine/a.ts', 'export const a = (wait = setTimeout) => wait')],
    ['randomness', 'Math.random', at('src/engine/a.ts', 'export const a = () => Math.random()')],
    ['randomness', 'crypto.randomUUID', at('src/engine/a.ts', 'export const a = () => globalThis.crypto.randomUUID()')],
    ['console', 'console', at('src/engine/a.ts', `export const a = () => console.log('a')`)],
    ['platform', 'Buffer', at('src/engine/a.ts', `export const a = () => Buffer.from('a')`)],
    ['platform', 'require', at('src/engine/a.ts', `export const a = () => require('fs')`)],
    ['network', 'a free fetch', at('src/engine/a.ts', `export const a = () => fetch('/')`)],
    ['network', 'globalThis.fetch', at('src/providers/toss/client.ts', 'export const a = { fetch: globalThis.fetch }')],
    ['async', 'async in core', at('src/core/a.ts', 'export const a = async () => 1')],
    ['async', 'await in a policy', at('src/policies/a.ts', 'await null')],
    ['async', 'a Promise type in core', at('src/core/a.ts', 'export type A = Promise<void>')],
    ['async', 'a ResultAsync in core', at('src/core/a.ts', `import type { ResultAsync } from 'neverthrow'`)],
    ['default_export', 'export default', at('src/core/a.ts', 'export default 1')],
    ['default_export', 'export default function', at('src/core/a.ts', 'export default function a() {}')],
    ['default_export', 'as default', at('src/core/a.ts', 'const a = 1\nexport { a as default }')],
    ['module_state', 'a module-level let', at('src/engine/a.ts', 'let count = 0\nexport const a = () => ++count')],
    [
      'module_state',
      'a module-level cache',
      at('src/engine/a.ts', 'const cache = new Map<string, string>()\nexport const a = cache'),
    ],
    ['door', 'an index with code in it', at('src/policies/index.ts', 'export const a = 1')],
    ['door', 'an index that re-exports everything', at('src/policies/index.ts', `export * from './terms'`)],
    [
      'cycle',
      'two folders import each other',
      {
        'src/core/a.ts': `import type { B } from '../policies/b'`,
        'src/policies/b.ts': `import { a } from '../core/a'`,
      },
    ],
    [
      'provider_files',
      'a provider without errors.ts',
      at('src/providers/toss/index.ts', `export { toss } from './gateway'`),
    ],
  ])('%s: %s', (rule, _what, planted) => {
    expect(rulesBrokenBy(planted)).toContain(rule)
  })

  test.each<readonly [what: string, path: string, text: string]>([
    ['the clock', 'src/core/clock.ts', 'export const a = () => [new Date(), Date.now(), setTimeout(() => {}, 1)]'],
    ['the ids', 'src/core/ids.ts', 'export const a = () => crypto.getRandomValues(new Uint8Array(8))'],
    ['a date made from a value', 'src/core/a.ts', 'export const a = (ms: number) => new Date(ms)'],
    ['a parameter named fetch', 'src/engine/a.ts', `export const a = (fetch: () => void) => () => fetch()`],
    ['a property named fetch', 'src/engine/a.ts', 'export const a = { fetch: 1, console: 2 }'],
    ['the type of fetch', 'src/providers/a.ts', 'export type A = typeof globalThis.fetch'],
    [
      'the guarded look for node:crypto',
      'src/providers/signature.ts',
      `export const a = process.getBuiltinModule?.('node:crypto')`,
    ],
    [
      'the same, more carefully',
      'src/providers/signature.ts',
      `export const a = (globalThis as A).process?.getBuiltinModule`,
    ],
    ['asking whether there is a process', 'src/core/a.ts', `export const a = typeof process === 'object'`],
    [
      'the type of the store in a provider',
      'src/providers/gateway.ts',
      `import type { Store } from '../storage/store'`,
    ],
    ['the wallet verbs', 'src/engine/wallet.ts', `import { walletBook } from '../providers/wallet/book'`],
    [
      'the shared fake',
      'src/providers/fake/a.ts',
      `import { a } from '../gateway'\nimport { b } from '../../core/clock'`,
    ],
    ['a constant map', 'src/core/a.ts', `export const a = new Map([['a', 1]])`],
    ['a lazy schema', 'src/http/a.ts', `export const a = () => import('zod')`],
    ['the Node types of Express', 'src/http/express.ts', `import type { IncomingMessage } from 'node:http'`],
  ])('and %s is none', (_what, path, text) => {
    expect(rulesBrokenBy({ [path]: text })).toEqual([])
  })
})
