import { errAsync } from 'neverthrow'
import { type Clock, systemClock } from '../../core/clock'
import type { BodySchema, LogEntry } from '../http'
import type { PortOneV1Client } from './endpoints'
import { notExecuted } from './errors'
import { checkCredentials, checkUrl, type PortOneV1Credentials } from './keys'
import { type CallOptions, query } from './requests'
import { type Schemas, transport } from './transport'

export type PortOneV1ClientOptions = PortOneV1Credentials & {
  readonly baseUrl?: string | undefined
  /** For one call, headers and body together. */
  readonly timeoutMs?: number | undefined
  readonly clock?: Clock | undefined
  readonly log?: ((entry: LogEntry) => void) | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

export const BASE_URL = 'https://api.iamport.kr'

/**
 * An issuer may take many seconds over a charge. Giving up sooner loses answers, not payments, and every lost answer
 * costs a look-up. PortOne names no number.
 */
export const TIMEOUT_MS = 30_000

/**
 * Errors: throws when the credentials cannot work (`config_error`); it names the key and never its value.
 *
 * Live mode never asks for payments through test channels: the buyer's browser chooses the channel.
 */
export const portOneV1Client = (options: PortOneV1ClientOptions): PortOneV1Client => {
  checkCredentials(options)
  const { impKey, impSecret, tier, mode, fetch, baseUrl = BASE_URL, timeoutMs = TIMEOUT_MS } = options
  const { clock = systemClock(), log = () => undefined } = options
  checkUrl('baseUrl', baseUrl)
  const { call, getToken } = transport({ impKey, impSecret, tier, baseUrl, timeoutMs, clock, log, fetch })
  // Described for one payment by its `imp_uid` alone. UNCONFIRMED whether the other look-ups hide or heed it too.
  const sandbox = mode === 'test' ? { include_sandbox: true } : {}

  type Pick<T> = (schemas: Schemas) => BodySchema<T>
  const get = <T>(operation: string, path: string, pick: Pick<T>, options: CallOptions = {}) =>
    call({ ...options, operation, method: 'get', path }, pick)
  const post = <T>(operation: string, path: string, json: unknown, pick: Pick<T>, options: CallOptions = {}) =>
    call({ ...options, operation, method: 'post', path, json }, pick)
  const put = <T>(operation: string, path: string, json: unknown, pick: Pick<T>, options: CallOptions = {}) =>
    call({ ...options, operation, method: 'put', path, json }, pick)
  const del = <T>(operation: string, path: string, pick: Pick<T>, options: CallOptions = {}) =>
    call({ ...options, operation, method: 'delete', path }, pick)

  const payment = (schemas: Schemas) => schemas.PortOneV1Payment
  const payments = (schemas: Schemas) => schemas.PortOneV1Payments
  const page = (schemas: Schemas) => schemas.PortOneV1PaymentPage
  const prepared = (schemas: Schemas) => schemas.PortOneV1Prepared
  const customer = (schemas: Schemas) => schemas.PortOneV1Customer
  const customers = (schemas: Schemas) => schemas.PortOneV1Customers
  const schedule = (schemas: Schemas) => schemas.PortOneV1Schedule
  const schedules = (schemas: Schemas) => schemas.PortOneV1Schedules
  const scheduleList = (schemas: Schemas) => schemas.PortOneV1ScheduleList
  const receipt = (schemas: Schemas) => schemas.PortOneV1Receipt

  const at = encodeURIComponent
  const ofStatus = (path: string, status: string | undefined) => (status === undefined ? path : `${path}/${status}`)

  return {
    getToken: (options) => getToken(options),

    getPayment: (impUid, options) => get('getPayment', `payments/${at(impUid)}${query(sandbox)}`, payment, options),
    getPayments: ({ impUids, merchantUids }, options) =>
      get(
        'getPayments',
        `payments${query({ imp_uid: impUids, merchant_uid: merchantUids, ...sandbox })}`,
        payments,
        options,
      ),
    findPayment: (merchantUid, { status, sorting } = {}, options) =>
      get(
        'findPayment',
        ofStatus(`payments/find/${at(merchantUid)}`, status) + query({ sorting, ...sandbox }),
        payment,
        options,
      ),
    findAllPayments: (merchantUid, { status, ...rest } = {}, options) =>
      get(
        'findAllPayments',
        ofStatus(`payments/findAll/${at(merchantUid)}`, status) + query({ ...rest, ...sandbox }),
        page,
        options,
      ),
    listPayments: ({ status, ...rest }, options) =>
      get('listPayments', `payments/status/${status}${query({ ...rest, ...sandbox })}`, page, options),
    cancelPayment: (body, options) => post('cancelPayment', 'payments/cancel', body, payment, options),

    preparePayment: (body, options) => post('preparePayment', 'payments/prepare', body, prepared, options),
    changePrepared: (body, options) => put('changePrepared', 'payments/prepare', body, prepared, options),
    getPrepared: (merchantUid, options) => get('getPrepared', `payments/prepare/${at(merchantUid)}`, prepared, options),

    getCustomer: (uid, options) => get('getCustomer', `subscribe/customers/${at(uid)}`, customer, options),
    getCustomers: (uids, options) =>
      get('getCustomers', `subscribe/customers${query({ customer_uid: uids })}`, customers, options),
    deleteCustomer: (uid, { reason } = {}, options) =>
      del('deleteCustomer', `subscribe/customers/${at(uid)}${query({ reason })}`, customer, options),
    listCustomerPayments: (uid, paging = {}, options) =>
      get('listCustomerPayments', `subscribe/customers/${at(uid)}/payments${query(paging)}`, page, options),

    chargeAgain: (body, options) => post('chargeAgain', 'subscribe/payments/again', body, payment, options),
    scheduleCharge: ({ customer_uid, ...item }, options) =>
      post('scheduleCharge', 'subscribe/payments/schedule', { customer_uid, schedules: [item] }, schedules, options),
    unschedule: (merchantUids, options) =>
      // What PortOne does when it is told neither is UNCONFIRMED; a list may be empty where types are not checked.
      merchantUids.length === 0
        ? errAsync(notExecuted('invalid_request', 'merchant_uid: at least one'))
        : post('unschedule', 'subscribe/payments/unschedule', { merchant_uid: merchantUids }, schedules, options),
    getSchedule: (uid, options) => get('getSchedule', `subscribe/payments/schedule/${at(uid)}`, schedule, options),
    listSchedules: ({ from, to, status, ...paging }, options) =>
      get(
        'listSchedules',
        `subscribe/payments/schedule${query({ schedule_from: from, schedule_to: to, schedule_status: status, ...paging })}`,
        scheduleList,
        options,
      ),
    listCustomerSchedules: (uid, { from, to, status, ...paging }, options) =>
      get(
        'listCustomerSchedules',
        `subscribe/payments/schedule/customers/${at(uid)}${query({ from, to, 'schedule-status': status, ...paging })}`,
        scheduleList,
        options,
      ),
    moveSchedule: (uid, schedule_at, options) =>
      put('moveSchedule', `subscribe/payments/schedule/${at(uid)}`, { schedule_at }, schedule, options),
    reschedule: (uid, schedule_at, options) =>
      post('reschedule', `subscribe/payments/schedule/${at(uid)}/reschedule`, { schedule_at }, schedule, options),
    retrySchedule: (uid, options) =>
      post('retrySchedule', `subscribe/payments/schedule/${at(uid)}/retry`, {}, payment, options),

    issueVbank: (body, options) => post('issueVbank', 'vbanks', body, payment, options),
    changeVbank: (impUid, body, options) => put('changeVbank', `vbanks/${at(impUid)}`, body, payment, options),
    revokeVbank: (impUid, options) => del('revokeVbank', `vbanks/${at(impUid)}`, payment, options),

    getReceipt: (impUid, options) => get('getReceipt', `receipts/${at(impUid)}`, receipt, options),
    issueReceipt: (impUid, body, options) => post('issueReceipt', `receipts/${at(impUid)}`, body, receipt, options),
    revokeReceipt: (impUid, options) => del('revokeReceipt', `receipts/${at(impUid)}`, receipt, options),
  }
}
