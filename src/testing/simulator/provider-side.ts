import type { Clock } from '../../core/clock'
import type { Decisions } from './decisions'
import type { Model } from './model'
import { simulatedBank, simulatedCard } from './providers/mocks'
import { simulatedPayple } from './providers/payple'
import { simulatedPortOneV1 } from './providers/portone-v1'
import { simulatedPortOneV2 } from './providers/portone-v2'
import type { BookLine, SimulatedProvider } from './providers/provider'
import { simulatedToss } from './providers/toss'
import { simulatedWallet } from './providers/wallet'
import type { Random } from './random'

/** The providers outside. Their memory survives every crash of ours, and their books are the truth. */
export type ProviderSide = {
  readonly all: readonly SimulatedProvider[]
  readonly toss: ReturnType<typeof simulatedToss>
  readonly payple: ReturnType<typeof simulatedPayple>
  readonly portOneV1: ReturnType<typeof simulatedPortOneV1>
  readonly portOneV2: ReturnType<typeof simulatedPortOneV2>
  readonly bank: ReturnType<typeof simulatedBank>
  readonly get: (name: string) => SimulatedProvider
  readonly pick: (random: Random) => SimulatedProvider
  readonly books: (model: Model) => readonly BookLine[]
}

export const createProviderSide = (clock: Clock, decisions: Decisions): ProviderSide => {
  const toss = simulatedToss(clock, decisions)
  const bank = simulatedBank(clock, decisions)
  const payple = simulatedPayple(clock, decisions)
  const portOneV1 = simulatedPortOneV1(clock, decisions)
  const portOneV2 = simulatedPortOneV2(clock, decisions)
  const mocks = [simulatedCard(clock, decisions), bank]
  const all: readonly SimulatedProvider[] = [toss, payple, portOneV1, portOneV2, ...mocks, simulatedWallet()]
  const hat = all.flatMap((provider) => Array.from({ length: provider.weight }, () => provider))
  return {
    all,
    toss,
    payple,
    portOneV1,
    portOneV2,
    bank,
    get: (name) => {
      const found = all.find((provider) => provider.name === name)
      if (found === undefined) throw new RangeError(`there is no provider ${name} in this world`)
      return found
    },
    pick: (random) => random.pick(hat),
    books: (model) => all.flatMap(({ book }) => book(model)),
  }
}
