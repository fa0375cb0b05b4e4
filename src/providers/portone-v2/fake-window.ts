import { escapeHtml, fakePages } from '../fake/page'
import type { FakePortOneV2Method } from './fake-payment'

const page = fakePages({ provider: '포트원 V2', accent: '#7c3aed' })

/** What the buyer's browser is sent back with. */
type Result = Readonly<Record<string, string>>

/** What the pages ask of the fake. */
export type FakeWindowActions = {
  readonly pay: (order: WindowOrder, method: FakePortOneV2Method) => Result
  readonly fail: (order: WindowOrder, pgCode: string) => Result
  readonly issue: (wanted: WindowIssue) => Result
  readonly failIssue: (pgCode: string) => Result
}

export type WindowOrder = {
  readonly paymentId: string
  readonly orderName: string
  readonly totalAmount: number
  readonly currency: string
  readonly channelKey?: string
}

export type WindowIssue = {
  readonly issueId: string
  readonly issueName: string
  readonly customerId: string
  readonly channelKey?: string
}

/** Where `windowUrl` points for a payment: the page that stands for PortOne's payment window. */
export const WINDOW_PATH = '/fake/window'
/** The same for a billing key. */
export const ISSUE_WINDOW_PATH = '/fake/billing-window'

/**
 * The windows of the fake, pages without scripts. GET shows what is asked for and the buttons, POST does what the pressed
 * one says and sends the buyer back, with the query PortOne would add.
 */
export const fakePortOneV2Windows =
  (actions: FakeWindowActions) =>
  async (request: Request): Promise<Response> => {
    const { pathname, searchParams: query } = new URL(request.url)
    const redirectUrl = readUrl(query.get('redirectUrl'))
    const window = pathname.endsWith(ISSUE_WINDOW_PATH) ? issueWindow(query, actions) : paymentWindow(query, actions)
    if (window === undefined || redirectUrl === undefined) {
      return page(400, '<p>필요한 값이 없습니다: redirectUrl, 주문 정보. / Parameters are missing.</p>')
    }
    if (request.method !== 'POST') return page(200, window.html)
    const choice = new URLSearchParams(await request.text()).get('choice') ?? ''
    const result = Object.hasOwn(window.choices, choice) ? window.choices[choice]?.() : undefined
    return result === undefined ? page(400, window.html) : redirect(redirectUrl, result)
  }

type Window = { readonly html: string; readonly choices: Readonly<Record<string, () => Result>> }

const paymentWindow = (query: URLSearchParams, actions: FakeWindowActions): Window | undefined => {
  const paymentId = query.get('paymentId') ?? ''
  // Minor units, as PortOne takes them: the page shows what it was given.
  const totalAmount = Number(query.get('totalAmount') ?? Number.NaN)
  if (paymentId === '' || !Number.isSafeInteger(totalAmount) || totalAmount <= 0) return undefined
  const order: WindowOrder = {
    paymentId,
    totalAmount,
    orderName: query.get('orderName') ?? paymentId,
    currency: query.get('currency') ?? 'KRW',
    ...channelIn(query),
  }
  return {
    html: `
    <h1>${escapeHtml(order.orderName)}</h1>
    <p class="amount">${escapeHtml(totalAmount.toLocaleString('en-US'))} <small>${escapeHtml(order.currency)}</small></p>
    <form method="post">
      <button name="choice" value="card" class="pay">카드로 결제 <span lang="en">Pay by card</span></button>
      <button name="choice" value="easy_pay">간편결제 <span lang="en">Easy pay</span></button>
      <button name="choice" value="virtual_account">가상계좌 발급 <span lang="en">Virtual account</span></button>
      <button name="choice" value="decline">카드사 거절 <span lang="en">Declined by the issuer</span></button>
      <button name="choice" value="cancel">결제 취소 <span lang="en">Cancel</span></button>
    </form>
    <p class="note">가짜 결제창입니다. 돈은 움직이지 않습니다. <span lang="en">A fake window. No money moves.</span></p>`,
    choices: {
      card: () => actions.pay(order, 'CARD'),
      easy_pay: () => actions.pay(order, 'EASY_PAY'),
      virtual_account: () => actions.pay(order, 'VIRTUAL_ACCOUNT'),
      decline: () => actions.fail(order, 'TEST_LIMIT'),
      cancel: () => actions.fail(order, 'TEST_CLOSED_BY_BUYER'),
    },
  }
}

const issueWindow = (query: URLSearchParams, actions: FakeWindowActions): Window | undefined => {
  const issueId = query.get('issueId') ?? ''
  if (issueId === '') return undefined
  const wanted: WindowIssue = {
    issueId,
    issueName: query.get('issueName') ?? issueId,
    customerId: query.get('customerId') ?? '',
    ...channelIn(query),
  }
  const shown = query.get('displayAmount')
  const amount =
    shown === null
      ? ''
      : `<p class="amount">${escapeHtml(shown)} <small>${escapeHtml(query.get('currency') ?? '')}</small></p>`
  return {
    html: `
    <h1>${escapeHtml(wanted.issueName)}</h1>${amount}
    <form method="post">
      <button name="choice" value="register" class="pay">카드 등록 <span lang="en">Register a card</span></button>
      <button name="choice" value="decline">카드사 거절 <span lang="en">Declined by the issuer</span></button>
      <button name="choice" value="cancel">등록 취소 <span lang="en">Cancel</span></button>
    </form>
    <p class="note">가짜 등록창입니다. 카드 번호를 묻지 않습니다. <span lang="en">A fake window. No card is asked for.</span></p>`,
    choices: {
      register: () => actions.issue(wanted),
      decline: () => actions.failIssue('TEST_LIMIT'),
      cancel: () => actions.failIssue('TEST_CLOSED_BY_BUYER'),
    },
  }
}

const channelIn = (query: URLSearchParams) => {
  const channelKey = query.get('channelKey')
  return channelKey === null ? {} : { channelKey }
}

/** Only a web address: a script in a redirect would run in the demo's own page. */
const readUrl = (text: string | null): URL | undefined => {
  if (text === null || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

const redirect = (to: URL, query: Result): Response => {
  const url = new URL(to)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return new Response(null, { status: 303, headers: { location: url.href } })
}
