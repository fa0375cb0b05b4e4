import { systemClock } from '../core/clock'
import { randomIds } from '../core/ids'
import { freezeTerms } from '../policies'
import type { Gateway, GatewayWiring } from '../providers/gateway'
import { lazy } from '../providers/lazy'
import { type WalletBook, walletBook } from '../providers/wallet'
import type { Store } from '../storage/store'
import { checkAccess, consumeAccess } from './access'
import { listAlerts } from './admin'
import { defaultAuthorize } from './authorize'
import { cancel, cancelMany } from './cancel'
import { behindCircuit } from './circuit'
import { confirm } from './confirm'
import type { ConnectedGateway, Engine } from './engine'
import * as holds from './holds'
import { jobRunner } from './jobs'
import { type Gateways, type PaymentsOptions, type RefundPolicies, type Settings, settingsOf } from './options'
import type { Payments } from './payments'
import * as queries from './queries'
import * as refunds from './refunds'
import * as byHand from './refunds-by-hand'
import * as resources from './resources'
import { abandonAttempt, startPayment } from './start-payment'
import * as wallet from './wallet'
import * as webhooks from './webhooks'

/**
 * Wires a store, gateways and policies into the verbs. Nothing runs and no connection is opened until a verb is called
 * or `jobs.start()`.
 *
 * Throws on settings that cannot be meant, and on a gateway that is none. Several instances, in one process or many, may share one store.
 */
export const createPayments = <const G extends Gateways, const P extends RefundPolicies, Tx = unknown>(
  options: PaymentsOptions<G, P, Tx>,
): Payments<G, P, Tx> => {
  const { clock = systemClock(), ids = randomIds(), logger } = options
  checkGateways(options.gateways)
  const listeners = new Map<string, Set<() => void>>()
  // The engine only passes a transaction on, from the store that made it to the hooks that know it.
  const store = options.store as Store<unknown>
  const settings = settingsOf(options)
  const wiring = { clock, ids, store, log: logger ?? (() => {}), settings }
  const engine: Engine = {
    store,
    clock,
    ids,
    gateways: new Map(Object.entries(options.gateways).map(([name, gateway]) => [name, connected(gateway, wiring)])),
    refundPolicies: frozenPolicies(options.refundPolicies ?? {}),
    authorize: options.authorize ?? defaultAuthorize,
    inTransaction: (options.inTransaction ?? {}) as Engine['inTransaction'],
    on: options.on ?? {},
    settings,
    loadInputs: lazy(() => import('./input')),
    joined: false,
    changed: (orderId) => {
      runner.nudge()
      for (const wake of listeners.get(orderId) ?? []) wake()
    },
  }
  const runner = jobRunner(engine, ids.next('wrk'))
  const book = bookOf(options.gateways, engine)
  const subscribe = (orderId: string, wake: () => void) => {
    const waiting = listeners.get(orderId) ?? new Set()
    listeners.set(orderId, waiting.add(wake))
    return () => {
      waiting.delete(wake)
      if (waiting.size === 0) listeners.delete(orderId)
    }
  }
  return {
    join: (tx) => {
      const inside = joinedEngine(engine, options.gateways, wiring, tx)
      return {
        orders: {
          hold: (input) => holds.hold(inside, input),
          startPayment: (input) => startPayment(inside, input),
          confirm: (input) => confirm(inside, input),
        },
      }
    },
    orders: {
      hold: (input) => holds.hold(engine, input),
      startPayment: (input) => startPayment(engine, input),
      confirm: (input) => confirm(engine, input),
      abandonAttempt: (input) => abandonAttempt(engine, input),
      cancel: (input) => cancel(engine, input),
      cancelMany: (input) => cancelMany(engine, input),
      get: (input) => queries.getOrder(engine, input),
      details: (input) => queries.getDetails(engine, input),
      list: (input) => queries.listOrders(engine, input),
      watch: (input) => queries.watchOrder(engine, subscribe, input),
    },
    refunds: {
      quote: (input) => refunds.quote(engine, input),
      refund: (input) => refunds.refund(engine, input),
      completeManually: (input) => byHand.completeByHand(engine, input),
      resolve: (input) => byHand.resolve(engine, input),
    },
    access: {
      check: (input) => checkAccess(engine, input),
      consume: (input) => consumeAccess(engine, input),
    },
    resources: {
      listClaimed: (group) => resources.listClaimed(engine, group),
      capacity: (pool) => resources.capacityOf(engine, pool),
      setCapacity: (input) => resources.setCapacity(engine, input),
    },
    wallet: {
      balance: (input) => wallet.balance(engine, book, input),
      history: (input) => wallet.history(engine, book, input),
      credit: (input) => wallet.credit(engine, book, input),
      debit: (input) => wallet.debit(engine, book, input),
    },
    webhooks: { receive: (gateway, input) => webhooks.receive(engine, gateway, input) },
    jobs: { run: runner.run, start: runner.start, stop: runner.stop },
    admin: { alerts: ({ actor }) => listAlerts(engine, actor) },
  }
}

/** A key of the host's configuration that led to nothing is found at start, not at the first payment. */
const checkGateways = (gateways: Gateways): void => {
  for (const [name, gateway] of Object.entries(gateways) as [string, Gateway | undefined][]) {
    if (typeof gateway?.connect !== 'function') throw new TypeError(`createPayments: gateways.${name} is not a gateway`)
  }
}

/** A policy that cannot be meant is found at start, not at the first sale. */
const frozenPolicies = (policies: RefundPolicies): Engine['refundPolicies'] =>
  new Map(
    Object.entries(policies).map(([name, terms]) => [
      name,
      Object.freeze({ name, version: 1, terms: freezeTerms(terms) }),
    ]),
  )

type Wiring = GatewayWiring & { readonly settings: Settings }

const connected = (gateway: Gateway, wiring: Wiring): ConnectedGateway => {
  const { mode, capabilities } = gateway
  const { circuit } = wiring.settings
  const direct = gateway.connect(wiring)
  // A book in the host's own store is up whenever anything is.
  const guarded = circuit === null || capabilities.keptInStore ? direct : behindCircuit(direct, wiring.clock, circuit)
  return { ...guarded, mode, capabilities }
}

const joinedEngine = (engine: Engine, gateways: Gateways, wiring: Wiring, tx: unknown): Engine => {
  const store = engine.store.join?.(tx)
  if (store === undefined) throw new TypeError('payments.join: this store cannot join a transaction')
  const own = Object.entries(gateways).filter(([, { capabilities }]) => capabilities.keptInStore === true)
  return {
    ...engine,
    store,
    joined: true,
    gateways: new Map(own.map(([name, gateway]) => [name, connected(gateway, { ...wiring, store })])),
    changed: () => {},
  }
}

/** The wallet verbs and a configured wallet gateway work on the same wallets, opening balance included. */
const bookOf = (gateways: Gateways, { store, clock }: Engine): WalletBook => {
  for (const gateway of Object.values(gateways)) {
    // Only the wallet gateway has a book of this kind; other gateways' books are their provider's.
    if (gateway.name === 'wallet' && 'book' in gateway) {
      return (gateway as Gateway & { book: typeof walletBook }).book(store, clock)
    }
  }
  return walletBook(store, clock)
}
