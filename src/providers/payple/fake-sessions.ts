import type { Clock } from '../../core/clock'

/** What an AuthKey may be used for: each set of flags leads to another address. */
export type FakeOperation = { readonly operation: string; readonly path: string }

/** Told by the flags of an authentication. Payple may change the paths; nobody should know them by heart. */
const OPERATIONS: readonly (readonly [flags: Readonly<Record<string, string>>, FakeOperation])[] = [
  [{ PCD_PAYCANCEL_FLAG: 'Y' }, { operation: 'cancelPayment', path: '/php/account/api/cPayCAct.php' }],
  [{ PCD_PAYCHK_FLAG: 'Y' }, { operation: 'getPayment', path: '/php/PayChkAct.php' }],
  [
    { PCD_PAY_WORK: 'PUSERINFO' },
    { operation: 'getBillingKey', path: '/php/cPayUser/api/cPayUserAct.php?ACT_=PUSERINFO' },
  ],
  [
    { PCD_PAY_WORK: 'PUSERDEL' },
    { operation: 'deleteBillingKey', path: '/php/cPayUser/api/cPayUserDel.php?ACT_=PUSERDEL' },
  ],
  [{ PCD_PAY_WORK: 'TSREG' }, { operation: 'issueCashReceipt', path: '/php/taxsave/api/tsAct.php?ACT_=TSREG' }],
  [{ PCD_PAY_WORK: 'TSCANCEL' }, { operation: 'cancelCashReceipt', path: '/php/taxsave/api/tsDel.php?ACT_=TSCANCEL' }],
  [{ PCD_SETTLEMENT_FLAG: 'Y' }, { operation: 'listSettlements', path: '/php/settlement/api/list.php' }],
  [
    { PCD_PAY_TYPE: 'card', PCD_REGULER_FLAG: 'Y' },
    { operation: 'chargeBillingKey', path: '/php/RePayCardAct.php?ACT_=PAYM' },
  ],
  [{ PCD_REGULER_FLAG: 'Y' }, { operation: 'chargeBillingKey', path: '/php/RePayAct.php?ACT_=PAYM' }],
  [
    { PCD_PAY_TYPE: 'card', PCD_SIMPLE_FLAG: 'Y' },
    { operation: 'chargeBillingKey', path: '/php/SimplePayCardAct.php?ACT_=PAYM' },
  ],
  [{ PCD_SIMPLE_FLAG: 'Y' }, { operation: 'chargeBillingKey', path: '/php/SimplePayAct.php?ACT_=PAYM' }],
]

const pathnameOf = (path: string): string => path.split('?', 1)[0] ?? path

export const operationAt = (path: string): string | undefined =>
  OPERATIONS.find(([, { path: known }]) => path.endsWith(pathnameOf(known)))?.[1].operation

export type FakeSession = {
  readonly authKey: string
  readonly cstId: string
  readonly custKey: string
  readonly path: string
  readonly issuedAtMs: number
  readonly isUsed: boolean
}

export type SavedPaypleSessions = { readonly sessions: readonly FakeSession[]; readonly counter: number }

export type FakePaypleSessionsOptions = {
  readonly clock: Clock
  readonly cstId: string
  readonly custKey: string
  readonly ttlMs: number
  readonly singleUse: boolean
  /** Which credentials an operation takes beside its AuthKey. */
  readonly accepts: 'encoded' | 'raw' | 'both'
  readonly saved: SavedPaypleSessions | undefined
}

export type FakePaypleSessions = ReturnType<typeof fakePaypleSessions>

/** Partner authentication: AuthKeys, each for one operation, with credentials of their own. */
export const fakePaypleSessions = (options: FakePaypleSessionsOptions) => {
  const { clock, ttlMs } = options
  const sessions = new Map(options.saved?.sessions.map((session) => [session.authKey, session]))
  let counter = options.saved?.counter ?? 0

  const forgetOld = (now: number) => {
    // In the order they were made: the first one that is young ends the search.
    for (const [authKey, { issuedAtMs }] of sessions) {
      if (now - issuedAtMs < ttlMs) return
      sessions.delete(authKey)
    }
  }

  return {
    /** `undefined` when no operation has these flags. */
    open: (flags: Readonly<Record<string, unknown>>): FakeSession | undefined => {
      const now = clock.now().getTime()
      forgetOld(now)
      const found = OPERATIONS.find(([wanted]) =>
        Object.entries(wanted).every(([name, value]) => flags[name] === value),
      )
      if (found === undefined) return undefined
      const number = String(++counter).padStart(8, '0')
      const session: FakeSession = {
        // Some have more than 500 characters.
        authKey: `authkey${number}${'0f'.repeat(300)}`,
        cstId: `encoded-cst-id-${number}`,
        custKey: `encoded-cust-key-${number}`,
        path: found[1].path,
        issuedAtMs: now,
        isUsed: false,
      }
      sessions.set(session.authKey, session)
      return session
    },
    /** True when the AuthKey is one of this operation, alive, and with the right credentials beside it. */
    use: (
      path: string,
      given: { readonly cstId: unknown; readonly custKey: unknown; readonly authKey: unknown },
    ): boolean => {
      forgetOld(clock.now().getTime())
      const session = sessions.get(String(given.authKey))
      if (session === undefined || pathnameOf(session.path) !== path || session.isUsed) return false
      const isRaw = given.cstId === options.cstId && given.custKey === options.custKey
      const isEncoded = given.cstId === session.cstId && given.custKey === session.custKey
      if (!((isRaw && options.accepts !== 'encoded') || (isEncoded && options.accepts !== 'raw'))) return false
      if (options.singleUse) sessions.set(session.authKey, { ...session, isUsed: true })
      return true
    },
    /** As if Payple had ended them all. */
    revoke: () => sessions.clear(),
    save: (): SavedPaypleSessions => ({ sessions: [...sessions.values()], counter }),
  }
}
