import { GATEWAY_SABOTAGE } from './sabotage-gateway'
import type { SabotageKit } from './sabotage-kit'
import { STORE_SABOTAGE } from './sabotage-store'

const KITS = { ...STORE_SABOTAGE, ...GATEWAY_SABOTAGE }

/** A safeguard that can be taken out, by name. */
export type Sabotage = keyof typeof KITS

/** All of them, for a test that wants to see each one noticed. */
export const SABOTAGES: readonly Sabotage[] = Object.keys(KITS).filter((name): name is Sabotage => name in KITS)

/** Nothing taken out. */
const unharmed: SabotageKit = { store: (store) => store, gateway: (gateway) => gateway }

export const sabotageKit = (name: Sabotage | undefined): SabotageKit =>
  name === undefined ? unharmed : { ...unharmed, ...KITS[name] }
