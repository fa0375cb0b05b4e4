import type { FakeApp, FakeCall, FakeReply } from '../fake/serve'
import type { FakePaypleBook } from './fake-book'
import type { FakePaypleKeys } from './fake-keys'
import type { ChargeRequest } from './fake-payment'
import type { FakePaypleRecords } from './fake-records'
import type { FakePaypleRender, PaypleFields } from './fake-render'
import { type FakePaypleSessions, operationAt } from './fake-sessions'

export type FakePaypleHttpOptions = {
  readonly cstId: string
  readonly custKey: string
  readonly refundKey: string
  readonly origin: string
  readonly authPath: string
  readonly book: FakePaypleBook
  readonly keys: FakePaypleKeys
  readonly records: FakePaypleRecords
  readonly sessions: FakePaypleSessions
  readonly render: FakePaypleRender
  /** What a look-up says of a payment that is not there; UNCONFIRMED. */
  readonly notFoundCode: string
  /** What a cancel says of an AuthKey that is over. */
  readonly sessionCode: string
  /** What the issuer says to the next request for this order; asked once for each. */
  readonly takeDecline: (orderId: string) => string | undefined
}

/** Where confirmations go, now and in older accounts. */
export const CONFIRM_PATH = '/api/v1/payments/cards/approval/confirm'
const CONFIRM_PATHS = [CONFIRM_PATH, '/php/PayCardConfirmAct.php', '/php/PayConfirmAct.php']

