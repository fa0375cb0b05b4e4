import { idempotencyCache, type SavedAnswer } from '../fake/idempotency'
import type { FakeApp, FakeCall, FakeReply } from '../fake/serve'
import { billingRoutes } from './fake-http-billing'
import { paymentRoutes } from './fake-http-payments'
import { type FakePortOneV2Shop, type Fields, isFields, refusal } from './fake-wire'

export type FakePortOneV2HttpOptions = FakePortOneV2Shop & {
  readonly apiSecret: string
  readonly saved: readonly SavedAnswer[]
}

/** PortOne may change it. */
const IDEMPOTENCY_MS = 3 * 3_600_000

/** PortOne's REST API over its book: authentication, idempotency, routes, and its error envelope. */
export const fakePortOneV2Http = (
  options: FakePortOneV2HttpOptions,
): FakeApp & { readonly save: () => readonly SavedAnswer[] } => {
  const { clock, apiSecret } = options
  const routes = [...paymentRoutes(options), ...billingRoutes(options)]
  const idempotency = idempotencyCache({
    clock,
    lifetimeMs: IDEMPOTENCY_MS,
    busy: () => refusal('IDEMPOTENCY_OUTSTANDING_REQUEST'),
    saved: options.saved,
  })

  const routeOf = (method: string, path: string) =>
    routes.find((route) => route.method === method && route.path.test(path))

  const execute = (call: FakeCall): FakeReply => {
    options.schedules.catchUp()
    const route = routeOf(call.method, call.path)
    if (route === undefined) return { status: 404, body: '' }
    const id = decodeURIComponent(route.path.exec(call.path)?.[1] ?? '')
    const query = call.url.searchParams
    const inQuery = query.get('requestBody')
    const body = inQuery === null ? call.body : parse(inQuery)
    if (inQuery !== null && !isFields(body)) return refusal('INVALID_REQUEST')
    const asked = { id, body: isFields(body) ? body : {}, query }
    // A store of somebody else's is not there.
    const store = query.get('storeId') ?? storeIn(asked.body)
    if (store !== null && store !== options.storeId) return refusal('FORBIDDEN')
    return route.answer(asked)
  }

  return {
    provider: 'portone-v2',
    operationOf: (method, path) => routeOf(method, path)?.operation ?? 'unknown',
    // UNCONFIRMED: neither the body of a 429 nor that of a fault of PortOne's own is documented.
    failure: (status) => ({ status, body: JSON.stringify({ message: '(가짜) 장애' }) }),
    answer: (call, work) => {
      if (call.headers.get('authorization') !== `PortOne ${apiSecret}`) return refusal('UNAUTHORIZED')
      const once = () => work(() => execute(call))
      const key = call.method === 'GET' ? undefined : keyIn(call.idempotencyKey)
      // The key alone: the same one for another request is answered like the first. UNCONFIRMED, so the fake is strict.
      return key === undefined ? once() : idempotency.run(key, once, (first) => first)
    },
    save: idempotency.save,
  }
}

/** UNCONFIRMED what becomes of a key without quotes or of another length. The worst is that nobody says anything. */
const keyIn = (header: string | null): string | undefined => /^"([\x20-\x7e]{16,256})"$/.exec(header ?? '')?.[1]

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Refused as a request without its fields.
  }
}

const storeIn = (body: Fields): unknown => {
  const inside = [body['filter'], body['payment'], body].find((part) => isFields(part) && part['storeId'] !== undefined)
  return isFields(inside) ? inside['storeId'] : null
}
