import type { Clock } from '../../core/clock'
import type { FakeReply } from './serve'

export type IdempotencyCache = {
  /** The first answer for this identity again, `busy` while it is being made, or the work's own answer. */
  readonly run: (
    identity: string,
    work: () => FakeReply | Promise<FakeReply>,
    replay: (first: FakeReply) => FakeReply,
  ) => FakeReply | Promise<FakeReply>
}

type Entry = { readonly at: number; reply: FakeReply | undefined }

/** Remembers answers, errors too, for `lifetimeMs` from the first use. */
export const idempotencyCache = (options: {
  readonly clock: Clock
  readonly lifetimeMs: number
  readonly busy: () => FakeReply
}): IdempotencyCache => {
  const entries = new Map<string, Entry>()

  const forgetOld = (now: number) => {
    // In the order of first use: the first one that is young ends the search.
    for (const [identity, { at }] of entries) {
      if (now - at < options.lifetimeMs) return
      entries.delete(identity)
    }
  }

  return {
    run: (identity, work, replay) => {
      const now = options.clock.now().getTime()
      forgetOld(now)
      const known = entries.get(identity)
      if (known !== undefined) return known.reply === undefined ? options.busy() : replay(known.reply)
      const entry: Entry = { at: now, reply: undefined }
      entries.set(identity, entry)
      const keep = (reply: FakeReply): FakeReply => {
        entry.reply = reply
        return reply
      }
      const reply = work()
      return reply instanceof Promise ? reply.then(keep) : keep(reply)
    },
  }
}
