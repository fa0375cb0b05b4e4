import { describe, expect, test } from 'vitest'
import { gatewayConformance } from '../../../src/testing/gateway-conformance'
import { portOneV2Subject } from './subject-portone-v2'

describe.each([
  ['with the webhooks of 2024-04-25', {}],
  ['with the webhooks of 2024-01-01', { webhookVersion: '2024-01-01' }],
] as const)('portone-v2 %s passes the gateway conformance kit', (_, options) => {
  for (const { name, run } of gatewayConformance(() => portOneV2Subject(options))) {
    test(name, async () => {
      await expect(run()).resolves.toBeUndefined()
    })
  }
})
