import type { Clock } from 'holdfast'
import type { Handler } from 'holdfast/express'
import type { Provider } from './providers/provider'

/**
 * The providers call our webhooks when something is due. While the server is down they get a 503 and try again later.
 * `keep` writes down what has been delivered.
 */
export const deliverWebhooks = (
  providers: Readonly<Record<string, Provider>>,
  clock: Clock,
  handler: Handler,
  keep: () => void,
): (() => void) => {
  let isStopped = false
  let cancel = () => {}
  const deliver = async (name: string, { fake }: Provider) => {
    const url = `http://shop.example/payments/webhooks/${name}`
    const reports = await fake.webhooks.deliverDue(({ headers, rawBody }) =>
      handler(new Request(url, { method: 'POST', headers, body: rawBody })),
    )
    if (reports.length > 0) keep()
  }
  const round = async () => {
    await Promise.all(Object.entries(providers).map(([name, provider]) => deliver(name, provider)))
    if (!isStopped) cancel = clock.schedule(400, () => void round())
  }
  void round()
  return () => {
    isStopped = true
    cancel()
  }
}
