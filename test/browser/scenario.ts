import type { Site } from './site'

export type Scenario = { readonly name: string; readonly run: (site: Site) => Promise<void> }

export const textOf = async ({ page }: Pick<Site, 'page'>, selector: string): Promise<string> =>
  (await page.textContent(selector)) ?? ''

/** Buys one seat by card at Toss and waits for the ticket. */
export const buy = async (site: Site, seat: string): Promise<string> => {
  const { page } = site
  await site.signIn(page, 'minji')
  const orderId = await site.hold(page, seat)
  await site.atTheWindow(page, 'pay')
  await site.outcome(page, 'done')
  await site.status(page, 'CONFIRMED')
  return orderId
}
