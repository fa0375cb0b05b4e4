/** Method and path of each endpoint, in the names of our client. The first that fits. */
const ROUTES: readonly (readonly [operation: string, method: string, path: RegExp])[] = [
  ['getToken', 'POST', /^users\/getToken$/],
  ['cancelPayment', 'POST', /^payments\/cancel$/],
  ['preparePayment', 'POST', /^payments\/prepare$/],
  ['changePrepared', 'PUT', /^payments\/prepare$/],
  ['getPrepared', 'GET', /^payments\/prepare\/[^/]+$/],
  ['findPayment', 'GET', /^payments\/find\/[^/]+(\/[^/]+)?$/],
  ['findAllPayments', 'GET', /^payments\/findAll\/[^/]+(\/[^/]+)?$/],
  ['listPayments', 'GET', /^payments\/status\/[^/]+$/],
  ['getPayments', 'GET', /^payments$/],
  ['getPayment', 'GET', /^payments\/[^/]+$/],
  ['getCustomers', 'GET', /^subscribe\/customers$/],
  ['getCustomer', 'GET', /^subscribe\/customers\/[^/]+$/],
  ['deleteCustomer', 'DELETE', /^subscribe\/customers\/[^/]+$/],
  ['listCustomerPayments', 'GET', /^subscribe\/customers\/[^/]+\/payments$/],
  ['chargeAgain', 'POST', /^subscribe\/payments\/again$/],
  ['scheduleCharge', 'POST', /^subscribe\/payments\/schedule$/],
  ['unschedule', 'POST', /^subscribe\/payments\/unschedule$/],
  ['listSchedules', 'GET', /^subscribe\/payments\/schedule$/],
  ['listCustomerSchedules', 'GET', /^subscribe\/payments\/schedule\/customers\/[^/]+$/],
  ['getSchedule', 'GET', /^subscribe\/payments\/schedule\/[^/]+$/],
  ['moveSchedule', 'PUT', /^subscribe\/payments\/schedule\/[^/]+$/],
  ['reschedule', 'POST', /^subscribe\/payments\/schedule\/[^/]+\/reschedule$/],
  ['retrySchedule', 'POST', /^subscribe\/payments\/schedule\/[^/]+\/retry$/],
  ['issueVbank', 'POST', /^vbanks$/],
  ['changeVbank', 'PUT', /^vbanks\/[^/]+$/],
  ['revokeVbank', 'DELETE', /^vbanks\/[^/]+$/],
  ['getReceipt', 'GET', /^receipts\/[^/]+$/],
  ['issueReceipt', 'POST', /^receipts\/[^/]+$/],
  ['revokeReceipt', 'DELETE', /^receipts\/[^/]+$/],
]

/**
 * The host may have mounted the fake below a path of its own. The first root counts: an order may be called `payments`.
 */
const fromRoot = (path: string): string =>
  /(?:^|\/)((?:users|payments|subscribe|vbanks|receipts)(?:\/.*)?)$/.exec(path)?.[1] ?? path

export const operationOf = (method: string, path: string): string =>
  ROUTES.find(([, verb, pattern]) => verb === method && pattern.test(fromRoot(path)))?.[0] ?? 'unknown'

/** The path in pieces, from `payments`, `subscribe` and so on. */
export const pathOf = (path: string): readonly string[] => fromRoot(path).split('/')
