import { get, learnTime, post, serverNow } from './api.js'
import { h, page, show } from './dom.js'
import { mountShell } from './shell.js'
import { language, moment, money } from './text.js'

/** [Korean, English] */
const say = ([ko, en]) => (language() === 'ko' ? ko : en)

const CLOCK = [
  [1, ['1분', '1 min']],
  [5, ['5분', '5 min']],
  [60, ['1시간', '1 h']],
  [1_440, ['하루', '1 day']],
]
/** What happens to the next call that moves money, and whether the money moved. */
const FAULTS = [
  ['lost_request', ['요청이 사라짐', 'Request lost'], ['돈은 움직이지 않음', 'no money moves']],
  ['lost_answer', ['답이 사라짐', 'Answer lost'], ['돈은 움직임', 'money moves']],
  ['error_after', ['처리 후 500', '500 after success'], ['돈은 움직임', 'money moves']],
  ['html_after', ['HTML 오류 화면', 'HTML error page'], ['돈은 움직임', 'money moves']],
  ['slow', ['3초 느림', '3 s slow'], ['돈은 움직임', 'money moves']],
  ['late_execution', ['끊긴 뒤 20초에 처리', 'Cut, done 20 s later'], ['돈은 나중에 움직임', 'money moves later']],
  ['decline', ['카드사 거절', 'Card declined'], ['돈은 움직이지 않음', 'no money moves']],
]
const WEBHOOKS = [
  ['webhook_twice', ['두 번 옴', 'twice'], ['', '']],
  ['webhook_late', ['1분 늦음', '1 min late'], ['', '']],
  ['webhook_never', ['오지 않음', 'never'], ['', '']],
]
const SERVER = [
  ['die_after_charge', ['결제와 기록 사이에 죽기', 'Die between charge and commit']],
  ['die_after_refund', ['환불과 기록 사이에 죽기', 'Die between refund and commit']],
  ['kill', ['지금 끄기', 'Kill now']],
]

let chosen = new URLSearchParams(location.search).get('order')
let state = null
let note = ''

const act = async (path, body, what) => {
  const answer = await post(`/operator/api/${path}`, body)
  note = answer.ok ? what : say(['되지 않았습니다', 'That did not work'])
  await refresh()
}

const press = (id, label, about, onclick, props = {}) =>
  h('button', { id, onclick, ...props }, h('strong', {}, label), about && h('small', {}, about))

const faultButton = ([kind, label, about]) =>
  press(`fault-${kind}`, say(label), say(about), () =>
    act('faults', { kind }, `${say(['준비됨', 'armed'])}: ${say(label)}`),
  )

const controls = () => [
  h(
    'section',
    { class: 'card' },
    h('h2', {}, say(['서버', 'Server'])),
    h(
      'p',
      { class: `alive ${state.isAlive ? 'is-up' : 'is-down'}`, id: 'alive', role: 'status' },
      state.isAlive ? say(['켜져 있음', 'up']) : say(['꺼져 있음', 'down']),
      state.armed && h('span', { class: 'badge' }, say(['다음 호출에서 죽음', 'dies at the next call'])),
    ),
    h(
      'div',
      { class: 'pads' },
      SERVER.map(([action, label]) =>
        press(`server-${action}`, say(label), null, () => act('server', { action }, say(label)), {
          disabled: !state.isAlive,
        }),
      ),
      press(
        'server-start',
        say(['다시 켜기', 'Start again']),
        say(['같은 저장소로', 'on the same store']),
        () => act('server', { action: 'start' }, say(['켰습니다', 'started'])),
        { class: 'primary', disabled: state.isAlive },
      ),
    ),
  ),
  h(
    'section',
    { class: 'card' },
    h('h2', {}, say(['시계', 'Clock'])),
    h('p', { class: 'now', id: 'now' }, moment(serverNow(), { dateStyle: 'medium', timeStyle: 'medium' })),
    h(
      'div',
      { class: 'pads small-pads' },
      CLOCK.map(([minutes, label]) =>
        press(`clock-${minutes}`, `+${say(label)}`, null, () => act('clock', { minutes }, `+${say(label)}`)),
      ),
    ),
  ),
  h(
    'section',
    { class: 'card' },
    h('h2', {}, say(['다음 결제·환불 호출', 'The next payment or refund call'])),
    h('div', { class: 'pads' }, FAULTS.map(faultButton)),
    h(
      'p',
      { class: 'armed muted small' },
      `${say(['준비된 고장', 'Faults armed'])}: ${state.faultsPending}`,
      state.faultsPending > 0 &&
        h(
          'button',
          {
            class: 'quiet',
            id: 'fault-clear',
            onclick: () => act('faults', { kind: 'clear' }, say(['지웠습니다', 'cleared'])),
          },
          say(['지우기', 'Clear']),
        ),
    ),
    h('h2', {}, say(['다음 웹훅', 'The next webhook'])),
    h('div', { class: 'pads small-pads' }, WEBHOOKS.map(faultButton)),
    h('p', { class: 'muted small' }, `${say(['보낼 웹훅', 'Webhooks waiting'])}: ${state.webhooksPending.length}`),
  ),
]

