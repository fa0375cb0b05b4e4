import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp } from './app'

/** Prerequisites: none. No account, no network, no database. `PORT` is optional. */

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      // A listening TCP server has an address of this kind.
      resolve((server.address() as AddressInfo).port)
    })
  })

/** The port that was asked for, or the first free one from 3000 on. */
const listenSomewhere = async (server: Server): Promise<number> => {
  const { PORT } = process.env
  if (PORT !== undefined) return listen(server, Number(PORT))
  for (let port = 3_000; ; port += 1) {
    try {
      return await listen(server, port)
    } catch (fault) {
      const isTaken = fault instanceof Error && 'code' in fault && fault.code === 'EADDRINUSE'
      if (!isTaken || port >= 3_050) throw fault
    }
  }
}

const { app, stop } = createApp((entry) => {
  // Refusals are part of a day's work; this line is what an operator searches by the id the buyer was shown.
  if (entry.status >= 500) console.error(JSON.stringify(entry))
})
const server = createServer(app)
const port = await listenSomewhere(server)
console.log(`가을밤의 현악사중주 · buyer:    http://127.0.0.1:${port}/`)
console.log(`운영자 화면        · operator: http://127.0.0.1:${port}/operator`)

process.once('SIGINT', () => {
  stop()
  server.closeAllConnections()
  server.close()
})
