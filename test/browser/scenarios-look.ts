import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import type { Scenario } from './scenario'

export const lookScenarios: readonly Scenario[] = [
  {
    name: 'on a phone, in the dark and in English, everything fits',
    run: async (site) => {
      const phone = await site.visit({ width: 390 })
      const look = async (name: string, page: Page) => {
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        assert.equal(width, 390, `${name} is ${width} px wide`)
        await site.shot(name, page)
      }
      await site.signIn(phone, 'minji')
      await phone.click('#seat-C3')
      await look('20-phone-seats', phone)
      const orderId = await site.hold(phone, 'C2')
      await look('21-phone-order', phone)
      const english = await site.visit({ width: 390, dark: true, english: true })
      await site.signIn(english, 'junho')
      await english.click('#seat-D3')
      await look('22-phone-dark-english', english)
      await site.hold(english)
      await english.click('#pay-wallet')
      await site.status(english, 'CONFIRMED')
      await english.click('#cancel')
      await look('23-phone-dark-cancel', english)
      await phone.goto(`${site.origin}/operator?order=${orderId}`)
      await phone.waitForSelector('#events')
      await look('24-phone-operator', phone)
      await phone.goto(`${site.origin}/orders`)
      await phone.waitForSelector('.order-link')
      await look('25-phone-orders', phone)
    },
  },
]
