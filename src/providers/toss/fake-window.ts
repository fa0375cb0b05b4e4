import { escapeHtml, fakePages } from '../fake/page'
import type { FakeTossMethod } from './fake-payment'

const page = fakePages({ provider: '토스페이먼츠', accent: '#2f6bff' })

/** What the page asks of the fake. */
export type FakeWindowActions = {
  readonly authorize: (order: WindowOrder, method: FakeTossMethod) => Readonly<Record<string, string>>
  readonly fail: (orderId: string, code: string) => Readonly<Record<string, string>>
}

export type WindowOrder = {
  readonly orderId: string
  readonly orderName: string
  readonly amount: number
  readonly currency: string
}

/** Where `windowUrl` points: the page that stands for Toss's payment window. */
export const WINDOW_PATH = '/fake/window'

/**
 * The payment window of the fake, a page without scripts. GET shows the order and four buttons, POST does what the
 * pressed button says and sends the buyer back, with the query Toss would add.
 */
export const fakeTossWindow =
  (actions: FakeWindowActions) =>
  async (request: Request): Promise<Response> => {
    const query = new URL(request.url).searchParams
    const order = readOrder(query)
    const successUrl = readUrl(query.get('successUrl'))
    const failUrl = readUrl(query.get('failUrl'))
    if (order === undefined || successUrl === undefined || failUrl === undefined) {
      return page(400, '<p>orderId, amount, successUrl, failUrl 값이 필요합니다. / These parameters are needed.</p>')
    }
    if (request.method !== 'POST') return page(200, choices(order))
    switch (new URLSearchParams(await request.text()).get('choice')) {
      case 'card':
        return redirect(successUrl, { ...actions.authorize(order, 'CARD'), paymentType: 'NORMAL' })
      case 'virtual_account':
        return redirect(successUrl, { ...actions.authorize(order, 'VIRTUAL_ACCOUNT'), paymentType: 'NORMAL' })
      case 'decline':
        return redirect(failUrl, actions.fail(order.orderId, 'REJECT_CARD_COMPANY'))
      case 'cancel':
        return redirect(failUrl, actions.fail(order.orderId, 'PAY_PROCESS_CANCELED'))
      default:
        return page(400, choices(order))
    }
  }

const readOrder = (query: URLSearchParams): WindowOrder | undefined => {
  const orderId = query.get('orderId') ?? ''
  const amount = Number(query.get('amount') ?? Number.NaN)
  if (orderId === '' || !Number.isFinite(amount) || amount <= 0) return undefined
  return { orderId, amount, orderName: query.get('orderName') ?? orderId, currency: query.get('currency') ?? 'KRW' }
}

/** Only a web address: a script in a redirect would run in the demo's own page. */
const readUrl = (text: string | null): URL | undefined => {
  if (text === null || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

const redirect = (to: URL, query: Readonly<Record<string, string>>): Response => {
  const url = new URL(to)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return new Response(null, { status: 303, headers: { location: url.href } })
}

const choices = ({ orderName, amount, currency }: WindowOrder): string => `
    <h1>${escapeHtml(orderName)}</h1>
    <p class="amount">${escapeHtml(amount.toLocaleString('en-US'))} <small>${escapeHtml(currency)}</small></p>
    <form method="post">
      <button name="choice" value="card" class="pay">카드로 결제 <span lang="en">Pay by card</span></button>
      <button name="choice" value="virtual_account">가상계좌 발급 <span lang="en">Virtual account</span></button>
      <button name="choice" value="decline">카드사 거절 <span lang="en">Declined by the issuer</span></button>
      <button name="choice" value="cancel">결제 취소 <span lang="en">Cancel</span></button>
    </form>
    <p class="note">가짜 결제창입니다. 돈은 움직이지 않습니다. <span lang="en">A fake window. No money moves.</span></p>`
