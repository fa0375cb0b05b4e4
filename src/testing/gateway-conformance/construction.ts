import type { GatewayCase, Shape } from './cases'
import { expectEqual, expectThat, printed } from './expectations'
import { begin, contextOf, newAttempt } from './world'

export const construction = ({ subject, capabilities }: Shape): readonly GatewayCase[] => [
  {
    name: 'construction: name, mode and capabilities make sense, and agree with each other',
    run: async ({ subject: { gateway }, gateway: connected }) => {
      const { chargeWindowMs, refundWindowMs, methods, capturedBy } = gateway.capabilities
      expectThat(
        /^[a-z][a-z0-9-]{0,39}$/.test(gateway.name),
        'name',
        'lower case letters, digits, dashes',
        gateway.name,
      )
      expectThat(gateway.mode === 'test' || gateway.mode === 'live', 'mode', 'test or live', gateway.mode)
      expectThat(capturedBy === 'confirm' || capturedBy === 'buyer', 'capturedBy', 'confirm or buyer', capturedBy)
      expectEqual('methods, each once', [...new Set(methods)], methods)
      expectThat(methods.every(isName), 'methods', 'words', methods)
      const isWindow = chargeWindowMs === null || (Number.isSafeInteger(chargeWindowMs) && chargeWindowMs > 0)
      expectThat(isWindow, 'chargeWindowMs', 'null or a positive integer', chargeWindowMs)
      const isTime = Number.isSafeInteger(refundWindowMs) && refundWindowMs >= 0
      expectThat(isTime, 'refundWindowMs', 'an integer from 0', refundWindowMs)
      // Without a window only a void closes an attempt; without either it would stay open for ever.
      const canClose = chargeWindowMs !== null || connected.void !== undefined
      expectThat(canClose, 'a gateway whose chargeWindowMs is null', 'a void', 'none')
    },
  },
  ...subject.misconfigured.map(
    ({ what, make }): GatewayCase => ({
      name: `construction: ${what} is a config_error that does not repeat the value`,
      run: async ({ subject: { misconfigured, secrets } }) => {
        const error = thrownBy(misconfigured.find((it) => it.what === what)?.make ?? make)
        const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
        expectEqual('the code of what was thrown', code, 'config_error')
        expectThat(
          error instanceof Error && error.message !== '',
          'what was thrown',
          'an Error with a message',
          'another',
        )
        const shown = secrets.filter((secret) => String(error).includes(secret))
        expectEqual('secrets in the message', shown.length, 0)
      },
    }),
  ),
  ...(capabilities.methods.length === 0
    ? []
    : [
        {
          name: 'construction: a method that is not offered is refused before the buyer sees a window',
          run: async (world) => {
            const attempt = newAttempt(world, { method: 'NO_SUCH_METHOD' })
            const answer = await world.ask('begin', () => world.gateway.begin(attempt, contextOf(world)))
            const code = answer.isErr() ? answer.error.code : 'ok'
            const isRefused = code === 'method_unavailable' || code === 'invalid_request'
            expectThat(isRefused, 'begin', 'method_unavailable or invalid_request', code)
          },
        } satisfies GatewayCase,
      ]),
  {
    name: 'construction: begin moves no money and shows a checkout the browser can use',
    run: async (world) => {
      const attempt = newAttempt(world)
      const checkout = await begin(world, attempt)
      expectThat(ACTIONS.includes(checkout.action), 'the checkout', `one of ${ACTIONS.join(', ')}`, checkout.action)
      if (checkout.action === 'redirect') expectThat(URL.canParse(checkout.url), 'the redirect', 'a URL', 'none')
      await begin(world, newAttempt(world))
      expectEqual('the money in the book', await world.takenMinor(attempt), 0)
      const plain: unknown = JSON.parse(printed(checkout))
      expectEqual('the checkout after JSON', plain, checkout)
    },
  },
]

const ACTIONS: readonly string[] = ['none', 'wait_webhook', 'redirect', 'window']

const isName = (method: string): boolean => /^[A-Za-z][\w.-]{0,63}$/.test(method)

const thrownBy = (make: () => unknown): unknown => {
  try {
    make()
  } catch (error) {
    return error
  }
  return undefined
}
