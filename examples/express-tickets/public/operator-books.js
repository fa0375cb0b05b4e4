import { h } from './dom.js'
import { amount, say, short, table, time } from './operator-tables.js'
import { t } from './text.js'

const net = (lines) =>
  lines.reduce((sum, { kind, amountMinor }) => sum + (kind === 'capture' ? amountMinor : -amountMinor), 0)

/** Two books agree when they come to the same at every provider: money at one does not make up for another's. */
const isSame = (ours, theirs) => {
  const at = (lines, name) => net(lines.filter(({ gateway }) => gateway === name))
  const names = new Set([...ours, ...theirs].map(({ gateway }) => gateway))
  return [...names].every((name) => at(ours, name) === at(theirs, name))
}

const side = (id, title, lines) =>
  h(
    'div',
    {},
    h('h3', {}, title),
    table(
      [
        say(['결제사', 'gateway']),
        say(['시도', 'attempt']),
        say(['움직임', 'movement']),
        say(['금액', 'amount']),
        say(['시각', 'at']),
      ],
      lines.map(({ attemptId, gateway, kind, amountMinor, at }) => [
        t(gateway),
        short(attemptId),
        kind,
        amount(amountMinor),
        time(at),
      ]),
      id,
    ),
    h(
      'p',
      { class: 'total' },
      h('span', {}, say(['순액', 'net'])),
      h('strong', { id: `${id}-net` }, amount(net(lines))),
    ),
  )

/** Our tables and the providers' own books, side by side. */
export const books = ({ ours, theirs }) => {
  const agree = isSame(ours, theirs)
  const verdict = agree ? say(['✓ 같음', '✓ they agree']) : say(['✗ 아직 다름', '✗ not yet'])
  return h(
    'section',
    { class: 'card' },
    h(
      'h2',
      {},
      say(['장부 비교', 'The books']),
      h(
        'span',
        { class: `verdict ${agree ? 'is-up' : 'is-down'}`, id: 'verdict', 'data-agree': String(agree) },
        verdict,
      ),
    ),
    h(
      'div',
      { class: 'books' },
      side('ours', say(['우리 장부', 'Ours']), ours),
      side('theirs', say(['결제사 장부', 'The providers’']), theirs),
    ),
  )
}
