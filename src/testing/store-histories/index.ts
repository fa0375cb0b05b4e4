export { type StoreHistoriesOptions, type StoreHistoriesReport, storeHistories } from './histories'
export { type StoreModelOptions, type StoreModelReport, storeModel } from './model'
