import type { WebhookMessage } from '../fake/webhooks'
import type { PaypleChange } from './fake-book'
import type { FakePayplePayment } from './fake-payment'
import type { FakePaypleRender, PaypleFields } from './fake-render'
import { paypleTime } from './time'

export type FakePaypleNoticesOptions = {
  readonly enqueue: (message: WebhookMessage) => void
  readonly render: FakePaypleRender
  readonly cstId: string
  readonly origin: string
  readonly confirmUrl: string
  /** Both are sent in the wild. */
  readonly format: 'json' | 'form'
  /** How many were counted so far. */
  readonly saved: number
}

/** The content type is told by the id of a delivery, which is the fake's alone: Payple sends none. */
export const contentTypeOf = (id: string): string =>
  id.endsWith('_form') ? 'application/x-www-form-urlencoded' : 'application/json'

/** Turns what happened into the webhooks Payple would send. Nothing in them is signed. */
export const fakePaypleNotices = (options: FakePaypleNoticesOptions) => {
  const { render, cstId, format } = options
  let counter = options.saved
  const send = (fields: PaypleFields, at: Date) => {
    const texts = Object.entries(fields).flatMap(([name, value]) => (isScalar(value) ? [[name, String(value)]] : []))
    const rawBody = format === 'json' ? JSON.stringify(fields) : new URLSearchParams(texts).toString()
    options.enqueue({ id: `payple_fake_${++counter}_${format}`, rawBody, at })
  }

  const keys = (payment: FakePayplePayment): PaypleFields =>
    payment.requestKey === null
      ? {}
      : {
          PCD_PAY_WORK: 'CERT',
          PCD_AUTH_KEY: payment.authKey,
          PCD_PAY_REQKEY: payment.requestKey,
          PCD_PAY_HOST: options.origin,
          PCD_PAY_URL: '', // Filled in the browser's result, empty here.
          PCD_PAY_COFURL: options.confirmUrl,
        }

  /** Without what the merchant sent along (`PCD_USER_DEFINE1`): the order id is all there is to find it by. */
  const cancelled = (payment: FakePayplePayment, at: Date): void => {
    const amount = payment.cancels.at(-1)?.amountMinor ?? 0
    send(
      {
        ...render.said('success', 'PAYC0000'),
        PCD_CST_ID: cstId,
        PCD_PAY_OID: payment.orderId,
        PCD_PAY_TYPE: payment.payType,
        PCD_PAYER_NO: payment.payerNo,
        PCD_PAYER_ID: payment.payerId,
        PCD_PAY_GOODS: payment.goods,
        PCD_PAY_TOTAL: String(payment.totalMinor),
        PCD_REGULER_FLAG: 'N',
        PCD_REFUND_TOTAL: String(amount),
        PCD_REFUND_TIME: paypleTime(at),
        PCD_PAYCANCEL_FLAG: 'Y',
      },
      at,
    )
  }

  return {
    /** A buyer's authentication is told like a payment, before any money was taken. */
    changed: (payment: FakePayplePayment, kind: PaypleChange, at: Date): void => {
      if (kind === 'cancel') {
        cancelled(payment, at)
        return
      }
      const success = kind === 'authenticated' ? '0000' : payment.work === 'CERT' ? 'PCCF0000' : 'SPCD0000'
      // The fields of a cancel stand in the template of a payment too, without values.
      const template = { PCD_REFUND_TOTAL: '0', PCD_REFUND_TIME: '', PCD_PAYCANCEL_FLAG: 'N' }
      send({ ...render.approval(payment, success), ...keys(payment), ...template }, at)
    },
    keyRemoved: (payerId: string, at: Date): void =>
      send(
        {
          PCD_CST_ID: cstId,
          PCD_PAY_WORK: 'PUSERDEL',
          PCD_PAY_RST: 'success',
          PCD_PAY_MSG: '2008 : 고객요청으로 해지',
          PCD_PAY_TYPE: 'card',
          PCD_PAYER_ID: payerId,
          PCD_PAYER_NAME: '홍길동',
          PCD_PAYER_HP: '01000000000',
        },
        at,
      ),
    save: () => counter,
  }
}

const isScalar = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number'
