import type { FakeApp, FakeCall, FakeReply } from '../fake/serve'
import { isFields } from '../webhook-body'
import { REFUSALS } from './fake-payment'
import { paymentRoutes } from './fake-payments'
import { operationOf, pathOf } from './fake-routes'
import { type FakeDesk, type FakeRoutes, refuse, speech } from './fake-speech'
import { subscribeRoutes } from './fake-subscribe'
import type { fakeToken } from './fake-token'
import { vbankRoutes } from './fake-vbanks'

export type FakePortOneV1HttpOptions = FakeDesk & {
  readonly impKey: string
  readonly impSecret: string
  readonly token: ReturnType<typeof fakeToken>
  /** Leave out fields that are null. */
  readonly sparse: boolean
}

/** PortOne's REST API over a book: the token, the envelope, the routes. */
export const fakePortOneV1Http = (options: FakePortOneV1HttpOptions): FakeApp => {
  const { keys, token } = options
  const spoken = speech(options.sparse)
  const routes: FakeRoutes = {
    ...paymentRoutes(options, spoken),
    ...subscribeRoutes(options, spoken),
    ...vbankRoutes(options, spoken),
  }

  const getToken = (body: Readonly<Record<string, unknown>>): FakeReply => {
    const { imp_key, imp_secret } = body
    if (typeof imp_key !== 'string' || typeof imp_secret !== 'string') return refuse(REFUSALS.noKey.refusal)
    if (imp_key !== options.impKey || imp_secret !== options.impSecret) return refuse(REFUSALS.badKey.refusal)
    const { value, nowMs, endsAtMs } = token.ask()
    const inSeconds = (ms: number) => Math.floor(ms / 1000)
    return spoken.say({ access_token: value, now: inSeconds(nowMs), expired_at: inSeconds(endsAtMs) })
  }

  const execute = (call: FakeCall): FakeReply => {
    keys.catchUp()
    const body = isFields(call.body) ? call.body : {}
    if (call.operation === 'getToken') return getToken(body)
    if (!token.accepts(call.headers.get('authorization'))) return refuse(REFUSALS.unauthorized.refusal)
    const ids = pathOf(call.path).map(decodeURIComponent)
    return routes[call.operation]?.({ ids, query: call.url.searchParams, body }) ?? refuse(REFUSALS.noRoute.refusal)
  }

  return {
    provider: 'portone-v1',
    operationOf,
    answer: (call, work) => work(() => execute(call)),
    failure: (status) => refuse({ status, code: -1, message: '(가짜) 일시적인 오류입니다.' }),
  }
}
