import { get, post } from './api.js'
import { h, page, show } from './dom.js'
import { mountShell } from './shell.js'
import { errorText, t } from './text.js'

/** Where Toss sends the buyer when nothing was authenticated. The try is given up, so that another way is open. */
const query = new URLSearchParams(location.search)
const path = `/payments/orders/${encodeURIComponent(query.get('order') ?? '')}`
// Toss leaves the order id out when the buyer closed the window: the order knows which try was open.
const { data } = await get(path)
const attemptId = query.get('orderId') ?? data?.order.openAttemptId
if (attemptId) await post(`${path}/payments/${encodeURIComponent(attemptId)}/abandon`)

void mountShell('')
show(
  page(),
  h(
    'section',
    { class: 'card outcome is-failed', id: 'outcome', 'data-state': 'failed', role: 'alert' },
    h('div', { class: 'sign', 'aria-hidden': 'true' }),
    h('h1', {}, t('notPaid')),
    h('p', {}, errorText({ errorCode: query.get('code'), message: query.get('message') })),
    h('p', { class: 'muted' }, t('seatsStillYours')),
    h(
      'a',
      { class: 'button primary', id: 'to-order', href: `/order?id=${encodeURIComponent(query.get('order') ?? '')}` },
      t('tryAgain'),
    ),
  ),
)
