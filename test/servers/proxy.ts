import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net'
import type { Place } from './servers'

/**
 * When the line breaks around the bytes that commit:
 * - `before`: they never leave for the server.
 * - `late`: they are on their way while the caller learns that the line is dead, and arrive when `arrive` is called.
 * - `after`: the server has carried them out; not one byte of its answer comes back.
 * - `within`: half of the answer comes back.
 */
export const CUTS = ['before', 'late', 'after', 'within'] as const
export type Cut = (typeof CUTS)[number]

export type Line = {
  /** The place, by way of this proxy. */
  readonly through: Place
  /** How many commits have passed since `arm` or `disarm`. */
  readonly commits: () => number
  /** Cuts the line at the `nth` commit from now, counted from 1. */
  readonly arm: (cut: Cut, nth: number) => void
  readonly disarm: () => void
  readonly hasCut: () => boolean
  /** Lets what a `late` cut has kept go on to the server, and waits until the server has answered. */
  readonly arrive: () => Promise<void>
  readonly close: () => Promise<void>
}

const LATE_MS = 1_000

const WRITE = /(?:INSERT INTO|UPDATE|DELETE FROM) [`"]/
const BEGIN = /\b(?:begin|start transaction)\b/i
const END = /\b(?:commit|rollback)\b/i

/** A line to a database that breaks where a test wants it to. Statements must travel with their text. */
export const createProxy = async (place: Place): Promise<Line> => {
  const target = new URL(place.url)
  let commits = 0
  let armed: { readonly cut: Cut; readonly nth: number } | null = null
  let hasCut = false
  let kept: (() => Promise<void>) | null = null
  const sockets = new Set<Socket>()

  const serve = (client: Socket): void => {
    const server = tcpConnect(Number(target.port), target.hostname)
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      sockets.add(socket)
      // A broken line is what these tests are about.
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    let isInside = false
    let breaks: Cut | null = null
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1')
      const isCommit = isInside ? /\bcommit\b/i.test(text) : WRITE.test(text)
      if (BEGIN.test(text) && !isCommit) isInside = true
      if (isInside && END.test(text)) isInside = false
      if (isCommit) {
        commits += 1
        if (armed !== null && armed.nth === commits) {
          breaks = armed.cut
          armed = null
          hasCut = true
        }
      }
      if (breaks === 'before') {
        client.destroy()
        server.destroy()
        return
      }
      if (breaks === 'late') {
        let arrived: Promise<void> | null = null
        const arrive = () => {
          arrived ??= new Promise((resolve) => {
            server.once('data', () => {
              server.destroy()
              resolve()
            })
            server.write(bytes)
          })
          return arrived
        }
        kept = arrive
        // The caller may be waiting for a row that this very transaction has locked.
        setTimeout(arrive, LATE_MS).unref()
        client.destroy()
        return
      }
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      if (breaks === null) return void client.write(bytes)
      if (breaks === 'within') client.write(bytes.subarray(0, bytes.length >> 1))
      if (breaks === 'late') return
      server.destroy()
      client.destroySoon()
    })
    client.on('close', () => {
      if (breaks !== 'late') server.destroy()
    })
    server.on('close', () => client.destroy())
  }

  const listener: Server = createServer(serve)
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const url = new URL(place.url)
  url.hostname = '127.0.0.1'
  url.port = String(address.port)

  const reset = () => {
    commits = 0
    armed = null
    hasCut = false
    kept = null
  }
  return {
    through: { ...place, url: url.href },
    commits: () => commits,
    arm: (cut, nth) => {
      reset()
      armed = { cut, nth }
    },
    disarm: reset,
    hasCut: () => hasCut,
    arrive: async () => {
      await kept?.()
      kept = null
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        listener.close(() => resolve())
      }),
  }
}
