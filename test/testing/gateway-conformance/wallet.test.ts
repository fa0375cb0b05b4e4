import { describe, expect, test } from 'vitest'
import { gatewayConformance } from '../../../src/testing/gateway-conformance'
import { walletSubject } from './subject-wallet'

describe('wallet passes the gateway conformance kit', () => {
  for (const { name, run } of gatewayConformance(walletSubject)) {
    test(name, async () => {
      await expect(run()).resolves.toBeUndefined()
    })
  }
})
