import type { Clock } from '../../core/clock'
import type { FakeReply } from './serve'

export type IdempotencyCache = {
  /** The first answer for this identity again, `busy` while it is being made, or the work's own answer. */
  readonly run: (
    identity: string,
    work: () => FakeReply | Promise<FakeReply>,
    replay: (first: FakeReply) => FakeReply,
  ) => FakeReply | Promise<FakeReply>
  /** What is being answered now is left out: nobody will ever know how it ends. */
  readonly save: () => readonly SavedAnswer[]
}

/** In the order of first use. `usedAtMs` is a moment in milliseconds since 1970. */
export type SavedAnswer = { readonly identity: string; readonly usedAtMs: number; readonly reply: FakeReply }

type Entry = { readonly at: number; reply: FakeReply | undefined }

/** Remembers answers, errors too, for `lifetimeMs` from the first use. */
export const idempotencyCache = (options: {
  readonly clock: Clock
  readonly lifetimeMs: number
  readonly busy: () => FakeReply
  readonly saved?: readonly SavedAnswer[]
}): IdempotencyCache => {
  const entries = new Map<string, Entry>()
  for (const { identity, usedAtMs, reply } of options.saved ?? []) entries.set(identity, { at: usedAtMs, reply })

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
    save: () =>
      [...entries].flatMap(([identity, { at, reply }]) =>
        reply === undefined ? [] : [{ identity, usedAtMs: at, reply }],
      ),
  }
}
