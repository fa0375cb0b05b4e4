export { type MemoryTx, memoryStore } from './store'
