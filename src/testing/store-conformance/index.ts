export { type ConformanceCase, storeConformance } from './cases'
