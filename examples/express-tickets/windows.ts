import { Router } from 'express'
import { toExpress } from 'holdfast/express'
import type { Provider } from './providers/provider'

/**
 * The part of the providers that a browser sees, each under its own name: a script, and the payment window. In a real
 * shop the provider's own script opens the provider's own page.
 */
export const paymentWindows = (providers: Readonly<Record<string, Provider>>): Router => {
  const router = Router()
  for (const [name, { fake, sdk }] of Object.entries(providers)) {
    const window = new URL(fake.windowUrl({}, `http://shop.example/${name}`)).pathname
    router.get(`/${name}/sdk.js`, (_req, res) => {
      res.type('text/javascript').send(opening(window) + sdk)
    })
    router.use(`/${name}`, toExpress(fake.handle))
  }
  return router
}

/** What every provider's script does in the end. */
const opening = (window: string): string => `
const open = (parameters) => {
  const url = new URL('${window}', location.origin)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, String(value))
  }
  location.assign(url)
}
`
