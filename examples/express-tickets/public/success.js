import { isUnknown, post } from './api.js'
import { h, page, show } from './dom.js'
import { mountShell } from './shell.js'
import { errorText, money, t } from './text.js'

/** Where Toss sends the buyer after they have authenticated. It is not paid yet: the server has to confirm it. */
const { order: orderId = '', ...returned } = Object.fromEntries(new URLSearchParams(location.search))
const orderPage = `/order?id=${encodeURIComponent(orderId)}`
const confirmPath = `/payments/orders/${encodeURIComponent(orderId)}/payments/${encodeURIComponent(returned.orderId ?? '')}/confirm`

void mountShell('')

const draw = (state, title, note, ...more) =>
  show(
    page(),
    h(
      'section',
      { class: `card outcome is-${state}`, id: 'outcome', 'data-state': state, role: 'status', 'aria-live': 'polite' },
      h('div', { class: 'sign', 'aria-hidden': 'true' }),
      h('h1', {}, title),
      h('p', { class: 'muted' }, note),
      more,
    ),
  )

const reference = ({ correlationId }) =>
  correlationId ? h('p', { class: 'muted small' }, `${t('supportId')} ${correlationId}`) : null

const toOrder = (key) => h('a', { class: 'button primary', id: 'to-order', href: orderPage }, t(key))

const accountOf = ({ bankCode, accountNumber, holderName }) => `${bankCode} · ${accountNumber} · ${holderName}`

const confirm = async (tries) => {
  // The same request every time: the server asks the provider what became of it, and never charges again.
  const answer = await post(confirmPath, { returned })
  if (answer.ok && answer.data.payment.result === 'confirmed') {
    draw('done', t('paidTitle'), t('paidNote'), toOrder('backToOrder'))
    setTimeout(() => location.replace(orderPage), 1_200)
  } else if (answer.ok) {
    const { deposit } = answer.data.payment
    // The account is told once and stored nowhere on the server: this tab keeps it for its order page.
    if (deposit) sessionStorage.setItem(`deposit-${returned.orderId}`, accountOf(deposit))
    const account = deposit && h('p', { class: 'account' }, accountOf(deposit))
    const note = t('depositNote', { amount: money(answer.data.order.total) })
    draw('waiting', t('depositTitle'), note, account, toOrder('backToOrder'))
  } else if (isUnknown(answer.error)) {
    draw(
      'asking',
      t('confirming'),
      t('stillAsking', { n: tries + 1 }),
      h('p', {}, errorText(answer.error)),
      reference(answer.error),
    )
    setTimeout(() => confirm(tries + 1), Math.min(1_000 * 1.5 ** tries, 5_000))
  } else {
    draw(
      'failed',
      t('notPaid'),
      errorText(answer.error),
      h('p', { class: 'muted' }, t('seatsStillYours')),
      toOrder('tryAgain'),
      reference(answer.error),
    )
  }
}

draw('asking', t('confirming'), t('confirmingNote'))
await confirm(0)
