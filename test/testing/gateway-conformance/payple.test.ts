import { describe, expect, test } from 'vitest'
import { gatewayConformance } from '../../../src/testing/gateway-conformance'
import { paypleSubject } from './subject-payple'

describe.each([
  ['with numbers as text', {}],
  ['with numbers, test codes and forms', { numbers: 'numbers', testPrefix: true, webhookFormat: 'form' }],
  ['whose keys to the door open once', { singleUseAuthKey: true }],
] as const)('payple %s passes the gateway conformance kit', (_, options) => {
  for (const { name, run } of gatewayConformance(() => paypleSubject(options))) {
    test(name, async () => {
      await expect(run()).resolves.toBeUndefined()
    })
  }
})
