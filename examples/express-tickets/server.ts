import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Store } from 'holdfast'
import { createApp } from './app'
import { openDatabase } from './database'
import { fileMemory, type Memory } from './memory'
import { emptyPlace, lockPlace, placeFrom } from './place'
import { BUYERS } from './session'

/**
 * Prerequisites: none. No account, no network, no database server. Optional: `PORT`, `DATABASE_URL`,
 * `HOLDFAST_DEMO_DIR`, and `--fresh` to begin with nothing sold.
 */

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

/** A provider that remembers nothing beside orders that were paid would make every book wrong. */
const refuseHalf = async (store: Store, { found }: Memory, memoryFile: string): Promise<void> => {
  if (found !== null) return
  for (const { id } of BUYERS) {
    const orders = await store.find('orders', { index: 'byBuyer', where: { buyerId: id }, limit: 1 })
    if (orders.length > 0) throw new Error(`the database has orders, but ${memoryFile} is gone. Start afresh: --fresh`)
  }
}

const main = async (): Promise<void> => {
  const place = placeFrom(process.env)
  const lock = lockPlace(place)
  const fresh = process.argv.includes('--fresh')
  if (fresh) emptyPlace(place)
  const database = await openDatabase(place, { fresh })
  const memory = fileMemory(place.memoryFile)
  await refuseHalf(database.store, memory, place.memoryFile)
  const { app, stop } = createApp({
    store: database.store,
    memory,
    onFailure: (entry) => {
      // Refusals are part of a day's work; this line is what an operator searches by the id the buyer was shown.
      if (entry.status >= 500) console.error(JSON.stringify(entry))
    },
  })
  const server = createServer(app)
  const port = await listenSomewhere(server)
  console.log(`가을밤의 현악사중주 · buyer:    http://127.0.0.1:${port}/`)
  console.log(`운영자 화면        · operator: http://127.0.0.1:${port}/operator`)
  console.log(`데이터             · data:     ${place.shown}; providers and sessions: ${place.memoryFile}`)
  console.log('처음부터 다시      · afresh:   npm run demo -- --fresh')

  process.once('SIGINT', () => {
    stop()
    server.closeAllConnections()
    server.close()
    void database.close().finally(() => lock.close())
  })
}

try {
  await main()
} catch (fault) {
  console.error(`demo: ${fault instanceof Error ? fault.message : fault}`)
  process.exit(1)
}