/** Payple's API over a book. Everything is answered with 200: what matters is in the body. */
export const fakePaypleHttp = (options: FakePaypleHttpOptions): FakeApp => {
  const { book, keys, sessions, render } = options
  const answer = (fields: PaypleFields): FakeReply => ({ status: 200, body: JSON.stringify(fields) })
  const refuse = (code: string, body: PaypleFields = {}): FakeReply =>
    answer(render.refusal(code, 'PCD_PAY_OID' in body ? { PCD_PAY_OID: body['PCD_PAY_OID'] } : {}))

  const authenticate = (body: PaypleFields): FakeReply => {
    const refused = (code: string, text: string) =>
      answer({
        result: 'error',
        result_msg: `[${code}] (가짜) ${text}`,
        cst_id: '',
        custKey: '',
        AuthKey: '',
        return_url: '',
      })
    if (body['cst_id'] !== options.cstId) return refused('AUTH0001', 'cst_id')
    if (body['custKey'] !== options.custKey) return refused('AUTH0002', 'custKey')
    const session = sessions.open(body)
    if (session === undefined) return refused('AUTH0005', 'no such operation')
    return answer({
      server_name: new URL(options.origin).hostname,
      result: 'success',
      result_msg: '사용자 인증 완료!!',
      cst_id: session.cstId,
      custKey: session.custKey,
      AuthKey: session.authKey,
      PCD_PAY_HOST: options.origin,
      PCD_PAY_URL: session.path,
      return_url: options.origin + session.path,
    })
  }

  const confirm = (body: PaypleFields): FakeReply => {
    if (body['PCD_CST_ID'] !== options.cstId || body['PCD_CUST_KEY'] !== options.custKey) return refuse('AUTH0002')
    const requestKey = String(body['PCD_PAY_REQKEY'])
    const result = book.confirm({ requestKey, authKey: String(body['PCD_AUTH_KEY']) }, options.takeDecline)
    return 'refusal' in result ? refuse(result.refusal) : answer(render.confirmation(result.value))
  }

  const charge = (body: PaypleFields): FakeReply => {
    const request = readCharge(body)
    const family = request.payType === 'transfer' ? 'SPAY' : request.month === null ? 'SPCD' : 'RPCD'
    const key = keys.get(request.payerId)
    if (key?.payType !== request.payType || key.status === 'deleted') {
      return refuse(family === 'SPAY' ? 'SPAY0005' : `${family}0011`, body)
    }
    if (!(request.totalMinor >= (request.payType === 'card' ? 100 : 1_000))) return refuse(`${family}0002`, body)
    if (request.goods === '') return refuse(`${family}0003`, body)
    if (key.status === 'dead') return refuse('SPCD1004', body)
    const duplicate = book.get(request.orderId) !== undefined
    const result = book.charge(request, duplicate ? undefined : options.takeDecline(request.orderId))
    if ('refusal' in result) return refuse(result.refusal, body)
    const flags = request.month === null ? { PCD_SIMPLE_FLAG: 'Y' } : { PCD_REGULER_FLAG: 'Y' }
    return answer({ ...render.approval(result.value, 'SPCD0000'), ...flags })
  }

  const cancel = (body: PaypleFields): FakeReply => {
    if (body['PCD_REFUND_KEY'] !== options.refundKey) return refuse('PAYC0002', body)
    const result = book.cancel({
      orderId: String(body['PCD_PAY_OID']),
      date: String(body['PCD_PAY_DATE']),
      amountMinor: wonOf(body['PCD_REFUND_TOTAL']),
    })
    if ('refusal' in result) return refuse(result.refusal, body)
    return answer(render.cancellation(result.value.payment, result.value.line))
  }

  const lookUp = (body: PaypleFields): FakeReply => {
    const payment = book.filed(String(body['PCD_PAY_OID']), String(body['PCD_PAY_DATE']))
    const month = payment?.month ?? null
    const isAskedFor = payment?.payType === body['PCD_PAY_TYPE'] && month === monthIn(body)
    return payment === undefined || !isAskedFor
      ? refuse(options.notFoundCode, body)
      : answer(render.approval(payment, 'PCHK000'))
  }

  const showKey = (body: PaypleFields): FakeReply => {
    const key = keys.get(String(body['PCD_PAYER_ID']))
    // UNCONFIRMED which code it is.
    return key?.status === 'active' ? answer(render.key(key)) : refuse('PUSR0004')
  }

  const deleteKey = (body: PaypleFields): FakeReply => {
    const payerId = String(body['PCD_PAYER_ID'])
    if (!keys.delete(payerId)) return refuse('PUSR0004')
    const fields = { PCD_PAY_WORK: 'PUSERDEL', PCD_PAYER_ID: payerId, PCD_PAYER_NO: '' }
    return answer({ ...render.said('success', 'TSDL0000'), ...fields })
  }

  const execute = (call: FakeCall): FakeReply => {
    const body = isRecord(call.body) ? call.body : {}
    // A registered domain is known by it.
    if (call.headers.get('referer') === null) {
      return call.operation === 'authenticate'
        ? answer({ result: 'error', result_msg: '[AUTH0004] (가짜) Referer', AuthKey: '', return_url: '' })
        : refuse('AUTH0004')
    }
    switch (call.operation) {
      case 'authenticate':
        return authenticate(body)
      case 'confirmPayment':
        return confirm(body)
      case 'unknown':
        return refuse('AUTH0008')
    }
    const { PCD_CST_ID: cstId, PCD_CUST_KEY: custKey, PCD_AUTH_KEY: authKey } = body
    if (!sessions.use(call.path, { cstId, custKey, authKey })) {
      return refuse(SESSION_CODES[call.operation] ?? options.sessionCode, body)
    }
    switch (call.operation) {
      case 'chargeBillingKey':
        return charge(body)
      case 'cancelPayment':
        return cancel(body)
      case 'getPayment':
        return lookUp(body)
      case 'getBillingKey':
        return showKey(body)
      case 'deleteBillingKey':
        return deleteKey(body)
      case 'listSettlements':
        return answer(options.records.settlements(body))
      default:
        return answer(options.records.receipt(call.operation === 'issueCashReceipt', body))
    }
  }

  return {
    provider: 'payple',
    operationOf: (_method, path) => {
      if (path.endsWith(options.authPath)) return 'authenticate'
      if (CONFIRM_PATHS.some((known) => path.endsWith(known))) return 'confirmPayment'
      return operationAt(path) ?? 'unknown'
    },
    failure: (status) =>
      // Payple is not known to turn anybody away; what does stands in front of it.
      status === 429
        ? { status, body: JSON.stringify({ message: 'Too Many Requests' }) }
        : {
            status,
            body: JSON.stringify({ result: 'error', result_msg: '(가짜) 오류', ...render.refusal('SPCD9999') }),
          },
    answer: (call, work) => work(() => execute(call)),
  }
}

const SESSION_CODES: Readonly<Record<string, string>> = { chargeBillingKey: 'SPCD0004' }

const isRecord = (value: unknown): value is PaypleFields => typeof value === 'object' && value !== null

/** Digits or a number; anything else is no amount. */
const wonOf = (value: unknown): number => (/^\d{1,15}$/.test(String(value)) ? Number(value) : Number.NaN)

const monthIn = (body: PaypleFields): string | null =>
  body['PCD_REGULER_FLAG'] === 'Y' ? `${String(body['PCD_PAY_YEAR'])}${String(body['PCD_PAY_MONTH'])}` : null

const readCharge = (body: PaypleFields): ChargeRequest => ({
  orderId: String(body['PCD_PAY_OID'] ?? ''),
  goods: String(body['PCD_PAY_GOODS'] ?? ''),
  payType: body['PCD_PAY_TYPE'] === 'transfer' ? 'transfer' : 'card',
  payerId: String(body['PCD_PAYER_ID'] ?? ''),
  payerNo: String(body['PCD_PAYER_NO'] ?? ''),
  totalMinor: wonOf(body['PCD_PAY_TOTAL']),
  month: monthIn(body),
})
