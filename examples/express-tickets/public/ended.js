import { h, page, show } from './dom.js'
import { mountShell } from './shell.js'
import { errorText, t } from './text.js'

/** Where the server sends the buyer after it has confirmed what a payment window brought back. */
const query = new URLSearchParams(location.search)
const orderPage = `/order?id=${encodeURIComponent(query.get('orderId') ?? '')}`
const code = query.get('code')

/** Nothing here is believed: whoever writes another word into the address sees another page, and owns no ticket. */
const ENDINGS = {
  success: { state: 'done', title: t('paidTitle'), note: t('paidNote'), next: t('backToOrder') },
  pending: {
    state: 'waiting',
    title: t(code === null ? 'depositTitle' : 'pending'),
    note: t(code === null ? 'depositSoon' : 'pendingNote'),
    next: t('backToOrder'),
  },
  fail: {
    state: 'failed',
    title: t('notPaid'),
    // A window that was closed and a card that was refused come back alike.
    note: code === 'PAYMENT_DECLINED' ? t('declinedOrClosed') : errorText({ errorCode: code }),
    more: t('seatsStillYours'),
    next: t('tryAgain'),
  },
  unclear: { state: 'failed', title: t('unclearTitle'), note: t('unclearNote'), next: t('backToOrder') },
}

const { state, title, note, more, next } = ENDINGS[query.get('status')] ?? ENDINGS.unclear

void mountShell('')
show(
  page(),
  h(
    'section',
    { class: `card outcome is-${state}`, id: 'outcome', 'data-state': state, role: 'status' },
    h('div', { class: 'sign', 'aria-hidden': 'true' }),
    h('h1', {}, title),
    h('p', { class: 'muted' }, note),
    more && h('p', { class: 'muted' }, more),
    h('a', { class: 'button primary', id: 'to-order', href: orderPage }, next),
  ),
)
// The order's page is told of every change; this one is not.
const STAY_MS = { done: 1_200, waiting: 3_000 }
if (state in STAY_MS) setTimeout(() => location.replace(orderPage), STAY_MS[state])
