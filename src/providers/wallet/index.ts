export {
  type WalletBook,
  type WalletEntry,
  type WalletError,
  type WalletField,
  type WalletMovement,
  type WalletPage,
  walletBook,
} from './book'
export { type WalletGateway, type WalletOptions, wallet } from './gateway'
export type { EntryKind, WalletAccount } from './ledger'
