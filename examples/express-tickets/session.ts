import type { Actor } from 'holdfast'

/** Two buyers, so that one can watch the other take a seat. A real shop has its own sign-in here. */
export const BUYERS = [
  { id: 'minji', name: { ko: '민지', en: 'Minji' } },
  { id: 'junho', name: { ko: '준호', en: 'Junho' } },
] as const

export type Buyer = (typeof BUYERS)[number]

const COOKIE = 'demo_session'

const buyerCalled = (wanted: unknown): Buyer | null => BUYERS.find(({ id }) => id === wanted) ?? null

/**
 * Sessions by an unguessable token: the cookie names no buyer, so that nobody can write themselves another one. `saved`
 * is who was signed in before, token and buyer.
 */
export const createSessions = (saved: readonly (readonly [string, string])[] = []) => {
  const sessions = new Map<string, Buyer>()
  for (const [token, buyerId] of saved) {
    const buyer = buyerCalled(buyerId)
    if (buyer !== null) sessions.set(token, buyer)
  }
  const buyerOf = (cookies: string | null | undefined): Buyer | null => {
    const [, token = ''] = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]+)`).exec(cookies ?? '') ?? []
    return sessions.get(token) ?? null
  }
  return {
    buyers: BUYERS,
    buyerOf,
    actorOf: (request: Request): Actor | null => {
      const buyer = buyerOf(request.headers.get('cookie'))
      return buyer === null ? null : { kind: 'buyer', id: buyer.id }
    },
    /** The cookie of a new session, or null for a buyer who does not exist. */
    signIn: (buyerId: unknown): string | null => {
      const buyer = buyerCalled(buyerId)
      if (buyer === null) return null
      const token = crypto.randomUUID()
      sessions.set(token, buyer)
      // A form that a provider's page posts comes from another site: a real shop that takes Payple needs
      // `SameSite=None; Secure`, or finds nobody signed in on the way back. Here the window is on our own site.
      return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax`
    },
    signOut: `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`,
    save: () => [...sessions].map(([token, { id }]) => [token, id] as const),
  }
}

export type Sessions = ReturnType<typeof createSessions>
