/** One per gateway of the server: how a payment is begun, and how the provider's own script opens its window. */

/** These windows come back to the server, which confirms and sends the buyer on to `/pay/ended`. */
const throughTheServer = {
  successUrl: `${location.origin}/payments/orders/{orderId}/payments/{attemptId}/return`,
}

/** Toss's come back to a page, which asks the server to confirm. */
const throughPages = {
  successUrl: `${location.origin}/pay/success?order={orderId}`,
  failUrl: `${location.origin}/pay/fail?order={orderId}`,
}

export const WINDOWS = {
  toss: {
    payment: { gateway: 'toss', method: 'CARD', ...throughPages },
    open: (sdk, parameters) => sdk.requestPayment(parameters),
  },
  payple: {
    payment: { gateway: 'payple', method: 'CARD', ...throughTheServer },
    open: (_sdk, parameters) => globalThis.PaypleCpayAuthCheck(parameters),
  },
  portone_v1: {
    payment: { gateway: 'portone_v1', method: 'card', ...throughTheServer },
    open: (_sdk, { impCode, ...request }) => {
      globalThis.IMP.init(impCode)
      globalThis.IMP.request_pay(request)
    },
  },
  portone_v2: {
    payment: { gateway: 'portone_v2', method: 'CARD', ...throughTheServer },
    // On a desk too: what a promise says is lost with the page, an address is not.
    open: (_sdk, parameters) => globalThis.PortOne.requestPayment({ ...withoutNulls(parameters), forceRedirect: true }),
  },
}

const withoutNulls = (parameters) =>
  Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null))

let loads = 0

/** Loads the provider's script and opens its window. Throws when the script does not load. */
export const openWindow = async (gateway, parameters) => {
  // A script that failed to load is remembered as failed; another address is another try.
  loads += 1
  const sdk = await import(`/${gateway}/sdk.js?try=${loads}`)
  await WINDOWS[gateway].open(sdk, parameters)
}
