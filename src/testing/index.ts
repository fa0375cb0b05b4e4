export { type TestClock, testClock } from './clock'
export { testIds } from './ids'
export { type ConformanceCase, storeConformance } from './store-conformance'
