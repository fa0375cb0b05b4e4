import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { restartScenarios } from './restart'
import { scenarios as pageScenarios } from './scenarios'
import { openSite } from './site'

/** Walks through the demo in a real browser. Prints one line per scenario, and `N passed, N failed` at the end. */

const CHROMIUM = '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const scenarios = [...pageScenarios, ...restartScenarios]
const SCREENSHOTS = fileURLToPath(new URL('screenshots', import.meta.url))

const runAll = async (browser: Browser): Promise<number> => {
  const [, , only = ''] = process.argv
  const chosen = scenarios.filter(({ name }) => name.includes(only))
  let failed = 0
  for (const { name, run } of chosen) {
    const site = await openSite(browser, SCREENSHOTS)
    try {
      await run(site)
      site.assertQuietPages()
      console.log(`ok      ${name}`)
    } catch (fault) {
      failed += 1
      console.log(`FAILED  ${name}`)
      console.log(fault instanceof Error ? (fault.stack ?? fault.message) : fault)
      await site.shot(`failed-${chosen.findIndex((one) => one.name === name)}`)
    } finally {
      await site.close()
    }
  }
  console.log(`${chosen.length - failed} passed, ${failed} failed`)
  return failed
}

if (existsSync(CHROMIUM)) {
  rmSync(SCREENSHOTS, { recursive: true, force: true })
  mkdirSync(SCREENSHOTS, { recursive: true })
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS })
  try {
    process.exitCode = (await runAll(browser)) === 0 ? 0 : 1
  } finally {
    await browser.close()
  }
} else {
  console.error(`${CHROMIUM} is missing. Install it: apt-get install chromium`)
  console.log(`0 passed, ${scenarios.length} failed`)
  process.exitCode = 1
}
