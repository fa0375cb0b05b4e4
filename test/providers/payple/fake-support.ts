import { type FakePayple, type FakePaypleOptions, fakePayple } from '../../../src/providers/payple/fake'
import { KEYS, type ManualClock, manualClock } from './support'

export const ORDER = 'order-0001'
export const TODAY = '20260301'

type Fields = Record<string, unknown>
export type Talk = {
  readonly clock: ManualClock
  readonly fake: FakePayple
  readonly post: (url: string, body: Fields, headers?: Record<string, string>) => Promise<Fields>
  /** Authenticates for an operation, and gives what is to be sent with it. */
  readonly session: (flags: Fields) => Promise<{ readonly url: string; readonly with: Fields }>
  /** Authenticates and runs. */
  readonly run: (flags: Fields, body: Fields) => Promise<Fields>
  readonly cancel: (changes?: Fields) => Promise<Fields>
  readonly lookUp: (changes?: Fields) => Promise<Fields>
  readonly charge: (changes?: Fields) => Promise<Fields>
  readonly confirm: (returned: Readonly<Record<string, string>>, changes?: Fields) => Promise<Fields>
}

/** Speaks Payple's HTTP by hand, as the documentation has it, so that the fake is not only tested against our client. */
export const talkTo = (options: FakePaypleOptions = {}, clock = manualClock(), saved?: string): Talk => {
  const fake = fakePayple({ ...KEYS, clock, ...options, ...(saved === undefined ? {} : { saved }) })
  const post: Talk['post'] = async (url, body, headers = { referer: KEYS.referer }) => {
    const response = await fake.fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    if (response.status !== 200) throw new Error(`status ${response.status}`)
    return JSON.parse(await response.text()) as Fields
  }
  const session: Talk['session'] = async (flags) => {
    const { cstId: cst_id, custKey } = KEYS
    const auth = await post('https://democpay.payple.kr/php/auth.php', { cst_id, custKey, ...flags })
    return {
      url: String(auth['return_url']),
      with: { PCD_CST_ID: auth['cst_id'], PCD_CUST_KEY: auth['custKey'], PCD_AUTH_KEY: auth['AuthKey'] },
    }
  }
  const run: Talk['run'] = async (flags, body) => {
    const { url, with: credentials } = await session(flags)
    return post(url, { ...credentials, ...body })
  }
  return {
    clock,
    fake,
    post,
    session,
    run,
    cancel: (changes = {}) =>
      run(
        { PCD_PAYCANCEL_FLAG: 'Y' },
        {
          PCD_REFUND_KEY: KEYS.refundKey,
          PCD_PAYCANCEL_FLAG: 'Y',
          PCD_PAY_OID: ORDER,
          PCD_PAY_DATE: TODAY,
          PCD_REFUND_TOTAL: 12_900,
          ...changes,
        },
      ),
    lookUp: (changes = {}) =>
      run(
        { PCD_PAYCHK_FLAG: 'Y' },
        { PCD_PAYCHK_FLAG: 'Y', PCD_PAY_TYPE: 'card', PCD_PAY_OID: ORDER, PCD_PAY_DATE: TODAY, ...changes },
      ),
    charge: (changes = {}) => {
      const kind = changes['PCD_REGULER_FLAG'] === 'Y' ? { PCD_REGULER_FLAG: 'Y' } : { PCD_SIMPLE_FLAG: 'Y' }
      const payType = changes['PCD_PAY_TYPE'] ?? 'card'
      return run(
        { PCD_PAY_TYPE: payType, ...kind },
        {
          PCD_PAY_TYPE: payType,
          PCD_PAY_GOODS: '구독',
          PCD_PAY_TOTAL: 9_900,
          PCD_PAY_OID: 'chg-1',
          ...kind,
          ...changes,
        },
      )
    },
    confirm: (returned, changes = {}) =>
      post(String(returned['PCD_PAY_COFURL']), {
        PCD_CST_ID: KEYS.cstId,
        PCD_CUST_KEY: KEYS.custKey,
        PCD_AUTH_KEY: returned['PCD_AUTH_KEY'],
        PCD_PAY_REQKEY: returned['PCD_PAY_REQKEY'],
        PCD_PAYER_ID: '',
        ...changes,
      }),
  }
}

/** A paid order, by hand. */
export const pay = async ({ fake, confirm }: Talk, orderId = ORDER, amount = 12_900): Promise<void> => {
  const paid = await confirm(fake.buyer.authorize({ orderId, amount }))
  if (paid['PCD_PAY_RST'] !== 'success') throw new Error('not paid')
}

export const register = ({ fake }: Talk, payType: 'card' | 'transfer' = 'card'): string =>
  fake.buyer.register({ issueId: 'bki-1', payerNo: '1001', payType })['PCD_PAYER_ID'] ?? ''
