import { escapeHtml, fakePages } from '../fake/page'
import type { FakePortOneV1Order, FakePortOneV1Return } from './fake-buyer'

const page = fakePages({ provider: '포트원 V1', accent: '#c5501f' })

/** What the page asks of the fake, and the words an issuer and a buyer end a payment with. */
export type FakeWindowActions = {
  readonly pay: (order: FakePortOneV1Order) => FakePortOneV1Return
  readonly fail: (order: FakePortOneV1Order, reason: string) => FakePortOneV1Return
  readonly declined: string
  readonly givenUp: string
}

/** Where `windowUrl` points: the page that stands for PortOne's window. */
export const WINDOW_PATH = '/fake/portone-v1/window'

/**
 * The window of the fake, a page without scripts. GET shows what is paid for and the buttons, POST does what the
 * pressed button says and sends the buyer back, with the query PortOne would add. With `customer_uid` among the
 * parameters it is the page on which a card is registered.
 */
export const fakePortOneV1Window =
  ({ pay, fail, declined, givenUp }: FakeWindowActions) =>
  async (request: Request): Promise<Response> => {
    const query = new URL(request.url).searchParams
    const order = readOrder(query)
    const returnUrl = readUrl(query.get('m_redirect_url'))
    if (order === undefined || returnUrl === undefined) {
      return page(400, '<p>merchant_uid, amount, m_redirect_url 값이 필요합니다. / These parameters are needed.</p>')
    }
    if (request.method !== 'POST') return page(200, choices(order))
    switch (new URLSearchParams(await request.text()).get('choice')) {
      case 'pay':
        return redirect(returnUrl, pay(order))
      case 'virtual_account':
        return redirect(returnUrl, pay({ ...order, pay_method: 'vbank' }))
      case 'decline':
        return redirect(returnUrl, fail(order, declined))
      case 'cancel':
        return redirect(returnUrl, fail(order, givenUp))
      default:
        return page(400, choices(order))
    }
  }

const readOrder = (query: URLSearchParams): FakePortOneV1Order | undefined => {
  const merchant_uid = query.get('merchant_uid') ?? ''
  const amount = Number(query.get('amount') ?? Number.NaN)
  const customer_uid = query.get('customer_uid')
  // A card may be registered for nothing; nothing can be paid for nothing.
  if (merchant_uid === '' || !(customer_uid === null ? amount > 0 : amount >= 0)) return undefined
  if (!Number.isFinite(amount)) return undefined
  return {
    merchant_uid,
    amount,
    name: query.get('name') ?? merchant_uid,
    currency: query.get('currency') ?? 'KRW',
    pay_method: query.get('pay_method') ?? 'card',
    ...(customer_uid === null ? {} : { customer_uid }),
  }
}

/** Only a web address: a script in a redirect would run in the demo's own page. */
const readUrl = (text: string | null): URL | undefined => {
  if (text === null || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

const redirect = (to: URL, query: FakePortOneV1Return): Response => {
  const url = new URL(to)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return new Response(null, { status: 303, headers: { location: url.href } })
}

const button = (value: string, korean: string, english: string, look = ''): string =>
  `<button name="choice" value="${value}"${look}>${korean} <span lang="en">${english}</span></button>`

const choices = ({ name = '', amount, currency = '', customer_uid }: FakePortOneV1Order): string => `
    <h1>${escapeHtml(name)}</h1>
    <p class="amount">${escapeHtml(amount.toLocaleString('en-US'))} <small>${escapeHtml(currency)}</small></p>
    <form method="post">
      ${(customer_uid === undefined ? PAYMENT_BUTTONS : CARD_BUTTONS).join('\n      ')}
    </form>
    <p class="note">${customer_uid === undefined ? '' : '카드를 등록할 때 결제되지 않습니다. '}가짜 결제창입니다. 돈은 움직이지 않습니다.
      <span lang="en">A fake window. No money moves.</span></p>`

const PAYMENT_BUTTONS = [
  button('pay', '카드로 결제', 'Pay by card', ' class="pay"'),
  button('virtual_account', '가상계좌 발급', 'Virtual account'),
  button('decline', '카드사 거절', 'Declined by the issuer'),
  button('cancel', '결제 취소', 'Cancel'),
]

const CARD_BUTTONS = [
  button('pay', '카드 등록', 'Register the card', ' class="pay"'),
  button('decline', '카드사 거절', 'Refused by the issuer'),
  button('cancel', '등록 취소', 'Cancel'),
]
