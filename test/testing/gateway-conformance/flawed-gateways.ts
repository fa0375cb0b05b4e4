import { err, errAsync, ok, okAsync, type Result, ResultAsync } from 'neverthrow'
import type {
  Gateway,
  GatewayCapabilities,
  GatewayError,
  GatewayWiring,
  Notice,
  PaymentGateway,
} from '../../../src/providers/gateway'
import type { GatewaySubject } from '../../../src/testing/gateway-conformance'

/** The same subject with a gateway that is wrong in one thing. */
type Spoil = (subject: GatewaySubject) => GatewaySubject

const spoiled =
  (
    change: (gateway: PaymentGateway, wiring: GatewayWiring, subject: GatewaySubject) => Partial<PaymentGateway>,
    more: Partial<Gateway> & { readonly promises?: Partial<GatewayCapabilities> } = {},
  ): Spoil =>
  (subject) => {
    const { promises, ...fields } = more
    const inner = subject.gateway
    const gateway: Gateway = {
      ...inner,
      ...fields,
      capabilities: { ...inner.capabilities, ...promises },
      connect: (wiring) => {
        const connected = inner.connect(wiring)
        return { ...connected, ...change(connected, wiring, subject) }
      },
    }
    return { ...subject, gateway }
  }

const promising = (promises: Partial<GatewayCapabilities>): Spoil => spoiled(() => ({}), { promises })

const definite = (error: GatewayError): GatewayError => ({ ...error, code: 'refused', outcome: 'not_executed' })
const failed = (message: string): GatewayError => ({ code: 'network', outcome: 'unknown', message, retryable: true })

const answered = <T>(
  asked: ResultAsync<T, GatewayError>,
  change: (answer: Result<T, GatewayError>) => Result<T, GatewayError> | Promise<never>,
): ResultAsync<T, GatewayError> => new ResultAsync(Promise.resolve(asked).then(change))

/** Numbers what it is asked, so that nothing is ever recognised. */
const counter = () => {
  let count = 0
  return () => {
    count += 1
    return count
  }
}

const noticeWith = (gateway: PaymentGateway, change: (notice: Notice, rawBody: string) => Partial<Notice>) => ({
  receive: (raw: Parameters<PaymentGateway['receive']>[0]) =>
    gateway.receive(raw).map((notice) => ({ ...notice, ...change(notice, String(raw.rawBody)) })),
})

