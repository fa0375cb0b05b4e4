import { get, learnTime } from './api.js'

const POLL_MS = 3_000

/**
 * The order now and after every change: pushed by the server, and asked for every few seconds while the line is down.
 * Returns a function that asks at once.
 */
export const watchOrder = (orderId, { onOrder, onLine }) => {
  const path = `/payments/orders/${encodeURIComponent(orderId)}`
  let isPolling = false
  let source = null

  const read = async () => {
    const answer = await get(path)
    if (answer.ok) onOrder(answer.data.order)
    return answer
  }
  const poll = () => {
    if (isPolling) return
    isPolling = true
    setTimeout(async () => {
      isPolling = false
      const answer = await read()
      // A refused stream is not opened again by the browser: we do it as soon as somebody answers.
      if (answer.ok && source.readyState === EventSource.CLOSED) open()
      else if (source.readyState !== EventSource.OPEN) poll()
    }, POLL_MS)
  }
  const open = () => {
    source = new EventSource(`${path}/watch`)
    source.addEventListener('open', () => onLine('live'))
    source.addEventListener('order', ({ data }) => {
      const { order, serverNow } = JSON.parse(data)
      learnTime(serverNow)
      onOrder(order)
    })
    source.addEventListener('tick', ({ data }) => learnTime(JSON.parse(data).serverNow))
    source.addEventListener('error', () => {
      onLine('polling')
      poll()
    })
  }
  open()
  return read
}
