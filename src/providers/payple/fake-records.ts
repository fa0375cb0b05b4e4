import type { FakePaypleBook } from './fake-book'
import type { FakePaypleRender, PaypleFields } from './fake-render'
import { paypleDate } from './time'

export type SavedPaypleRecords = { readonly receipts: readonly (readonly [orderId: string, number: string])[] }

export type FakePaypleRecords = ReturnType<typeof fakePaypleRecords>

/** What follows from payments and moves no money: cash receipts, and the list of what will be settled. */
export const fakePaypleRecords = (options: {
  readonly book: FakePaypleBook
  readonly render: FakePaypleRender
  readonly saved: SavedPaypleRecords | undefined
}) => {
  const { book, render, saved } = options
  const receipts = new Map(saved?.receipts)

  const receipt = (isIssue: boolean, body: PaypleFields): PaypleFields => {
    const orderId = String(body['PCD_PAY_OID'])
    const payment = book.get(orderId)
    const known = receipts.get(orderId)
    // UNCONFIRMED which codes they are.
    if (payment?.status !== 'PAID' || payment.payType !== 'transfer') return render.refusal('TSRG0004')
    if (isIssue && known !== undefined) return render.refusal('TSRG0005')
    if (!isIssue && known === undefined) return render.refusal('TSCL0004')
    if (!(Number(body['PCD_TAXSAVE_AMOUNT']) <= payment.totalMinor)) return render.refusal('TSRG0006')
    const number = known ?? `fake${String(receipts.size + 1).padStart(11, '0')}`
    if (isIssue) receipts.set(orderId, number)
    else receipts.delete(orderId)
    return {
      ...render.said('success', isIssue ? 'TSRG0000' : 'TSCL0000'),
      PCD_PAY_OID: orderId,
      PCD_TAXSAVE_AMOUNT: body['PCD_TAXSAVE_AMOUNT'],
      PCD_TAXSAVE_MGTNUM: number,
    }
  }

  /** The only list in which a cancel stands. */
  const settlements = (body: PaypleFields): PaypleFields => {
    const [from, to] = [String(body['PCD_START_DATE']), String(body['PCD_END_DATE'])]
    const limit = Number(body['PCD_LIMIT'] ?? 100)
    const begin = Number(body['PCD_LASTKEY'] ?? 0)
    const rows = book.all().flatMap((payment) => {
      if (payment.approvedAt === null) return []
      const all = [null, ...payment.cancels].map((cancel) => ({ cancel, at: cancel?.at ?? payment.approvedAt }))
      return all
        .filter(({ at }) => at !== null && paypleDate(at) >= from && paypleDate(at) <= to)
        .map(({ cancel }) => render.settlement(payment, cancel))
    })
    const hasMore = rows.length > begin + limit
    return {
      ...render.said('success', '0000'),
      PCD_DATA: {
        PCD_CONTENT: rows.slice(begin, begin + limit),
        PCD_PAGE_TOTALS: rows.length,
        PCD_HAS_MORE: hasMore,
        PCD_LASTKEY: hasMore ? String(begin + limit) : '',
      },
    }
  }

  return { receipt, settlements, save: (): SavedPaypleRecords => ({ receipts: [...receipts] }) }
}
