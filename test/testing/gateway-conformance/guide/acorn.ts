import type { Gateway, GatewayError, Money } from 'holdfast'
import { err, errAsync, ok, okAsync, type Result, ResultAsync } from 'neverthrow'

/** The provider's own words: whole won, a status, and refunds that carry the reference we gave them. */
export type AcornPayment = {
  readonly reference: string
  readonly won: number
  readonly status: 'authorised' | 'paid' | 'refused'
  readonly refunds: readonly { readonly id: string; readonly reference: string; readonly won: number }[]
}
export type AcornAnswer = { readonly status: number; readonly payment?: AcornPayment }
export type AcornRequest = {
  readonly operation: 'capture' | 'find' | 'giveBack'
  readonly reference: string
  readonly key?: string
  readonly body?: { readonly won: number; readonly refund?: string }
}

export const acorn = (options: {
  readonly apiKey: string
  readonly send: (apiKey: string, request: AcornRequest) => Promise<AcornAnswer>
}): Gateway => {
  const { apiKey, send } = options
  if (apiKey.trim() === '') throw Object.assign(new TypeError('acorn: apiKey is blank'), { code: 'config_error' })
  return {
    name: 'acorn',
    mode: 'test',
    capabilities: {
      methods: [],
      partialRefund: true,
      capturedBy: 'confirm',
      chargeWindowMs: 10 * 60_000,
      refundWindowMs: 10 * 60_000,
    },
    connect: ({ clock, log }) => {
      const ask = (request: AcornRequest): ResultAsync<AcornPayment, GatewayError> => {
        const startedAt = clock.now().getTime()
        const silence = new Promise<'silence'>((resolve) => clock.schedule(30_000, () => resolve('silence')))
        const sent = ResultAsync.fromThrowable(
          () => Promise.race([send(apiKey, request), silence]),
          () => unknown('network', 'the connection broke'), // Not the error itself: it may hold the key.
        )
        return sent().andThen((answer): Result<AcornPayment, GatewayError> => {
          const status = answer === 'silence' ? 'timeout' : answer.status
          log({
            provider: 'acorn',
            operation: request.operation,
            status,
            durationMs: clock.now().getTime() - startedAt,
          })
          if (answer === 'silence') return err(unknown('timeout', 'no answer'))
          if (answer.status === 402) return err(refused('declined', 'the issuer said no'))
          if (answer.status === 404) return err(refused('not_found', 'no such payment'))
          if (answer.status === 422) return err(refused('refused', 'not for this payment'))
          // Whatever else comes, 5xx included, proves nothing.
          if (answer.status !== 200 || answer.payment === undefined) return err(unknown('bad_response', 'no answer'))
          return ok(answer.payment)
        })
      }
      return {
        begin: (attempt) =>
          okAsync({
            action: 'redirect',
            url: `https://acorn.example/pay/${attempt.id}?won=${attempt.amount.amountMinor}`,
          }),

        readReturn: (attempt, returned) =>
          returned['reference'] === attempt.id
            ? ok({ providerRef: attempt.id })
            : err(refused('order_mismatch', 'the return is of another payment')),

        confirm: (attempt, returned) => {
          if (returned['reference'] !== attempt.id) return errAsync(refused('order_mismatch', 'another payment'))
          // The amount is the attempt's, never the browser's. The key is the same for every repeat.
          const key = `${attempt.id}-${attempt.keyGeneration}`
          const body = { won: attempt.amount.amountMinor }
          return ask({ operation: 'capture', reference: attempt.id, key, body }).map((payment) => ({
            status: 'approved',
            providerRef: payment.reference,
            captured: won(payment.won), // What was taken, not what we asked for.
            approvedAt: clock.now(),
            method: null,
          }))
        },

        lookup: (attempt) =>
          ask({ operation: 'find', reference: attempt.id })
            .map((payment) => {
              if (payment.status === 'authorised') return { status: 'open' as const }
              if (payment.status === 'refused') return { status: 'failed' as const, code: 'refused' }
              return {
                status: 'approved' as const,
                providerRef: payment.reference,
                captured: won(payment.won),
                approvedAt: attempt.approvedAt ?? clock.now(),
                method: null,
                refunds: payment.refunds.map((it) => refundOf(it)),
              }
            })
            .orElse((error) => (error.code === 'not_found' ? ok({ status: 'not_found' as const }) : err(error))),

        refund: ({ id, amount, keyGeneration }, { attempt }) => {
          if (amount.amountMinor <= 0) return errAsync(refused('invalid_request', 'the amount is not positive'))
          const body = { won: amount.amountMinor, refund: id }
          return ask({ operation: 'giveBack', reference: attempt.id, key: `${id}-${keyGeneration}`, body }).andThen(
            ({ refunds }) => {
              const ours = refunds.find(({ reference }) => reference === id)
              return ours === undefined ? err(unknown('bad_response', 'our refund is not there')) : ok(refundOf(ours))
            },
          )
        },

        receive: () => err({ code: 'unreadable_body', message: 'acorn sends no webhooks' }),
      }
    },
  }
}

const won = (amountMinor: number): Money => ({ amountMinor, currency: 'KRW' })

const refundOf = (it: AcornPayment['refunds'][number]) => ({
  providerRef: it.id,
  refundId: it.reference,
  amount: won(it.won),
  status: 'completed' as const,
})

const refused = (code: 'declined' | 'refused' | 'not_found' | 'order_mismatch' | 'invalid_request', message: string) =>
  ({ code, outcome: 'not_executed', message: `acorn: ${message}`, retryable: false }) as const

const unknown = (code: 'timeout' | 'network' | 'bad_response', message: string) =>
  ({ code, outcome: 'unknown', message: `acorn: ${message}`, retryable: true }) as const
