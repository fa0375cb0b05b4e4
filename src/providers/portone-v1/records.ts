import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow'
import type { GatewayError } from '../gateway'
import type { PortOneV1Client } from './endpoints'
import { unknownOutcome } from './errors'
import { isIssue, isWaitingForDeposit, mayChargeAtIssue, wasPaid } from './payment'
import { merchantUidOf } from './purpose'
import type { PortOneV1Payment } from './schema'

/** What a gateway asks with. */
export type Asking = {
  readonly client: PortOneV1Client
  readonly mode: 'test' | 'live'
  readonly now: () => Date
}

/** Where an attempt or a charge stands, all records of its order id taken together. */
export type Standing =
  | { readonly kind: 'paid' | 'waiting' | 'failed'; readonly payment: PortOneV1Payment }
  | { readonly kind: 'open' | 'none' }

/** A page of records is some 200 kilobytes. */
const PAGE_SIZE = 100

/**
 * Reads PortOne's records of an id of ours. Each try of the buyer's makes one, so a declined card stands beside the
 * payment that followed it, and the newest is not always the one that counts.
 *
 * `impUid`: asked for first. It may have come by way of the buyer's browser, so a record of another order is passed
 * over.
 */
export const standingOf = (asking: Asking, id: string, impUid: string | null): ResultAsync<Standing, GatewayError> =>
  merchantUidOf(id).asyncAndThen((merchantUid) =>
    (impUid === null ? okAsync(NONE) : recordNamed(asking, merchantUid, impUid)).andThen((named) =>
      named.some(wasPaid)
        ? judge(named).asyncAndThen((standing) => okAsync<Standing, GatewayError>(standing))
        : allRecords(asking, merchantUid).andThen((all) => judge([...named, ...all])),
    ),
  )

type Records = readonly PortOneV1Payment[]
const NONE: Records = []

const recordNamed = (asking: Asking, merchantUid: string, impUid: string): ResultAsync<Records, GatewayError> =>
  asking.client
    .getPayment(impUid)
    .andThen((payment) => (payment.imp_uid === impUid ? ok(payment) : err(ANOTHER)))
    .andThen((payment) => belonging([payment], merchantUid, asking))
    .orElse(noneIfUnknown)

const allRecords = (
  asking: Asking,
  merchantUid: string,
  page = 1,
  before: Records = NONE,
): ResultAsync<Records, GatewayError> =>
  asking.client
    .findAllPayments(merchantUid, { page, limit: PAGE_SIZE, sorting: '-started' })
    .andThen(({ list, next }) =>
      list.some(({ merchant_uid }) => merchant_uid !== merchantUid)
        ? err(ANOTHER)
        : belonging(list, merchantUid, asking).map((found) => ({ found, next })),
    )
    .andThen(({ found, next }) => {
      const records = [...before, ...found]
      return next > page ? allRecords(asking, merchantUid, next, records) : okAsync(records)
    })
    .orElse((error) => noneIfUnknown(error).map(() => before))

const ANOTHER: GatewayError = unknownOutcome('bad_response', 'the answer is about another payment')

const noneIfUnknown = (error: GatewayError): Result<Records, GatewayError> =>
  error.code === 'not_found' ? ok(NONE) : err(error)

/**
 * The records that can count for this order. In live mode those of a test channel cannot: the browser chooses the
 * channel, and no money moves there. Nor can the registration of a card.
 *
 * Errors: `unrecognized` for a registration at a PG that may have taken the amount: a person has to look.
 */
const belonging = (records: Records, merchantUid: string, { mode }: Asking): Result<Records, GatewayError> => {
  const own = records.filter((it) => it.merchant_uid === merchantUid && (mode === 'test' || !it.sandbox))
  const charging = own.find((it) => isIssue(it) && wasPaid(it) && it.amount > 0 && mayChargeAtIssue(it.pg_provider))
  if (charging !== undefined) return err(unknownOutcome('unrecognized', 'a registered card that may have been charged'))
  return ok(own.filter((it) => !isIssue(it)))
}

const judge = (records: Records): Result<Standing, GatewayError> => {
  // An order id is paid at most once. If ever it were paid twice, every look-up must tell of the same one.
  const paid = records.filter(wasPaid).reduce<PortOneV1Payment | undefined>(earlier, undefined)
  if (paid !== undefined) return ok({ kind: 'paid', payment: paid })
  const waiting = records.find(isWaitingForDeposit)
  if (waiting !== undefined) return ok({ kind: 'waiting', payment: waiting })
  if (records.some(({ status }) => !KNOWN.includes(status))) {
    return err(unknownOutcome('unrecognized', 'a payment in a status that is not known here'))
  }
  if (records.some(({ status }) => status === 'ready')) return ok({ kind: 'open' })
  const [failed] = records
  return ok(failed === undefined ? { kind: 'none' } : { kind: 'failed', payment: failed })
}

const KNOWN: readonly string[] = ['ready', 'paid', 'failed', 'cancelled']

const earlier = (left: PortOneV1Payment | undefined, right: PortOneV1Payment): PortOneV1Payment =>
  left === undefined || paidAtMs(right) < paidAtMs(left) ? right : left

const paidAtMs = ({ paid_at }: PortOneV1Payment): number => paid_at?.getTime() ?? Number.MAX_SAFE_INTEGER
