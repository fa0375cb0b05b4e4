import type { Order } from '../core/order'
import type { RefundQuote } from '../engine/refunds'
import { explainRefund, parseTerms } from '../policies'
import { quoteView } from './views'

/** A quote for the wire, its deadline written in the host's zone: the engine explains it in the policy's own. */
export const explainedIn =
  (zone: string | undefined) =>
  (quote: RefundQuote, order: Order, now: Date): ReturnType<typeof quoteView> => {
    if (zone === undefined) return quoteView(quote, now)
    const explanation = parseTerms(order.refundPolicy.terms)
      .map((terms) => ({
        en: explainRefund(terms, quote.verdict, 'en', zone),
        ko: explainRefund(terms, quote.verdict, 'ko', zone),
      }))
      .unwrapOr(quote.explanation)
    return quoteView({ ...quote, explanation }, now)
  }
