import { readFileSync } from 'node:fs'
import { gatewayConformance } from 'holdfast/testing'
import { describe, expect, test } from 'vitest'
import { tossSubject } from '../subject-toss'
import { walletSubject } from '../subject-wallet'
import { acornSubject } from './acorn-subject'

describe("the guide's own gateway passes the kit", () => {
  for (const { name, run } of gatewayConformance(acornSubject)) test(name, run)
})

describe('docs/write-a-gateway.md', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  const guide = read('../../../../docs/write-a-gateway.md')

  test('shows the gateway and its subject as they run here, word for word', () => {
    for (const file of ['./acorn.ts', './acorn-subject.ts']) {
      expect(guide).toContain(`\`\`\`ts\n${read(file).trimEnd()}\n\`\`\``)
    }
  })

  test('names only cases that exist', () => {
    const subjects = [acornSubject, tossSubject, walletSubject]
    const names = new Set(subjects.flatMap((makeSubject) => gatewayConformance(makeSubject).map(({ name }) => name)))
    const quoted = [
      ...guide.matchAll(/`((?:construction|return|buying|confirm|look-up|refund|void|webhook|secrecy): [^`]+)`/g),
    ]
    expect(quoted.length).toBeGreaterThan(10)
    for (const [, name] of quoted) expect([...names]).toContain(name)
  })
})
