import { describe, expect, test } from 'vitest'
import { paypleExchanges } from './exchanges/payple'
import { portOneV1Exchanges } from './exchanges/portone-v1'
import { portOneV2Exchanges } from './exchanges/portone-v2'
import { tossExchanges } from './exchanges/toss'

// `npx vitest run test/docs -u` records the pages anew.
describe('the recorded exchanges', () => {
  test.each([
    ['toss', tossExchanges],
    ['payple', paypleExchanges],
    ['portone-v1', portOneV1Exchanges],
    ['portone-v2', portOneV2Exchanges],
  ])('%s: the page is what the client and the fake say now', async (name, record) => {
    const page = await record()
    expect(page).toContain('## ')
    await expect(page).toMatchFileSnapshot(`../../docs/exchanges/${name}.md`)
  })
})
