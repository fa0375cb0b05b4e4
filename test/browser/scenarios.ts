import type { Scenario } from './scenario'
import { buyingScenarios } from './scenarios-buying'
import { faultScenarios } from './scenarios-faults'
import { gatewayScenarios } from './scenarios-gateways'
import { lookScenarios } from './scenarios-look'
import { refundScenarios } from './scenarios-refunds'

export const scenarios: readonly Scenario[] = [
  ...buyingScenarios,
  ...gatewayScenarios,
  ...refundScenarios,
  ...faultScenarios,
  ...lookScenarios,
]
