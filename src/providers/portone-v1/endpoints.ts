import type { ResultAsync } from 'neverthrow'
import type { GatewayError } from '../gateway'
import type {
  AgainBody,
  CallOptions,
  CancelBody,
  ListQuery,
  Paging,
  PortOneV1Sorting,
  PortOneV1Status,
  PrepareBody,
  ReceiptBody,
  ScheduleBody,
  ScheduleQuery,
  VbankBody,
} from './requests'
import type {
  PortOneV1Customer,
  PortOneV1Payment,
  PortOneV1PaymentPage,
  PortOneV1Prepared,
  PortOneV1Receipt,
  PortOneV1Schedule,
  PortOneV1ScheduleList,
  PortOneV1Token,
} from './schema'

type Answer<T> = ResultAsync<T, GatewayError>

/**
 * PortOne V1's endpoints, one function each. Card numbers have no way in: the endpoints that take them are left out.
 *
 * Errors: a payment that was refused is no error here. `chargeAgain` and `retrySchedule` answer with a payment whose
 * `status` has to be read: `failed` is a declined card.
 *
 * A repeat is the caller's: nothing is sent twice, except after a 401, which means that nothing was carried out.
 *
 * @see https://developers.portone.io/api/rest-v1
 */
export type PortOneV1Client = {
  readonly getToken: (options?: CallOptions) => Answer<PortOneV1Token>

  readonly getPayment: (impUid: string, options?: CallOptions) => Answer<PortOneV1Payment>
  /** Up to 100 in all. Those that PortOne does not know are left out. */
  readonly getPayments: (
    ids: { readonly impUids?: readonly string[]; readonly merchantUids?: readonly string[] },
    options?: CallOptions,
  ) => Answer<readonly PortOneV1Payment[]>
  /** The newest record of an order id, of one status or of any. */
  readonly findPayment: (
    merchantUid: string,
    query?: { readonly status?: PortOneV1Status; readonly sorting?: PortOneV1Sorting },
    options?: CallOptions,
  ) => Answer<PortOneV1Payment>
  /** Every record of an order id: each try of the buyer's is one. */
  readonly findAllPayments: (
    merchantUid: string,
    query?: Paging & { readonly status?: PortOneV1Status; readonly sorting?: PortOneV1Sorting },
    options?: CallOptions,
  ) => Answer<PortOneV1PaymentPage>
  /** By status and time: what a host compares its own books with. A page beyond the last is `invalid_request`. */
  readonly listPayments: (query: ListQuery, options?: CallOptions) => Answer<PortOneV1PaymentPage>
  readonly cancelPayment: (body: CancelBody, options?: CallOptions) => Answer<PortOneV1Payment>

  /** Registers the amount that the window may ask for. A second time it is `conflict`: `changePrepared`. */
  readonly preparePayment: (body: PrepareBody, options?: CallOptions) => Answer<PortOneV1Prepared>
  readonly changePrepared: (body: PrepareBody, options?: CallOptions) => Answer<PortOneV1Prepared>
  readonly getPrepared: (merchantUid: string, options?: CallOptions) => Answer<PortOneV1Prepared>

  readonly getCustomer: (customerUid: string, options?: CallOptions) => Answer<PortOneV1Customer>
  readonly getCustomers: (
    customerUids: readonly string[],
    options?: CallOptions,
  ) => Answer<readonly PortOneV1Customer[]>
  readonly deleteCustomer: (
    customerUid: string,
    query?: { readonly reason?: string },
    options?: CallOptions,
  ) => Answer<PortOneV1Customer>
  readonly listCustomerPayments: (
    customerUid: string,
    query?: Paging,
    options?: CallOptions,
  ) => Answer<PortOneV1PaymentPage>

  readonly chargeAgain: (body: AgainBody, options?: CallOptions) => Answer<PortOneV1Payment>
  readonly scheduleCharge: (body: ScheduleBody, options?: CallOptions) => Answer<readonly PortOneV1Schedule[]>
  /** By order id alone: by billing key it would end the schedules of every product that uses the key. */
  readonly unschedule: (
    merchantUids: readonly [string, ...string[]],
    options?: CallOptions,
  ) => Answer<readonly PortOneV1Schedule[]>
  readonly getSchedule: (merchantUid: string, options?: CallOptions) => Answer<PortOneV1Schedule>
  readonly listSchedules: (query: ScheduleQuery, options?: CallOptions) => Answer<PortOneV1ScheduleList>
  readonly listCustomerSchedules: (
    customerUid: string,
    query: ScheduleQuery,
    options?: CallOptions,
  ) => Answer<PortOneV1ScheduleList>
  readonly moveSchedule: (merchantUid: string, scheduleAt: number, options?: CallOptions) => Answer<PortOneV1Schedule>
  /** For one that failed or was revoked. */
  readonly reschedule: (merchantUid: string, scheduleAt: number, options?: CallOptions) => Answer<PortOneV1Schedule>
  /** Charges one that failed or was revoked, now. */
  readonly retrySchedule: (merchantUid: string, options?: CallOptions) => Answer<PortOneV1Payment>

  readonly issueVbank: (body: VbankBody, options?: CallOptions) => Answer<PortOneV1Payment>
  readonly changeVbank: (
    impUid: string,
    body: { readonly amount?: number; readonly vbank_due?: number },
    options?: CallOptions,
  ) => Answer<PortOneV1Payment>
  readonly revokeVbank: (impUid: string, options?: CallOptions) => Answer<PortOneV1Payment>

  readonly getReceipt: (impUid: string, options?: CallOptions) => Answer<PortOneV1Receipt>
  readonly issueReceipt: (impUid: string, body: ReceiptBody, options?: CallOptions) => Answer<PortOneV1Receipt>
  readonly revokeReceipt: (impUid: string, options?: CallOptions) => Answer<PortOneV1Receipt>
}
