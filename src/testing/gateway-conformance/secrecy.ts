import type { Result } from 'neverthrow'
import type { Fault } from '../../providers/fake/faults'
import type { GatewayCase, Shape } from './cases'
import { confirm } from './charging'
import { expectEqual, expectThat } from './expectations'
import { faultOf } from './faults'
import { refund } from './refunding'
import { shown } from './shown'
import type { SubjectCall } from './subject'
import { accept, approvedAs, begin, contextOf, lookup, minor, newAttempt, newRefund, type World } from './world'

const CALLS: readonly SubjectCall[] = ['begin', 'sign_in', 'confirm', 'lookup', 'refund']

export const secrecy = ({ subject: { secrets } }: Shape): readonly GatewayCase[] =>
  secrets.length === 0 ? [logEntries] : [logEntries, inNothing, inTheGateway]

/** A whole life, each call meeting `fault` first; everything that came out of it. */
const live = async (world: World, fault: Fault['kind'] | null): Promise<readonly unknown[]> => {
  const { wire, buyer, webhooks } = world.subject
  const said: unknown[] = []
  const meet = (call: SubjectCall): void => {
    if (fault !== null && wire?.faults[call]?.includes(fault)) wire.next(call, faultOf(fault))
  }
  const keep = <T, E>(answer: Result<T, E>): Result<T, E> => {
    said.push(answer.isOk() ? answer.value : answer.error)
    return answer
  }
  const attempt = newAttempt(world)
  meet('begin')
  keep(await world.ask('begin', () => world.gateway.begin(attempt, contextOf(world))))
  await world.pass(1_000)
  const checkout = await begin(world, attempt)
  said.push(checkout)
  const returned = (await buyer.pay(attempt, checkout)) ?? {}
  const ready = await accept(world, attempt, returned)
  meet('confirm')
  keep(await confirm(world, ready))
  meet('sign_in')
  keep(await lookup(world, ready.attempt))
  meet('lookup')
  keep(await lookup(world, ready.attempt))
  const again = keep(await confirm(world, { ...ready, attempt: { ...ready.attempt, keyGeneration: 1 } }))
  const found = keep(await lookup(world, ready.attempt))
  const charge = found.isOk() && found.value.status === 'approved' ? found.value : undefined
  if (charge !== undefined) {
    const paid = approvedAs(world, ready.attempt, charge)
    meet('refund')
    keep(await refund(world, newRefund(world, paid, minor(world, paid.capturedMinor)), paid))
    keep(await lookup(world, paid))
  }
  said.push(again)
  await webhooks?.deliver((raw) => {
    const notice = world.gateway.receive(raw)
    // A secret that must match the attempt's is compared and never stored: the payload is.
    said.push(notice.isOk() ? notice.value.payload : notice.error)
    return 200
  })
  return said
}

const faultsOf = ({ subject: { wire } }: World): readonly (Fault['kind'] | null)[] => [
  null,
  ...new Set(CALLS.flatMap((call) => wire?.faults[call] ?? [])),
]

/** The secret as it is, and packed as a header or a URL would carry it. */
const needlesOf = ({ subject: { secrets } }: World): readonly string[] =>
  secrets.flatMap((secret) => {
    const ascii = [...secret].every((character) => character <= '\u007f')
    // Without the last characters, which change with what follows.
    const packed = ascii ? [btoa(secret).replace(/=*$/, '').slice(0, -1)] : []
    return [secret, encodeURIComponent(secret), ...packed]
  })

const logEntries: GatewayCase = {
  name: 'secrecy: a log entry has its four fields and no room for more',
  run: async (world) => {
    for (const fault of faultsOf(world)) await live(world, fault)
    for (const entry of world.logged) {
      expectEqual('the fields of a log entry', Object.keys(entry).sort(), [
        'durationMs',
        'operation',
        'provider',
        'status',
      ])
      expectThat(/^[a-z][\w-]{0,63}$/i.test(entry.operation), 'the operation', 'a name', entry.operation)
      expectEqual('the provider', entry.provider, world.subject.gateway.name)
    }
  },
}

const inNothing: GatewayCase = {
  name: 'secrecy: no secret is in an answer, an error, a checkout, a log entry or what a notice stores',
  run: async (world) => {
    const needles = needlesOf(world)
    for (const fault of faultsOf(world)) {
      const text = shown([await live(world, fault), world.logged])
      const leaks = needles.filter((needle) => text.includes(needle))
      expectEqual(`secrets that are shown after ${fault ?? 'no fault'}`, leaks.length, 0)
    }
  },
}

const inTheGateway: GatewayCase = {
  name: 'secrecy: whoever prints the gateway sees functions and no secret',
  run: async (world) => {
    await live(world, null)
    const { gateway } = world.subject
    const text = shown([gateway, world.gateway, gateway.capabilities])
    const leaks = needlesOf(world).filter((needle) => text.includes(needle))
    expectEqual('secrets in the gateway', leaks.length, 0)
  },
}
