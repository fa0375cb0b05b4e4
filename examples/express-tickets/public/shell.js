import { get, post } from './api.js'
import { h, show } from './dom.js'
import { language, money, switchLanguage, t } from './text.js'

/** The bar on top: where one is, who one is, and in which language. Returns who is signed in. */
export const mountShell = async (current) => {
  document.documentElement.lang = language()
  // Drawn at once: a server that does not answer must not take the way home with it.
  if (document.querySelector('.bar') === null) draw(current, NOBODY)
  const answer = await get('/api/me')
  const me = answer.ok ? answer.data : NOBODY
  draw(current, me)
  return { ...me, askToSignIn: (note) => chooseBuyer(me, note) }
}

const NOBODY = { buyers: [], buyer: null, balance: null }

const draw = (current, me) => {
  const link = (href, key) => h('a', { href, 'aria-current': current === key ? 'page' : null }, t(key))
  const name = me.buyer ? me.buyer.name[language()] : t('signIn')
  show(
    document.querySelector('#shell'),
    h(
      'div',
      { class: 'bar' },
      h(
        'a',
        { href: '/', class: 'brand' },
        h('img', { src: '/icon.svg', alt: '', width: 28, height: 28 }),
        h('span', {}, t('concert')),
      ),
      h('nav', {}, link('/', 'seats'), link('/orders', 'myOrders'), link('/operator', 'operator')),
      me.balance && h('span', { class: 'balance', id: 'balance' }, `${t('wallet')} ${money(me.balance)}`),
      h(
        'div',
        { class: 'who' },
        me.buyers.length > 0 && h('button', { class: 'quiet', id: 'who', onclick: () => chooseBuyer(me) }, name),
        h('button', { class: 'quiet', id: 'language', onclick: switchLanguage }, t('language')),
      ),
    ),
  )
}

const chooseBuyer = (me, note = null) => {
  const become = async (buyer) => {
    await post('/api/session', { buyer })
    location.reload()
  }
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'sign-in-title' },
    h('h2', { id: 'sign-in-title' }, t('signInAs')),
    note && h('p', { class: 'muted' }, note),
    h(
      'div',
      { class: 'stack' },
      me.buyers.map(({ id, name }) =>
        h('button', { id: `buyer-${id}`, onclick: () => become(id) }, `${name.ko} · ${name.en}`),
      ),
      me.buyer && h('button', { class: 'quiet', onclick: () => become(null) }, t('signOut')),
    ),
    h('form', { method: 'dialog' }, h('button', { class: 'close', 'aria-label': t('close') }, '×')),
  )
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
