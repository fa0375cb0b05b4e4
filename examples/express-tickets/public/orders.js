import { get } from './api.js'
import { h, page, show } from './dom.js'
import { mountShell } from './shell.js'
import { errorText, moment, money, t } from './text.js'

const me = await mountShell('myOrders')
const answer = await get('/payments/orders?limit=50')

const card = ({ id, status, total, heldAt, title }) =>
  h(
    'a',
    { class: 'card order-link', href: `/order?id=${encodeURIComponent(id)}` },
    h('div', {}, h('strong', {}, title), h('span', { class: 'muted small' }, moment(heldAt))),
    h('div', { class: 'end' }, h('strong', {}, money(total)), h('span', { class: `badge is-${status}` }, t(status))),
  )

if (!answer.ok) {
  show(page(), h('h1', {}, t('myOrders')), h('p', { class: 'notice', role: 'alert' }, errorText(answer.error)))
  if (!me.buyer) me.askToSignIn()
} else {
  const { orders } = answer.data
  show(
    page(),
    h('h1', {}, t('myOrders')),
    orders.length === 0 ? h('p', { class: 'muted' }, t('noOrders')) : orders.map(card),
    h('p', {}, h('a', { class: 'button', href: '/' }, t('backToSeats'))),
  )
}
