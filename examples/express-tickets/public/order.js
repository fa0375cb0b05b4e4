import { get, isUnknown, post, serverNow } from './api.js'
import { h, page, show } from './dom.js'
import { mountShell } from './shell.js'
import { errorText, language, moment, money, t } from './text.js'
import { history, ticket } from './ticket.js'
import { watchOrder } from './watch.js'
import { openWindow, WINDOWS } from './windows.js'

const orderId = new URLSearchParams(location.search).get('id') ?? ''
const path = `/payments/orders/${encodeURIComponent(orderId)}`

let details = null
let quote = null
let busy = null
let note = null
let isCancelling = false
let line = 'polling'

const me = await mountShell('')
const clockPlace = h('div', { class: 'clock', role: 'timer' })

const say = (text) => {
  note = text
  draw()
}

/** Runs one action at a time, and says what it is doing. */
const during = async (label, work) => {
  if (busy !== null) return
  busy = label
  note = null
  draw()
  await work()
  busy = null
  await read()
}

// --- paying ---------------------------------------------------------------------------------------------------------

/** Starts a payment; one that was opened in another way and never used is given up first. */
const start = async (body) => {
  const first = await post(`${path}/payments`, body)
  const open = first.error?.errorCode === 'ATTEMPT_IN_PROGRESS' ? first.error.details.attemptId : null
  if (!open) return first
  const abandoned = await post(`${path}/payments/${encodeURIComponent(open)}/abandon`)
  return abandoned.ok ? post(`${path}/payments`, body) : abandoned
}

const payThrough = (gateway) =>
  during(t('opening'), async () => {
    const started = await start(WINDOWS[gateway].payment)
    if (!started.ok) return say(errorText(started.error))
    try {
      await openWindow(gateway, started.data.payment.window.parameters)
    } catch {
      say(t('sdkFailed'))
    }
  })

const payByWallet = () =>
  during(t('paying'), async () => {
    const started = await start({ gateway: 'wallet' })
    if (!started.ok) return say(errorText(started.error))
    const { attemptId } = started.data.payment
    const confirmed = await post(`${path}/payments/${encodeURIComponent(attemptId)}/confirm`)
    if (confirmed.ok) return mountShell('')
    // Not known yet: the watch below shows it as soon as it is.
    say(errorText(confirmed.error))
  })

// --- cancelling and refunding -----------------------------------------------------------------------------------------

const cancel = (acknowledgeNoRefund) =>
  during(t('cancelOrder'), async () => {
    const answer = await post(`${path}/cancel`, { acknowledgeNoRefund })
    if (answer.ok) isCancelling = false
    else say(errorText(answer.error))
  })

const refund = () =>
  during(t('refunding'), async () => {
    // One order, one refund of the whole: its id is the key, so that a repeat after a lost answer is the same refund.
    const answer = await post(`${path}/refunds`, {}, { 'idempotency-key': `whole-${orderId}` })
    if (answer.ok) return mountShell('')
    say(isUnknown(answer.error) ? t('refundPending') : errorText(answer.error))
  })

// --- drawing ----------------------------------------------------------------------------------------------------------

const button = (id, label, onclick, kind = '') =>
  h('button', { id, class: kind, onclick, disabled: busy !== null }, label)

/** What was asked of the provider and not answered yet: only then is there something to wait for. */
const waitingFor = ({ order, attempts }) =>
  attempts.find(({ id, status }) => id === order.openAttemptId && (status === 'PENDING' || status === 'UNKNOWN'))

const payPanel = (state) => {
  const { attempts, order } = state
  const waiting = waitingFor(state)
  if (waiting?.depositDueAt) {
    const account = sessionStorage.getItem(`deposit-${waiting.id}`)
    return [
      h('h2', {}, t('depositTitle')),
      account && h('p', { class: 'account' }, account),
      h('p', { class: 'waiting', id: 'pending' }, t('depositOpen', { due: moment(waiting.depositDueAt) })),
    ]
  }
  if (waiting) {
    const about = [h('h2', {}, t('pending')), h('p', { class: 'muted' }, t('pendingNote'))]
    return [clockPlace, h('div', { class: 'waiting', id: 'pending' }, about)]
  }
  const failed = attempts.some(({ status }) => status === 'FAILED')
  const balance = me.balance ? t('payWalletNote', { balance: money(me.balance) }) : ''
  const choice = (gateway, about, onclick) =>
    h(
      'button',
      { id: `pay-${gateway}`, class: 'choice', onclick, disabled: busy !== null },
      h('strong', {}, t(gateway)),
      h('span', {}, about),
    )
  return [
    clockPlace,
    failed && order.openAttemptId === null && h('p', { class: 'notice soft', id: 'retryable' }, t('retryable')),
    h('h2', {}, t('payBy')),
    h(
      'div',
      { class: 'choices' },
      Object.keys(WINDOWS).map((gateway) => choice(gateway, t('payWindowNote'), () => payThrough(gateway))),
      choice('wallet', balance, payByWallet),
    ),
    button('give-up', t('giveUp'), () => cancel(false), 'quiet'),
  ]
}

