import { h } from './dom.js'
import { moment, money, t } from './text.js'

/** What was agreed: the concert, the seats, the price, and how it stands. `line`: live, or polling. */
export const ticket = ({ order, lines }, line) =>
  h(
    'section',
    { class: `card ticket is-${order.status}` },
    h(
      'div',
      { class: 'ticket-head' },
      h('span', { class: `badge is-${order.status}`, id: 'status', 'data-status': order.status }, t(order.status)),
      h('span', { class: `line is-${line}` }, t(line)),
    ),
    h('h1', {}, t('concert')),
    h('p', { class: 'muted' }, moment(order.eventStartsAt, { dateStyle: 'full', timeStyle: 'short' })),
    h('p', { class: 'muted' }, t('concertBy')),
    h(
      'ul',
      { class: 'lines' },
      lines.map(({ resource, amountMinor }) =>
        h('li', {}, h('span', {}, seatName(resource.id)), h('span', {}, money({ amountMinor }))),
      ),
    ),
    h('p', { class: 'total' }, h('span', {}, t('total')), h('strong', { id: 'total' }, money(order.total))),
  )

const seatName = (id) => t('seatName', { row: id.slice(0, 1), number: id.slice(1) })

export const history = ({ events }) =>
  h(
    'details',
    { class: 'card history' },
    h('summary', {}, t('history')),
    h(
      'ol',
      {},
      events.map(({ type, at, cause }) =>
        h(
          'li',
          {},
          h('code', {}, type),
          h('span', { class: 'muted small' }, `${cause} · ${moment(at, { timeStyle: 'medium' })}`),
        ),
      ),
    ),
  )
