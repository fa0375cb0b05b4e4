import { get, learnTime, post, serverNow } from './api.js'
import { h, page, show } from './dom.js'
import { books } from './operator-books.js'
import { amount, attempts, badge, history, inside, say } from './operator-tables.js'
import { mountShell } from './shell.js'
import { moment, t } from './text.js'

const CLOCK = [
  [1, ['1분', '1 min']],
  [5, ['5분', '5 min']],
  [60, ['1시간', '1 h']],
  [1_440, ['하루', '1 day']],
]
/** What happens to the next call about money, and whether the money moves. */
const FAULTS = [
  ['lost_request', ['요청이 사라짐', 'Request lost'], ['돈은 움직이지 않음', 'no money moves']],
  ['lost_answer', ['답이 사라짐', 'Answer lost'], ['돈은 움직임', 'money moves']],
  ['error_after', ['처리 후 500', '500 after success'], ['돈은 움직임', 'money moves']],
  ['html_after', ['HTML 오류 화면', 'HTML error page'], ['돈은 움직임', 'money moves']],
  ['slow', ['3초 느림', '3 s slow'], ['돈은 움직임', 'money moves']],
  ['late_execution', ['끊긴 뒤 20초에 처리', 'Cut, done 20 s later'], ['돈은 나중에 움직임', 'money moves later']],
  ['decline', ['다음 결제 거절', 'Next payment declined'], ['돈은 움직이지 않음', 'no money moves']],
]
const isTakenInWindow = (name) => name.startsWith('portone')
const TAKEN_IN_WINDOW = [
  '포트원은 결제창이 돈을 받습니다. 결제의 고장은 그 결과를 묻는 호출에 일어나고, 돈은 이미 움직였습니다.',
  'PortOne’s window takes the money. A payment’s fault hits our question about it, when the money has moved already.',
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
/** Whose calls and webhooks the buttons below break. */
let gateway = 'toss'

const act = async (path, body, what) => {
  const answer = await post(`/operator/api/${path}`, body)
  note = answer.ok ? what : say(['되지 않았습니다', 'That did not work'])
  await refresh()
}

const deposit = (attemptId) => act('deposit', { attemptId }, say(['입금했습니다', 'deposited']))

const press = (id, label, about, onclick, props = {}) =>
  h('button', { id, onclick, ...props }, h('strong', {}, label), about && h('small', {}, about))

const faultButton = ([kind, label, about]) =>
  press(`fault-${kind}`, say(label), say(about), () =>
    act('faults', { gateway, kind }, `${t(gateway)} · ${say(['준비됨', 'armed'])}: ${say(label)}`),
  )

const gatewayChips = () =>
  h(
    'div',
    { class: 'chips halves', role: 'group', 'aria-label': say(['결제사', 'gateway']) },
    state.gateways.map(({ name, faultsPending }) =>
      h(
        'button',
        {
          id: `gateway-${name}`,
          'aria-pressed': String(name === gateway),
          onclick: () => {
            gateway = name
            draw()
          },
        },
        t(name),
        faultsPending > 0 && h('span', { class: 'badge' }, String(faultsPending)),
      ),
    ),
  )

const controls = () => {
  const { faultsPending, webhooksPending } = state.gateways.find(({ name }) => name === gateway)
  return [
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
      h('h2', {}, say(['결제사', 'Provider'])),
      gatewayChips(),
      h('h2', {}, say(['다음 결제·환불 호출', 'The next payment or refund call'])),
      isTakenInWindow(gateway) && h('p', { class: 'muted small' }, say(TAKEN_IN_WINDOW)),
      h('div', { class: 'pads' }, FAULTS.map(faultButton)),
      h(
        'p',
        { class: 'armed muted small' },
        `${say(['준비된 고장', 'Faults armed'])}: ${faultsPending}`,
        faultsPending > 0 &&
          h(
            'button',
            {
              class: 'quiet',
              id: 'fault-clear',
              onclick: () => act('faults', { gateway, kind: 'clear' }, say(['지웠습니다', 'cleared'])),
            },
            say(['지우기', 'Clear']),
          ),
      ),
      h('h2', {}, say(['다음 웹훅', 'The next webhook'])),
      h('div', { class: 'pads small-pads' }, WEBHOOKS.map(faultButton)),
      h('p', { class: 'muted small' }, `${say(['보낼 웹훅', 'Webhooks waiting'])}: ${webhooksPending}`),
    ),
  ]
}

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
        state.order ? [books(state.order.books), attempts(state.order, deposit), history(state.order)] : null,
        inside(state),
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
