import { get, post } from './api.js'
import { h, page, show } from './dom.js'
import { mountShell } from './shell.js'
import { errorText, moment, money, t } from './text.js'

const REFRESH_MS = 2_000

const chosen = new Set()
const buttons = new Map()
let concert = null
/** One key for one wish: pressing twice, or again after a lost answer, holds the seats once. */
let wishKey = crypto.randomUUID()

const me = await mountShell('seats')
const summary = h('div', { class: 'summary', role: 'status', 'aria-live': 'polite' })
const notice = h('p', { class: 'notice', role: 'alert', hidden: true })

const offline = h('p', { class: 'notice', role: 'status', hidden: true }, t('offline'))

const say = (text) => {
  notice.textContent = text ?? ''
  notice.hidden = !text
}

const nameOf = ({ row, number }) => t('seatName', { row, number })

const stateOf = (seat) => {
  if (seat.isMine) return 'mine'
  return { FREE: 'free', TEMP_RESERVED: 'held', RESERVED: 'sold' }[seat.status]
}

const press = (seat) => {
  if (seat.isMine) return location.assign(`/order?id=${encodeURIComponent(seat.orderId)}`)
  if (chosen.has(seat.id)) chosen.delete(seat.id)
  else if (chosen.size < concert.maxSeats) chosen.add(seat.id)
  else return say(t('upTo', { n: concert.maxSeats }))
  wishKey = crypto.randomUUID()
  say(null)
  draw()
}

const hold = async (button) => {
  if (!me.buyer) return me.askToSignIn(t('signInNeeded'))
  button.disabled = true
  button.textContent = t('holding')
  const answer = await post('/payments/orders', { seats: [...chosen] }, { 'idempotency-key': wishKey })
  if (answer.ok) return location.assign(`/order?id=${encodeURIComponent(answer.data.order.id)}`)
  const taken = answer.error.details?.resource?.id
  say(taken ? t('takenMeanwhile', { seat: taken }) : errorText(answer.error))
  if (taken) {
    chosen.delete(taken)
    wishKey = crypto.randomUUID()
  }
  await refresh()
}

const drawSeat = (seat) => {
  const state = chosen.has(seat.id) ? 'chosen' : stateOf(seat)
  const button = buttons.get(seat.id)
  button.className = `seat grade-${seat.grade.toLowerCase()} is-${state}`
  button.disabled = state === 'held' || state === 'sold'
  button.setAttribute('aria-pressed', String(state === 'chosen'))
  const about = [nameOf(seat), t('grade', { grade: seat.grade }), money(seat.price), t(state)]
  button.setAttribute('aria-label', about.join(', '))
  button.title = about.join(' · ')
}

const drawSummary = () => {
  const seats = concert.seats.filter(({ id }) => chosen.has(id))
  const amountMinor = seats.reduce((sum, { price }) => sum + price.amountMinor, 0)
  const button = h('button', { class: 'primary', id: 'hold', disabled: seats.length === 0 }, t('hold'))
  button.addEventListener('click', () => hold(button))
  show(
    summary,
    h(
      'div',
      {},
      h('strong', {}, seats.length === 0 ? t('nothingChosen') : seats.map(nameOf).join(' · ')),
      h('span', { class: 'muted' }, seats.length === 0 ? t('upTo', { n: concert.maxSeats }) : money({ amountMinor })),
    ),
    button,
  )
}

const draw = () => {
  for (const seat of concert.seats) drawSeat(seat)
  drawSummary()
}

const refresh = async () => {
  const answer = await get('/api/concert')
  offline.hidden = answer.ok
  if (!answer.ok) return concert === null && show(page(), offline)
  concert = answer.data
  // What somebody else has taken meanwhile is no longer chosen.
  for (const seat of concert.seats) if (seat.status !== 'FREE') chosen.delete(seat.id)
  if (buttons.size === 0) build()
  draw()
}

const build = () => {
  const rows = Map.groupBy ? Map.groupBy(concert.seats, ({ row }) => row) : groupRows(concert.seats)
  const grid = [...rows].map(([row, seats]) =>
    h(
      'div',
      { class: 'row', role: 'group', 'aria-label': row },
      h('span', { class: 'row-name', 'aria-hidden': 'true' }, row),
      seats.map((seat) => {
        const button = h('button', { id: `seat-${seat.id}`, type: 'button' }, String(seat.number))
        button.addEventListener('click', () => press(concert.seats.find(({ id }) => id === seat.id)))
        buttons.set(seat.id, button)
        return button
      }),
      h('span', { class: 'row-name', 'aria-hidden': 'true' }, row),
    ),
  )
  const grades = [...new Map(concert.seats.map((seat) => [seat.grade, seat])).values()]
  const key = (state) => h('li', {}, h('i', { class: `key is-${state}` }), t(state))
  show(
    page(),
    h(
      'section',
      { class: 'hero' },
      h('img', { src: '/night.svg', alt: '' }),
      h(
        'div',
        {},
        h('h1', {}, t('concert')),
        h('p', {}, moment(concert.startsAt, { dateStyle: 'full', timeStyle: 'short' })),
        h('p', {}, t('concertBy')),
      ),
    ),
    notice,
    offline,
    h(
      'section',
      { class: 'card hall', 'aria-label': t('chooseSeats') },
      h('div', { class: 'stage', 'aria-hidden': 'true' }, t('stage')),
      h('div', { class: 'grid' }, grid),
      h(
        'ul',
        { class: 'legend' },
        grades.map(({ grade, price }) =>
          h(
            'li',
            {},
            h('i', { class: `key grade-${grade.toLowerCase()}` }),
            `${t('grade', { grade })} ${money(price)}`,
          ),
        ),
        ['chosen', 'mine', 'held', 'sold'].map(key),
      ),
    ),
    h('p', { class: 'muted small' }, t('demoNote')),
    summary,
  )
}

/** `Map.groupBy` for browsers that do not have it yet. */
const groupRows = (seats) => {
  const rows = new Map()
  for (const seat of seats) rows.set(seat.row, [...(rows.get(seat.row) ?? []), seat])
  return rows
}

await refresh()
setInterval(refresh, REFRESH_MS)