const table = (heads, rows, id) =>
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

const time = (iso) => (iso ? moment(iso, { timeStyle: 'medium' }) : '–')
const short = (id) => (id ? h('code', { title: id }, `…${id.slice(-6)}`) : '–')
const amount = (amountMinor) => (amountMinor === null ? '' : money({ amountMinor }))
const badge = (status) => h('span', { class: `badge is-${status}` }, status)

const orderList = () =>
  h(
    'section',
    { class: 'card' },
    h('h2', {}, say(['예매', 'Orders'])),
    state.orders.length === 0 && h('p', { class: 'muted' }, say(['아직 없습니다', 'None yet'])),
    h(
      'div',
      { class: 'chips' },
      state.orders.map(({ id, buyerId, status, totalMinor }) =>
        h(
          'button',
          { id: `pick-${id}`, 'aria-pressed': String(id === chosen), onclick: () => choose(id) },
          h('span', {}, buyerId),
          h('span', {}, amount(totalMinor)),
          badge(status),
        ),
      ),
    ),
  )

const net = (lines) =>
  lines.reduce((sum, { kind, amountMinor }) => sum + (kind === 'capture' ? amountMinor : -amountMinor), 0)

const books = ({ ours, theirs }) => {
  const agree = net(ours) === net(theirs)
  const side = (id, title, lines) =>
    h(
      'div',
      {},
      h('h3', {}, title),
      table(
        [say(['시도', 'attempt']), say(['움직임', 'movement']), say(['금액', 'amount']), say(['시각', 'at'])],
        lines.map(({ attemptId, gateway, kind, amountMinor, at }) => [
          short(attemptId),
          `${gateway} ${kind}`,
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
        agree ? say(['✓ 같음', '✓ they agree']) : say(['✗ 아직 다름', '✗ not yet']),
      ),
    ),
    h(
      'div',
      { class: 'books' },
      side('ours', say(['우리 장부', 'Ours']), ours),
      side('theirs', say(['결제사 장부', 'The provider’s']), theirs),
    ),
  )
}

const history = ({ events }) =>
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

const inside = () =>
  h(
    'section',
    { class: 'card books' },
    h(
      'div',
      {},
      h('h2', {}, say(['알림 (사람이 봐야 함)', 'Alerts (a person should look)'])),
      table(
        [say(['코드', 'code']), say(['예매', 'order']), say(['시각', 'at'])],
        state.alerts.map(({ code, orderId, raisedAt }) => [h('code', {}, code), short(orderId), time(raisedAt)]),
        'alerts',
      ),
    ),
    h(
      'div',
      {},
      h('h2', {}, say(['아웃박스 (전할 사건)', 'Outbox (events to tell)'])),
      table(
        [say(['사건', 'event']), say(['시도', 'tries']), say(['다음', 'next'])],
        state.outbox.map(({ id, tries, nextTryAt }) => [short(id), String(tries), time(nextTryAt)]),
        'outbox',
      ),
    ),
  )

const attempts = ({ attempts: list }) =>
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
        gateway,
        badge(status),
        time(chargeRequestedAt),
        time(nextCheckAt),
        depositDueAt && status === 'PENDING'
          ? h(
              'button',
              { id: 'deposit', onclick: () => act('deposit', { attemptId: id }, say(['입금했습니다', 'deposited'])) },
              say(['입금하기', 'Deposit']),
            )
          : (failureCode ?? ''),
      ]),
      'attempts',
    ),
  )

const choose = (id) => {
  chosen = id
  return refresh()
}

const draw = () =>
  show(
    page(),
    h('h1', {}, say(['운영자 화면', 'The other side of the counter'])),
    h(
      'p',
      { class: 'muted' },
      say([
        '여기서 고장을 내고, 구매 화면에서 결제해 보세요. 두 장부가 다시 같아지는 것을 볼 수 있습니다.',
        'Break something here, then pay on the buyer’s page, and watch the two books come to agree again.',
      ]),
    ),
    h('p', { class: 'notice soft', role: 'status', hidden: note === '' }, note),
    h(
      'div',
      { class: 'desk' },
      h('div', { class: 'column' }, controls()),
      h(
        'div',
        { class: 'column' },
        orderList(),
        state.order ? [books(state.order.books), attempts(state.order), history(state.order)] : null,
        inside(),
      ),
    ),
  )

/** Redrawn only when something has changed, so that nobody loses their place. */
let last = ''
const refresh = async () => {
  const answer = await get(`/operator/api/state${chosen ? `?order=${encodeURIComponent(chosen)}` : ''}`)
  if (!answer.ok) return
  state = answer.data
  learnTime(state.serverNow)
  if (chosen === null && state.orders.length > 0) return choose(state.orders[0].id)
  const { serverNow: _now, ...rest } = state
  const text = JSON.stringify([rest, note, chosen])
  if (text !== last) draw()
  else document.getElementById('now').textContent = moment(serverNow(), { dateStyle: 'medium', timeStyle: 'medium' })
  last = text
}

await mountShell('operator')
await refresh()
setInterval(refresh, 800)
