import { Hono } from 'hono/tiny'
import { err, ok, type Result, type ResultAsync } from 'neverthrow'
import type { CommonError } from '../engine/errors'
import type { Gateways, RefundPolicies } from '../engine/options'
import type { Payments } from '../engine/payments'
import { MAX_WEBHOOK_BYTES, pick, readBytes } from './body'
import type { AnyError } from './error-table'
import { explainedIn } from './explained'
import type { Settings } from './handler'
import { readReturned, redirectTo, returnOf } from './returns'
import { type Call, createServe, type OpenCall, type Reply } from './serve'
import { detailsView, orderView, pageView, paidView, refundView, startedView } from './views'
import { watchReply } from './watch'

/** With any gateway and policy name: a request may name any, and the verbs refuse what is not configured. */
type AnyPayments = Payments<Gateways, RefundPolicies>

/** What a request says goes to the verb as it is: every verb checks its input against its own schema first. */
const asInput = <T>(input: object): T => input as T
type Input<V extends (input: never) => unknown> = Parameters<V>[0]

export const createRoutes = <G extends Gateways, P extends RefundPolicies>(
  payments: Payments<G, P>,
  settings: Settings,
): { readonly fetch: (request: Request) => Response | Promise<Response> } => {
  // The names are narrowed for a host's own code only; see `AnyPayments`.
  const { orders, refunds, webhooks } = payments as unknown as AnyPayments
  const { clock, hold, returnTo } = settings
  const app = new Hono().basePath(settings.basePath)
  const serve = createServe(settings)
  const explained = explainedIn(settings.zone)

  if (hold !== undefined) {
    app.post(
      '/orders',
      serve.signedIn('/orders', async ({ actor, fields, request }) => {
        const draft = await hold(fields, actor, request)
        if (draft instanceof Response) return ok(draft)
        if (draft === null) return err({ code: 'not_on_offer' as const })
        const held = await orders.hold({ ...draft, actor, ...keyOf(request) })
        return held.map((order) => reply({ order: orderView(order) }, 201))
      }),
    )
  }
  app.get(
    '/orders',
    serve.signedIn('/orders', ({ actor, query }) =>
      listInput(query).asyncAndThen((page) =>
        orders.list(asInput({ actor, buyerId: actor.id, ...page })).map((found) => reply(pageView(found))),
      ),
    ),
  )
  app.get(
    '/orders/:id',
    serve.signedIn('/orders/:id', (call) =>
      orders.get(orderOf(call)).map((order) => reply({ order: orderView(order) })),
    ),
  )
  app.get(
    '/orders/:id/details',
    serve.signedIn('/orders/:id/details', (call) =>
      orders.details(orderOf(call)).map((details) => reply(detailsView(details))),
    ),
  )
  app.post(
    '/orders/:id/payments',
    serve.signedIn('/orders/:id/payments', (call) => {
      const wanted = pick(call.fields, 'gateway', 'method', 'successUrl', 'failUrl', 'customer')
      const input = asInput<Input<typeof orders.startPayment>>({ ...wanted, ...orderOf(call) })
      return orders.startPayment(input).map((started) => reply(startedView(started)))
    }),
  )
  app.post(
    '/orders/:id/payments/:attemptId/confirm',
    serve.signedIn('/orders/:id/payments/:attemptId/confirm', (call) => {
      const input = { ...pick(call.fields, 'returned'), ...orderOf(call), attemptId: call.param('attemptId') }
      return orders.confirm(asInput(input)).map((paid) => reply(paidView(paid), paid.status === 'waiting' ? 202 : 200))
    }),
  )
  if (returnTo !== undefined) {
    const idsOf = ({ param }: OpenCall) => ({ orderId: param('id'), attemptId: param('attemptId') })
    app.on(
      ['GET', 'POST'],
      '/orders/:id/payments/:attemptId/return',
      serve.returning(
        '/orders/:id/payments/:attemptId/return',
        async ({ request, actor, ...call }) => {
          const returned = await readReturned(request)
          if (returned.isErr()) return err(returned.error)
          const { orderId: order, attemptId } = idsOf({ request, ...call })
          const paid = orders.confirm({ actor, order, attemptId, returned: returned.value })
          return paid.map((result) => redirectTo(returnTo, returnOf({ orderId: order, attemptId }, ok(result))))
        },
        (error, call) => redirectTo(returnTo, returnOf(idsOf(call), err(error))),
      ),
    )
  }
  app.post(
    '/orders/:id/payments/:attemptId/abandon',
    serve.signedIn('/orders/:id/payments/:attemptId/abandon', (call) =>
      orders
        .abandonAttempt({ ...orderOf(call), attemptId: call.param('attemptId') })
        .map((order) => reply({ order: orderView(order) })),
    ),
  )
  app.post(
    '/orders/:id/cancel',
    serve.signedIn('/orders/:id/cancel', (call) =>
      orders
        .cancel(asInput({ ...pick(call.fields, 'acknowledgeNoRefund'), ...orderOf(call) }))
        .map(({ order, quote }) =>
          reply({ order: orderView(order), refund: quote === null ? null : explained(quote, order, clock.now()) }),
        ),
    ),
  )
  app.get(
    '/orders/:id/refund-quote',
    serve.signedIn('/orders/:id/refund-quote', (call) =>
      orders
        .get(orderOf(call))
        .andThen((order) =>
          refunds
            .quote(orderOf(call))
            .map((quote) => reply({ order: orderView(order), refund: explained(quote, order, clock.now()) })),
        ),
    ),
  )
  app.post(
    '/orders/:id/refunds',
    serve.signedIn('/orders/:id/refunds', (call) => {
      const wanted = { ...pick(call.fields, 'amount', 'reason', 'refundAccount'), ...keyOf(call.request) }
      return refunds
        .refund(asInput({ ...wanted, ...orderOf(call) }))
        .map(({ order, refund }) => reply({ order: orderView(order), refund: refundView(refund) }))
    }),
  )
  app.get(
    '/orders/:id/watch',
    serve.signedIn(
      '/orders/:id/watch',
      (call): ResultAsync<Reply, AnyError> =>
        // Asked first, so that a refusal is an error and not a stream that ends at once.
        orders.get(orderOf(call)).map(() => watchReply(orders, orderOf(call), call.request.signal, settings)),
    ),
  )
  app.post(
    '/webhooks/:gateway',
    serve.open('/webhooks/:gateway', async ({ request, param }) => {
      const rawBody = await readBytes(request, MAX_WEBHOOK_BYTES)
      if (rawBody.isErr()) return err(rawBody.error)
      const headers = Object.fromEntries(request.headers)
      const received = await webhooks.receive(param('gateway'), { headers, rawBody: rawBody.value })
      return received.map(({ status }) => reply({ status }))
    }),
  )
  app.notFound(serve.nothingHere)
  return app
}

const reply = (body: object, status = 200): Reply => ({ status, body })

const orderOf = ({ actor, param }: Call) => ({ actor, order: param('id') })

const keyOf = ({ headers }: Request): { readonly idempotencyKey?: string } => {
  const idempotencyKey = headers.get('idempotency-key')
  return idempotencyKey === null ? {} : { idempotencyKey }
}

/** `after` is the `next` of the page before: a moment and an id. */
const listInput = (query: URLSearchParams): Result<object, CommonError> => {
  const [status, limit, buyerId, after] = ['status', 'limit', 'buyerId', 'after'].map((name) => query.get(name))
  const [moment = '', id] = after?.split('~') ?? []
  const value = new Date(moment)
  if (after && (id === undefined || Number.isNaN(value.getTime()))) {
    return err({ code: 'validation', field: 'after', message: 'is not the next of a page', outcome: 'not_executed' })
  }
  return ok({
    ...(status ? { status } : {}),
    ...(limit ? { limit: Number(limit) } : {}),
    ...(buyerId ? { buyerId } : {}),
    ...(after ? { after: { value, id } } : {}),
  })
}