const explanation = () => quote && h('p', { class: 'policy', id: 'explanation' }, quote.explanation[language()])

const amountRow = (label, amount) =>
  h('p', { class: 'total' }, h('span', {}, t(label)), h('strong', { id: 'refund-amount' }, money(amount)))

/** What comes back is said before the seats are given up, and not after. */
const cancelPanel = () => {
  if (!isCancelling) {
    return [
      h('h2', {}, t('confirmedNote')),
      explanation(),
      button('cancel', t('cancelOrder'), () => {
        isCancelling = true
        draw()
      }),
    ]
  }
  const isForfeited = quote?.kind === 'none' && quote.reason !== 'requires_cancellation'
  return [
    h('h2', {}, t('cancelTitle')),
    explanation(),
    quote && amountRow('youGet', isForfeited ? { ...quote.refundable, amountMinor: 0 } : quote.refundable),
    button('cancel-confirm', t(isForfeited ? 'cancelAnyway' : 'cancelConfirm'), () => cancel(isForfeited), 'danger'),
    button(
      'cancel-keep',
      t('keep'),
      () => {
        isCancelling = false
        draw()
      },
      'quiet',
    ),
  ]
}

const refundPanel = ({ order }) => [
  h('h2', {}, t('refundTitle')),
  explanation(),
  quote && amountRow('youGetNow', quote.refundNow),
  order.isRefunding
    ? h('p', { class: 'waiting', id: 'pending' }, t('refundPending'))
    : quote?.kind === 'auto' && button('refund', t('refund'), refund, 'primary'),
]

const panel = (state) => {
  const { order } = state
  const back = h('a', { class: 'button', href: '/' }, t('backToSeats'))
  switch (order.status) {
    case 'HOLD':
    case 'PAYING':
      return payPanel(state)
    case 'CONFIRMED':
      return order.isRefunding ? refundPanel(state) : cancelPanel()
    case 'CANCELLED':
      return order.paidAttemptId
        ? refundPanel(state)
        : [h('h2', {}, t('CANCELLED')), h('p', {}, t('cancelledNote')), back]
    case 'EXPIRED':
      return [h('h2', {}, t('EXPIRED')), h('p', {}, t('expiredNote')), back]
    case 'REFUNDED':
      return [h('h2', {}, t('REFUNDED')), h('p', {}, t('refundedNote', { amount: money(order.refunded) })), back]
  }
}

const draw = () => {
  if (details === null) return
  const wasOpen = page().querySelector('.history')?.open ?? false
  const log = history(details)
  log.open = wasOpen
  show(
    page(),
    h(
      'div',
      { class: 'two' },
      ticket(details, line),
      h(
        'section',
        { class: 'card panel', 'aria-live': 'polite', 'aria-busy': String(busy !== null) },
        panel(details),
        h('p', { class: 'notice', role: 'alert', id: 'note', hidden: !note && !busy }, busy ?? note ?? ''),
      ),
    ),
    log,
  )
  tick()
}

/** Shows the time that is left by the server's clock. It decides nothing: at zero the server is asked. */
const tick = () => {
  // Nothing to count down: paid, over, or waiting for a deposit that has a date of its own.
  if (!clockPlace.isConnected || details.order.holdExpiresAt === undefined) return
  const left = Date.parse(details.order.holdExpiresAt) - serverNow()
  clockPlace.classList.toggle('is-short', left < 60_000)
  if (left <= 0) {
    show(clockPlace, h('span', {}, t('checkingTime')))
    return void readSoon()
  }
  const seconds = Math.ceil(left / 1_000)
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  show(clockPlace, h('span', {}, t('timeLeft')), h('strong', { id: 'countdown' }, text))
}

let isReading = false
const readSoon = () => {
  if (isReading) return
  isReading = true
  setTimeout(async () => {
    await read()
    isReading = false
  }, 1_000)
}

const read = async () => {
  const answer = await get(`${path}/details`)
  if (!answer.ok) {
    if (details !== null) return say(errorText(answer.error))
    return show(page(), h('p', { class: 'notice', role: 'alert' }, errorText(answer.error)))
  }
  details = answer.data
  const { order } = details
  const isPaid = order.paidAttemptId && (order.status === 'CONFIRMED' || order.status === 'CANCELLED')
  const asked = isPaid ? await get(`${path}/refund-quote`) : null
  quote = asked?.ok ? asked.data.refund : null
  draw()
}

await read()
watchOrder(orderId, {
  onOrder: (order) => {
    if (order.version !== details?.order.version) read()
  },
  onLine: (state) => {
    line = state
    draw()
  },
})
setInterval(tick, 250)
