import { h } from './dom.js'
import { language, moment, money, t } from './text.js'

/** [Korean, English] */
export const say = ([ko, en]) => (language() === 'ko' ? ko : en)

export const table = (heads, rows, id) =>
  h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { id },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map((head) => h('th', { scope: 'col' }, head)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.length === 0
          ? h('tr', {}, h('td', { colspan: heads.length, class: 'muted' }, say(['없음', 'none'])))
          : rows.map((cells) =>
              h(
                'tr',
                {},
                cells.map((cell) => h('td', {}, cell)),
              ),
            ),
      ),
    ),
  )

export const time = (iso) => (iso ? moment(iso, { timeStyle: 'medium' }) : '–')
export const short = (id) => (id ? h('code', { title: id }, `…${id.slice(-6)}`) : '–')
export const amount = (amountMinor) => (amountMinor === null ? '' : money({ amountMinor }))
export const badge = (status) => h('span', { class: `badge is-${status}` }, status)

export const history = ({ events }) =>
  h(
    'section',
    { class: 'card' },
    h('h2', {}, say(['기록', 'History'])),
    table(
      [
        '#',
        say(['사건', 'event']),
        say(['누가', 'who']),
        say(['통로', 'door']),
        say(['상태', 'status']),
        say(['이유', 'reason']),
        say(['시각', 'at']),
      ],
      events.map(({ sequence, type, actorKind, actorId, cause, fromStatus, toStatus, reason, at }) => [
        String(sequence),
        h('code', {}, type),
        `${actorKind} ${actorId}`,
        cause,
        fromStatus === toStatus ? toStatus : `${fromStatus ?? '·'} → ${toStatus}`,
        reason ?? '',
        time(at),
      ]),
      'events',
    ),
  )

export const inside = ({ alerts, outbox }) =>
  h(
    'section',
    { class: 'card books' },
    h(
      'div',
      {},
      h('h2', {}, say(['알림 (사람이 봐야 함)', 'Alerts (a person should look)'])),
      table(
        [say(['코드', 'code']), say(['예매', 'order']), say(['시각', 'at'])],
        alerts.map(({ code, orderId, raisedAt }) => [h('code', {}, code), short(orderId), time(raisedAt)]),
        'alerts',
      ),
    ),
    h(
      'div',
      {},
      h('h2', {}, say(['아웃박스 (전할 사건)', 'Outbox (events to tell)'])),
      table(
        [say(['사건', 'event']), say(['시도', 'tries']), say(['다음', 'next'])],
        outbox.map(({ id, tries, nextTryAt }) => [short(id), String(tries), time(nextTryAt)]),
        'outbox',
      ),
    ),
  )

export const attempts = ({ attempts: list }, onDeposit) =>
  h(
    'section',
    { class: 'card' },
    h('h2', {}, say(['결제 시도', 'Attempts'])),
    table(
      [
        '#',
        'id',
        say(['결제사', 'gateway']),
        say(['상태', 'status']),
        say(['요청 시각', 'asked at']),
        say(['다음 확인', 'next look']),
        say(['실패', 'failure']),
      ],
      list.map(({ number, id, gateway, status, chargeRequestedAt, nextCheckAt, failureCode, depositDueAt }) => [
        String(number),
        short(id),
        t(gateway),
        badge(status),
        time(chargeRequestedAt),
        time(nextCheckAt),
        depositDueAt && status === 'PENDING'
          ? h('button', { id: 'deposit', onclick: () => onDeposit(id) }, say(['입금하기', 'Deposit']))
          : (failureCode ?? ''),
      ]),
      'attempts',
    ),
  )