/** What can be wrong with a gateway. Each is a mistake that somebody has made or could make. */
export const FLAWS = {
  'takes silence for a refusal': spoiled((gateway) => ({
    confirm: (attempt, returned) => gateway.confirm(attempt, returned).mapErr(definite),
  })),
  'takes a 5xx for a refusal': spoiled((gateway) => ({
    confirm: (attempt, returned) =>
      gateway.confirm(attempt, returned).mapErr((error) => (error.code === 'provider_fault' ? definite(error) : error)),
  })),
  'takes an unreadable answer for a refusal': spoiled((gateway) => ({
    confirm: (attempt, returned) =>
      gateway.confirm(attempt, returned).mapErr((error) => (error.code === 'bad_response' ? definite(error) : error)),
  })),
  'takes the silence after a refund for a refusal': spoiled((gateway) => ({
    refund: (refund, context) => gateway.refund(refund, context).mapErr(definite),
  })),
  'calls every repeat a refusal': spoiled((gateway) => {
    const asked = new Set<string>()
    return {
      confirm: (attempt, returned) => {
        const isRepeat = asked.has(attempt.id)
        asked.add(attempt.id)
        return isRepeat ? errAsync(definite(failed('asked before'))) : gateway.confirm(attempt, returned)
      },
    }
  }),
  'only says that it was paid': spoiled((_gateway, { clock }) => ({
    confirm: ({ id, amount, method }) =>
      okAsync({ status: 'approved', providerRef: id, captured: amount, approvedAt: clock.now(), method }),
  })),
  'only says that it was refunded': spoiled(() => ({
    refund: ({ id, amount }) => okAsync({ providerRef: id, refundId: id, amount, status: 'completed' }),
  })),
  'throws when the connection breaks': spoiled((gateway) => ({
    confirm: (attempt, returned) =>
      answered(gateway.confirm(attempt, returned), (answer) => {
        if (answer.isErr() && answer.error.code === 'network') throw new Error('socket hang up')
        return answer
      }),
  })),
  'never gives up waiting': spoiled((gateway) => ({
    confirm: (attempt, returned) =>
      answered(gateway.confirm(attempt, returned), (answer) =>
        answer.isErr() && answer.error.code === 'timeout' ? new Promise<never>(() => undefined) : answer,
      ),
  })),
  'calls what it cannot look up not found': spoiled((gateway) => ({
    lookup: (attempt) => gateway.lookup(attempt).orElse(() => ok({ status: 'not_found' as const })),
  })),
  'makes an error of not found': spoiled((gateway) => ({
    lookup: (attempt) =>
      gateway
        .lookup(attempt)
        .andThen((payment) => (payment.status === 'not_found' ? err(failed('not found')) : ok(payment))),
  })),
  'finds no payment without its reference': spoiled((gateway) => ({
    lookup: (attempt) =>
      attempt.providerRef === null ? okAsync({ status: 'not_found' as const }) : gateway.lookup(attempt),
  })),
  'shows what the attempt wants instead of what was taken': spoiled((gateway) => ({
    lookup: (attempt) =>
      gateway
        .lookup(attempt)
        .map((payment) =>
          payment.status === 'approved'
            ? { ...payment, captured: { ...attempt.amount, amountMinor: attempt.amount.amountMinor - 1 } }
            : payment,
        ),
  })),
  'lists no refunds': spoiled((gateway) => ({
    lookup: (attempt) =>
      gateway.lookup(attempt).map((payment) => (payment.status === 'approved' ? { ...payment, refunds: [] } : payment)),
  })),
  'forgets whose refund it was': spoiled((gateway) => ({
    lookup: (attempt) =>
      gateway
        .lookup(attempt)
        .map((payment) =>
          payment.status === 'approved'
            ? { ...payment, refunds: payment.refunds.map((refund) => ({ ...refund, refundId: null })) }
            : payment,
        ),
  })),
  'gives everything back for a part': spoiled((gateway) => ({
    refund: (refund, context) => gateway.refund({ ...refund, amount: context.refundable }, context),
  })),
  'gives back what is left when asked for more': spoiled((gateway) => ({
    refund: (refund, context) => {
      const amountMinor = Math.min(refund.amount.amountMinor, context.refundable.amountMinor)
      return gateway
        .refund({ ...refund, amount: { ...refund.amount, amountMinor } }, context)
        .map((given) => ({ ...given, amount: refund.amount }))
    },
  })),
  'names every refund anew': spoiled((gateway) => {
    const next = counter()
    const named = (id: string | null) => id?.replace(/x\d+$/, '') ?? null
    return {
      refund: (refund, context) =>
        gateway
          .refund({ ...refund, id: `${refund.id}x${next()}` }, context)
          .map((given) => ({ ...given, refundId: named(given.refundId) })),
      lookup: (attempt) =>
        gateway.lookup(attempt).map((payment) => {
          if (payment.status !== 'approved') return payment
          const refunds = payment.refunds.map((given) => ({ ...given, refundId: named(given.refundId) }))
          return { ...payment, refunds }
        }),
    }
  }),
  'accepts any return': spoiled(() => ({
    readReturn: (_attempt, returned) => ok({ providerRef: returned['paymentKey'] ?? null }),
    confirm: ({ amount, method }) =>
      okAsync({ status: 'approved', providerRef: 'x', captured: amount, approvedAt: new Date(0), method }),
  })),
  'takes the payment that the browser names': spoiled((gateway) => ({
    readReturn: (_attempt, returned) => ok({ providerRef: returned['paymentKey'] ?? null }),
    confirm: (attempt, returned) =>
      gateway.confirm(
        { ...attempt, id: returned['orderId'] ?? '', providerRef: null, chargeRequestedAt: null },
        returned,
      ),
  })),
  'asks the provider while it reads a return': spoiled((gateway, { log }) => ({
    readReturn: (attempt, returned) => {
      log({ provider: 'toss', operation: 'getPayment', status: 200, durationMs: 1 })
      return gateway.readReturn(attempt, returned)
    },
  })),
  'throws at a strange return': spoiled((gateway) => ({
    readReturn: (attempt, returned) => {
      if (returned['orderId'] === '') throw new TypeError('orderId is empty')
      return gateway.readReturn(attempt, returned)
    },
  })),
  'takes the money in begin': spoiled((gateway) => ({
    begin: (attempt, context) =>
      gateway.begin(attempt, context).andThen((checkout) => gateway.confirm(attempt, {}).map(() => checkout)),
  })),
  'voids only in words': spoiled((gateway) => (gateway.void === undefined ? {} : { void: () => okAsync(undefined) })),
  'says that its window is over too soon': promising({ chargeWindowMs: 1_000 }),
  'has neither window nor void': promising({ chargeWindowMs: null }),
  'promises parts and gives none': spoiled((gateway) => ({
    refund: (refund, context) =>
      refund.amount.amountMinor < context.attempt.capturedMinor
        ? errAsync(definite(failed('no parts')))
        : gateway.refund(refund, context),
  })),
  'gives parts and promises none': promising({ partialRefund: false }),
  'takes any method': spoiled((gateway) => ({
    begin: (attempt, context) => gateway.begin({ ...attempt, method: 'CARD' }, context),
  })),
  'names every delivery anew': spoiled((gateway) => {
    const next = counter()
    return noticeWith(gateway, () => ({ id: `evt_${next()}` }))
  }),
  'names every notice alike': spoiled((gateway) => noticeWith(gateway, () => ({ id: 'evt' }))),
  'trusts every notice': spoiled((gateway) => noticeWith(gateway, () => ({ trust: 'signed' }))),
  'checks no signature': spoiled((gateway) => ({
    receive: (raw) =>
      gateway.receive(raw).orElse((error) => {
        if (error.code !== 'signature_invalid') return err(error)
        const { id, type, attemptId, providerRef } = JSON.parse(String(raw.rawBody))
        const payload = String(raw.rawBody)
        return ok({ id, type, attemptId, providerRef, trust: 'signed' as const, ignorable: false, payload })
      }),
  })),
  'reads no notice in bytes': spoiled((gateway) => ({
    receive: (raw) =>
      typeof raw.rawBody === 'string'
        ? gateway.receive(raw)
        : err({ code: 'unreadable_body', message: 'the body is no text' }),
  })),
  'throws at rubbish': spoiled((gateway) => ({
    receive: (raw) => {
      JSON.parse(String(raw.rawBody))
      return gateway.receive(raw)
    },
  })),
  'takes every notice for one that does not matter': spoiled((gateway) =>
    noticeWith(gateway, () => ({ ignorable: true })),
  ),
  'stores a notice as it came': spoiled((gateway) => noticeWith(gateway, (_notice, rawBody) => ({ payload: rawBody }))),
  'logs the path': spoiled((gateway, { log }) => ({
    confirm: (attempt, returned) => {
      const entry = { provider: 'toss', operation: 'confirmPayment', status: 200, durationMs: 1, path: '/v1/payments' }
      log(entry)
      return gateway.confirm(attempt, returned)
    },
  })),
  'puts its key into an error': spoiled((gateway, _wiring, { secrets }) => ({
    confirm: (attempt, returned) =>
      gateway
        .confirm(attempt, returned)
        .mapErr((error) => ({ ...error, message: `refused for ${btoa(`${secrets[0]}:`)}` })),
  })),
  'puts its key into the checkout': spoiled((gateway, _wiring, { secrets }) => ({
    begin: (attempt, context) =>
      gateway
        .begin(attempt, context)
        .map((checkout) =>
          checkout.action === 'window'
            ? { ...checkout, parameters: { ...checkout.parameters, key: secrets[0] ?? '' } }
            : checkout,
        ),
  })),
  'carries its key on itself': (subject) =>
    spoiled(() => ({}), { options: { secretKey: subject.secrets[0] } } as Partial<Gateway>)(subject),
  'starts with a blank key': (subject) => ({
    ...subject,
    misconfigured: [{ what: 'a blank secretKey', make: () => subject.gateway }],
  }),
  'repeats a wrong key in its error': (subject) => ({
    ...subject,
    misconfigured: [
      {
        what: 'a blank secretKey',
        make: () => {
          throw Object.assign(new TypeError(`wrong key ${subject.secrets[0]}`), { code: 'config_error' })
        },
      },
    ],
  }),
} as const satisfies Readonly<Record<string, Spoil>>

export type FlawName = keyof typeof FLAWS
