export type { FakeRequest, Fault } from '../providers/fake/faults'
export { type FakePayple, type FakePaypleOptions, fakePayple } from '../providers/payple/fake'
export { type FakePortOneV1, type FakePortOneV1Options, fakePortOneV1 } from '../providers/portone-v1/fake'
export { type FakePortOneV2, type FakePortOneV2Options, fakePortOneV2 } from '../providers/portone-v2/fake'
export { type FakeToss, type FakeTossOptions, fakeToss } from '../providers/toss/fake'
export { type TestClock, testClock } from './clock'
export {
  type BroughtBack,
  type GatewaySubject,
  gatewayConformance,
  type SubjectBook,
  type SubjectBuyer,
  type SubjectCall,
  type SubjectWebhooks,
  type SubjectWire,
} from './gateway-conformance'
export { testIds } from './ids'
export { type FakeProvider, type MswHttp, toMswHandlers } from './msw'
export {
  FAULTS,
  type FaultName,
  type FaultRates,
  type FiredFault,
  SABOTAGES,
  type Sabotage,
  type SimulateOptions,
  type SimulationFailure,
  type SimulationReport,
  simulate,
  type Violation,
} from './simulator'
export { type ConformanceCase, storeConformance } from './store-conformance'
export {
  type StoreHistoriesOptions,
  type StoreHistoriesReport,
  type StoreModelOptions,
  type StoreModelReport,
  storeHistories,
  storeModel,
} from './store-histories'
