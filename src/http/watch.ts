import type { Actor } from '../core/actor'
import type { Order } from '../core/order'
import type { Settings } from './handler'
import { orderView } from './views'

type Watch = (input: {
  readonly actor: Actor
  readonly order: string
  readonly signal: AbortSignal
}) => AsyncGenerator<Order, void, void>

/**
 * The order now and after every change as server-sent events: `order` carries the order, `tick` says that the line is
 * alive. Both carry `serverNow`. Ends when the client goes, and by itself after `watchMs`.
 */
export const watchReply = (
  orders: { readonly watch: Watch },
  input: { readonly actor: Actor; readonly order: string },
  gone: AbortSignal,
  { clock, heartbeatMs, watchMs }: Settings,
): Response => {
  const stop = new AbortController()
  const end = () => stop.abort()
  const encoder = new TextEncoder()
  let isCancelled = false

  const follow = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const send = (event: string, data: object): void => {
      if (stop.signal.aborted) return
      const text = JSON.stringify({ ...data, serverNow: clock.now() })
      controller.enqueue(encoder.encode(`event: ${event}\ndata: ${text}\n\n`))
    }
    const beat = (): void => {
      // A reader that does not keep up gets no more ticks; orders are few and are never left out.
      if ((controller.desiredSize ?? -1) >= 0) send('tick', {})
      cancelBeat = clock.schedule(heartbeatMs, beat)
    }
    let cancelBeat = clock.schedule(heartbeatMs, beat)
    const cancelEnd = clock.schedule(watchMs, end)
    if (gone.aborted) end()
    gone.addEventListener('abort', end, { once: true })
    const sendAll = async (): Promise<void> => {
      for await (const order of orders.watch({ ...input, signal: stop.signal })) {
        send('order', { order: orderView(order) })
      }
    }
    const finish = (): void => {
      cancelBeat()
      cancelEnd()
      gone.removeEventListener('abort', end)
      // A stream that its reader has cancelled is closed already, and closing it twice throws.
      if (!isCancelled) controller.close()
    }
    // Whatever ends the watch ends the stream: the browser connects again and is answered anew.
    void sendAll().then(finish, finish)
  }

  let isFollowing = false
  const source: UnderlyingDefaultSource<Uint8Array> = {
    // Nothing is watched until somebody reads, such as for a HEAD request.
    pull: (controller) => {
      if (!isFollowing) follow(controller)
      isFollowing = true
    },
    cancel: () => {
      isCancelled = true
      end()
    },
  }
  return new Response(new ReadableStream(source, { highWaterMark: 0 }), {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies that collect answers would hold events back.
      'x-accel-buffering': 'no',
    },
  })
}
