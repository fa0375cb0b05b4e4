/** A buyer in front of the windows of the demo's providers, as far as a server sees one. */

export type WindowGateway = 'toss' | 'payple' | 'portone_v1' | 'portone_v2'

/** Where each window lives, and what its buttons are called. */
const WINDOWS: Readonly<Record<WindowGateway, { readonly path: string; readonly pay: string }>> = {
  toss: { path: '/toss/fake/window', pay: 'card' },
  payple: { path: '/payple/fake/payple-window', pay: 'pay' },
  portone_v1: { path: '/portone_v1/fake/portone-v1/window', pay: 'pay' },
  portone_v2: { path: '/portone_v2/fake/window', pay: 'card' },
}

export type Parameters = Readonly<Record<string, string | number | boolean | null>>

/** What the browser is told to ask next, by a redirect or by a form. */
export type Way = { readonly url: URL; readonly init: RequestInit }

/** How a payment through this gateway is begun: Toss comes back to the shop's pages, the others to its server. */
export const paymentAt = (gateway: WindowGateway, origin: string) => {
  const isToss = gateway === 'toss'
  return {
    gateway,
    method: gateway === 'portone_v1' ? 'card' : 'CARD',
    successUrl: `${origin}${isToss ? '/pay/success' : '/payments/orders/{orderId}/payments/{attemptId}/return'}`,
    ...(isToss ? { failUrl: `${origin}/pay/fail` } : {}),
  }
}

/** Opens the window with what `begin` returned, and presses a button: the way the browser is sent. */
export const atTheWindow = async (
  origin: string,
  gateway: WindowGateway,
  parameters: Parameters,
  choice = WINDOWS[gateway].pay,
): Promise<Way> => {
  const url = new URL(WINDOWS[gateway].path, origin)
  for (const [name, value] of Object.entries(parameters)) if (value !== null) url.searchParams.set(name, String(value))
  const shown = await (await fetch(url)).text()
  if (!shown.includes('가을밤의 현악사중주')) throw new Error(`${gateway} shows no window: ${shown}`)
  const pressed = await fetch(url, { method: 'POST', body: new URLSearchParams({ choice }), redirect: 'manual' })
  const location = pressed.headers.get('location')
  if (location !== null) return { url: new URL(location), init: { redirect: 'manual' } }
  return formOf(await pressed.text())
}

const formOf = (html: string): Way => {
  const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(html) ?? []
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
  const body = new URLSearchParams(fields.map(([, name = '', value = '']) => [unescaped(name), unescaped(value)]))
  return { url: new URL(unescaped(action)), init: { method: 'POST', body, redirect: 'manual' } }
}

const unescaped = (text: string): string => text.replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)))
