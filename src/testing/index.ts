export type { FakeRequest, Fault } from '../providers/fake/faults'
export { type FakeToss, type FakeTossOptions, fakeToss } from '../providers/toss/fake'
export { type TestClock, testClock } from './clock'
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
