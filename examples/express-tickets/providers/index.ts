import type { Clock } from 'holdfast'
import { remembering } from '../memory'
import { paypleProvider } from './payple'
import { portOneV1Provider } from './portone-v1'
import { portOneV2Provider } from './portone-v2'
import type { Provider } from './provider'
import { tossProvider } from './toss'

/** Every provider of the demo, by the name of its gateway. `saved`: what `savedProviders` gave; `keep` writes it down. */
export const createProviders = (clock: Clock, saved: Readonly<Record<string, string>>, keep: () => void) => {
  const optionsOf = (name: string) => ({ clock, ...(saved[name] === undefined ? {} : { saved: saved[name] }) })
  return {
    toss: remembering(tossProvider(optionsOf('toss')), keep),
    payple: remembering(paypleProvider(optionsOf('payple')), keep),
    portone_v1: remembering(portOneV1Provider(optionsOf('portone_v1')), keep),
    portone_v2: remembering(portOneV2Provider(optionsOf('portone_v2')), keep),
  }
}

export type Providers = ReturnType<typeof createProviders>

export const savedProviders = (providers: Readonly<Record<string, Provider>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(providers).map(([name, { fake }]) => [name, fake.save()]))
