import { describe, expect, test } from 'vitest'
import { gatewayConformance } from '../../../src/testing/gateway-conformance'
import { mockSubject } from './subject-mock'

describe.each([
  ['that takes money when asked', {}],
  ['whose buyer pays in a window', { capturedBy: 'buyer' }],
  ['without a window of its own', { chargeWindowMs: null }],
  ['that recognises no repeated refund', { idempotentRefunds: false }],
] as const)('a mock %s passes the gateway conformance kit', (_, options) => {
  for (const { name, run } of gatewayConformance(() => mockSubject(options))) {
    test(name, async () => {
      await expect(run()).resolves.toBeUndefined()
    })
  }
})
