import { escapeHtml, fakePages } from '../fake/page'

const page = fakePages({ provider: '페이플', accent: '#12805c' })

/** What the page asks of the fake. Each gives the form that the browser then posts to the host. */
export type FakeWindowActions = {
  readonly authenticate: (window: WindowRequest, outcome: 'paid' | 'declined') => Readonly<Record<string, string>>
  readonly pay: (window: WindowRequest) => Readonly<Record<string, string>>
  readonly register: (window: WindowRequest) => Readonly<Record<string, string>>
  readonly fail: (orderId: string) => Readonly<Record<string, string>>
  readonly close: (orderId: string) => Readonly<Record<string, string>>
}

export type WindowRequest = {
  readonly work: 'CERT' | 'PAY' | 'AUTH'
  readonly payType: 'card' | 'transfer'
  readonly orderId: string
  readonly goods: string
  readonly amount: number
  readonly payerNo: string
}

/** Where `windowUrl` points: the page that stands for Payple's payment window. */
export const WINDOW_PATH = '/fake/payple-window'

/**
 * The window of the fake, for payments and for registrations: pages without scripts. GET shows what is wanted, POST does
 * what the pressed button says and shows a page whose one button posts the result to the host, as Payple's window does.
 */
export const fakePaypleWindow =
  (actions: FakeWindowActions, clientKey: string) =>
  async (request: Request): Promise<Response> => {
    const query = new URL(request.url).searchParams
    const window = readWindow(query)
    const returnUrl = readUrl(query.get('PCD_RST_URL'))
    if (window === undefined || returnUrl === undefined) {
      return page(400, `<p>${REQUIRED.join(', ')} 값이 필요합니다. / These parameters are needed.</p>`)
    }
    if (query.get('clientKey') !== clientKey) return page(400, '<p>clientKey 값이 다릅니다. / Another client key.</p>')
    if (request.method !== 'POST') return page(200, choices(window))
    const result = resultOf(actions, window, new URLSearchParams(await request.text()).get('choice'))
    return result === undefined ? page(400, choices(window)) : page(200, goBack(returnUrl, result))
  }

const resultOf = (
  actions: FakeWindowActions,
  window: WindowRequest,
  choice: string | null,
): Readonly<Record<string, string>> | undefined => {
  switch (choice) {
    case 'pay':
      if (window.work === 'AUTH') return actions.register(window)
      return window.work === 'PAY' ? actions.pay(window) : actions.authenticate(window, 'paid')
    case 'decline':
      return window.work === 'CERT' ? actions.authenticate(window, 'declined') : actions.fail(window.orderId)
    case 'fail':
      return actions.fail(window.orderId)
    case 'close':
      return actions.close(window.orderId)
    default:
      return undefined
  }
}

const REQUIRED = ['PCD_PAY_WORK', 'PCD_PAY_TYPE', 'PCD_PAY_OID', 'PCD_PAY_GOODS', 'PCD_PAY_TOTAL', 'PCD_RST_URL']

const readWindow = (query: URLSearchParams): WindowRequest | undefined => {
  const text = (name: string) => query.get(name) ?? ''
  const [work, payType, orderId, goods] = [
    text('PCD_PAY_WORK'),
    text('PCD_PAY_TYPE'),
    text('PCD_PAY_OID'),
    text('PCD_PAY_GOODS'),
  ]
  if (work !== 'CERT' && work !== 'PAY' && work !== 'AUTH') return undefined
  if ((payType !== 'card' && payType !== 'transfer') || orderId === '') return undefined
  const amount = Number(text('PCD_PAY_TOTAL'))
  const payerNo = text('PCD_PAYER_NO')
  // The real window does not open with a number that is none.
  if (!/^\d*$/.test(payerNo)) return undefined
  if (work !== 'AUTH' && (goods === '' || !Number.isSafeInteger(amount) || amount <= 0)) return undefined
  return { work, payType, orderId, goods, amount, payerNo }
}

/** Only a web address: a script in it would run in the demo's own page. */
const readUrl = (text: string | null): URL | undefined => {
  if (text === null || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

const choices = ({ work, payType, goods, amount }: WindowRequest): string => {
  const isCard = payType === 'card'
  const way = isCard ? '카드' : '계좌'
  const title =
    work === 'AUTH'
      ? `<h1>${way} 등록</h1>
    <p class="amount"><small>${escapeHtml(goods)}</small></p>`
      : `<h1>${escapeHtml(goods)}</h1>
    <p class="amount">${escapeHtml(amount.toLocaleString('en-US'))} <small>KRW</small></p>`
  const [pay, payEnglish] =
    work === 'AUTH'
      ? [`${way} 등록`, isCard ? 'Register the card' : 'Register the account']
      : [isCard ? '카드로 결제' : '계좌이체로 결제', isCard ? 'Pay by card' : 'Pay by transfer']
  const decline =
    work === 'CERT'
      ? '<button name="choice" value="decline">카드사 거절 <span lang="en">Declined by the issuer</span></button>'
      : ''
  return `
    ${title}
    <form method="post">
      <button name="choice" value="pay" class="pay">${pay} <span lang="en">${payEnglish}</span></button>
      ${decline}
      <button name="choice" value="fail">인증 실패 <span lang="en">Authentication fails</span></button>
      <button name="choice" value="close">창 닫기 <span lang="en">Close the window</span></button>
    </form>
    <p class="note">가짜 결제창입니다. 돈은 움직이지 않습니다. <span lang="en">A fake window. No money moves.</span></p>`
}

/** The result travels as a form that the browser posts: a redirect could not carry it. */
const goBack = (to: URL, fields: Readonly<Record<string, string>>): string => `
    <h1>결제창이 끝났습니다</h1>
    <form method="post" action="${escapeHtml(to.href)}">
      ${Object.entries(fields)
        .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
        .join('\n      ')}
      <button class="pay" autofocus>상점으로 돌아가기 <span lang="en">Back to the shop</span></button>
    </form>`
