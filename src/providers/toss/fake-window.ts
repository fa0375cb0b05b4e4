import type { FakeTossMethod } from './fake-payment'

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

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

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

const page = (status: number, content: string): Response =>
  new Response(
    `<!doctype html>
<html lang="ko">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>가짜 결제창 · Fake payment window</title>
    <style>${STYLE}</style>
  </head>
  <body><main>${content}
  </main></body>
</html>
`,
    {
      status,
      headers: {
        'content-type': 'text/html;charset=utf-8',
        // No form-action: browsers apply it to the redirect as well, which leaves for the host's own page.
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
        'cache-control': 'no-store',
      },
    },
  )

const STYLE = `
  :root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #eef1f6; color: #1a2233; }
  main { width: min(22rem, 88vw); padding: 2rem; border-radius: 1.25rem; background: #fff; box-shadow: 0 1rem 3rem #1a223322; }
  h1 { margin: 0; font-size: 1.1rem; font-weight: 600; overflow-wrap: anywhere; }
  .amount { margin: .25rem 0 1.5rem; font-size: 2rem; font-weight: 700; font-variant-numeric: tabular-nums; }
  .amount small { font-size: 1rem; font-weight: 500; opacity: .6; }
  button { display: flex; justify-content: space-between; width: 100%; margin-top: .5rem; padding: .9rem 1rem; border: 0;
    border-radius: .75rem; font: inherit; font-weight: 600; background: #e6eaf2; color: inherit; cursor: pointer; }
  button:hover, button:focus-visible { outline: 2px solid #2f6bff; }
  button.pay { background: #2f6bff; color: #fff; }
  button span, .note span { font-weight: 400; opacity: .75; }
  .note { margin: 1.5rem 0 0; font-size: .8rem; opacity: .7; }
  @media (prefers-color-scheme: dark) {
    body { background: #10141d; color: #e8ecf5; } main { background: #1a2130; } button { background: #2a3346; }
  }
`
