import { describe, expect, test } from 'vitest'
import { gatewayConformance } from '../../../src/testing/gateway-conformance'
import { tossSubject } from './subject-toss'

describe('toss passes the gateway conformance kit', () => {
  for (const { name, run } of gatewayConformance(tossSubject)) {
    test(name, async () => {
      await expect(run()).resolves.toBeUndefined()
    })
  }
})
