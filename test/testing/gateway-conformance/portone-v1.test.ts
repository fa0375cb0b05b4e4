import { describe, expect, test } from 'vitest'
import { gatewayConformance } from '../../../src/testing/gateway-conformance'
import { portOneV1Subject } from './subject-portone-v1'

describe.each([
  ['with what a console is set to', {}],
  ['that repeats webhooks, as forms', { webhookFormat: 'form', webhookRetries: true }],
  ['in payloads without nulls', { sparse: true }],
] as const)('portone-v1 %s passes the gateway conformance kit', (_, options) => {
  for (const { name, run } of gatewayConformance(() => portOneV1Subject(options))) {
    test(name, async () => {
      await expect(run()).resolves.toBeUndefined()
    })
  }
})
