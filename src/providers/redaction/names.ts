/**
 * Which names hide their value. A name is compared in lower case without anything but letters and digits, so that
 * `cardNumber`, `card_number`, `Card-Number` and `PCD_CARD_NUMBER` meet the same rule. Where a rule hides more than it
 * must, that is on purpose: a list of exact names always misses the next one.
 */

/** Where a name stands, as bits. Everything stands in `EVERYWHERE`. */
export const EVERYWHERE = 1
const IN_PERSON = 2
const IN_CARD_OR_ACCOUNT = 4
const IN_RECEIPT = 8

export type Name = {
  /** The places in which its value is hidden; 0 is nowhere. */
  readonly hiddenIn: number
  /** The place its own value is. */
  readonly place: number
  /** True for the second half of `{ name: 'token', value: '…' }`. */
  readonly isValue: boolean
}

const SECRETS = [
  'secret',
  'password|passwd|passphrase|passcode|pwd|cardpw|^pw$|^pin$|^otp$',
  'credentials?$|^auth$|basicauth$|proxyauth$|authorization$|authcode$|^bearer$|^jwt$|csrf|xsrf',
  'tokens?$|tokenid$|tokenvalue$|accesstoken|refreshtoken',
  'cookies?$|^cookie|sessionid$|connectsid$',
  'signature|^hmac$',
  'key$|apikey|privatekey|accesskey|billingkey|(?:api|access|private|secret|signing|billing)keys$',
  'customeruid$|cstid$|trackdata$|^track[123]$',
]
const CARD = [
  'cardnum|cardno$|^pan$|primaryaccountnumber',
  'cvc|cvv|^csc$|securitycode$|verificationcode$',
  'expiry(?:month|year|date)?$|exp(?:iration)?(?:month|year)$|cardexp|cardex(?:year|month)|validthru$',
  'card(?:auth|trade|approval|approve)(?:no|num|number)$|appro(?:val|ve)(?:no|num|number)$|applynum$',
]
const ACCOUNT = [
  'account(?:no|num|number)$|bankaccount|bank(?:no|num)$|vbanknum|iban$|routingnumber$|accountholder',
  'refund(?:receive)?account$|refundbank$|(?:bank|billing)tranid$',
]
const PERSON = [
  'birth|gender$|identi(?:ty|fication)(?:no|num|number)|^identifier$|identinum|idnum$|taxsave',
  'registration(?:no|num|number)$|regno$|(?:business|company)(?:no|num|number)$|taxid$|taxidentifier$',
  '(?:issue|receipt|confirmation)(?:no|num|number)$|mgtnum$',
  'ssn$|rrn$|jumin|passport|driver(?:s)?licen[cs]e|^ci$|^di$|uniqueinsite$',
  'e?mail$|mailaddress$|phone$|phone(?:no|num|number)$|mobile$|mobile(?:no|num|number)$|payerhp$|^hp$|^tel$|telno$',
  '(?:buyer|customer|payer|company|refund|receiver|recipient|sender|depositor|contact)tel$',
  'address$|address(?:line)?[12]?$|addr[12]?$|^(?:first|second)line$|^city$|^region$|^province$',
  'postcode$|postalcode$|zipcode$|^zip$|^ip$|(?:customer|browser|client|remote|user)ip$',
  '(?:full|first|last|family|given|real|user|owner|customer|buyer|payer|depositor|remittee|remitter|representative)name$',
  '(?:recipient|receiver|sender|holder)name$|(?:card|refund|vbank)holder$|^holder$|^depositor$',
  'payerid$|payerno$|userdefine[12]$|linkaddparam$',
]
const LINKS = [
  'receipturls?$|cardreceipt$|managementurls$|portalurls?$|pdfurl$|linkurl$|cofurl$|^urls$|^overview$',
  'updatepaymentmethod$|updatesubscriptionpaymentmethod$|^cancelsubscription$',
]
const KOREAN = [
  '카드번호|비밀번호|주민등록번호|계좌번호|생년월일|휴대폰|전화번호|이메일|유효기간|예금주|사업자등록번호',
]

const HIDDEN = new RegExp([...SECRETS, ...CARD, ...ACCOUNT, ...PERSON, ...LINKS, ...KOREAN].join('|'))

/** Names that end in `key` and open nothing. */
const HARMLESS =
  /^(?:x)?(?:idempotency|primary|foreign|sort|partition|cache|public|dedupe|lock|message|error|object)key$/

const PEOPLE =
  /(?:customer|buyer|payer|holder|depositor|recipient|receiver|remitter|remittee|user|member|person|owner|contact|sender|applicant|representative|shipping|delivery|billingdetails|billinginfo|business)(?:es|s)?$/
const CARDS_AND_ACCOUNTS = /(?:card|account|bank|paypal)s?$/
const RECEIPTS = /receipts?$/
const VALUES = /^(?:value|values|val|v|content|contents|text|data)$/

/** Undoes `%41`, and only that: what is not ASCII cannot be part of a name or a pattern we know. */
export const percentDecoded = (text: string): string =>
  text.replace(/%([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

const normalised = (name: string): string =>
  percentDecoded(name)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9가-힣]/g, '')

const hiddenIn = (plain: string): number => {
  if (HIDDEN.test(plain) && plain !== 'key' && !HARMLESS.test(plain)) return EVERYWHERE
  if (plain === 'name') return IN_PERSON
  if (/^(?:number|num|no|reference)$/.test(plain)) return IN_CARD_OR_ACCOUNT
  return plain === 'url' ? IN_RECEIPT : 0
}

const placeOf = (plain: string): number =>
  EVERYWHERE |
  (PEOPLE.test(plain) ? IN_PERSON : 0) |
  (CARDS_AND_ACCOUNTS.test(plain) ? IN_CARD_OR_ACCOUNT : 0) |
  (RECEIPTS.test(plain) ? IN_RECEIPT : 0)

/** Longer texts are no names; of a longer key the end decides. */
const LONGEST = 128

/** A pure memo, because payloads repeat their names. Bounded, because names come from outside. */
const known = new Map<string, Name>()
const MOST_NAMES = 4096

export const readName = (name: string): Name => {
  const before = known.get(name)
  if (before !== undefined) return before
  const plain = normalised(name.slice(-LONGEST))
  const found = { hiddenIn: hiddenIn(plain), place: placeOf(plain), isValue: VALUES.test(plain) }
  if (known.size >= MOST_NAMES) known.clear()
  if (name.length <= LONGEST) known.set(name, found)
  return found
}

/** Does this text, read as a name, hide its value wherever it stands? */
export const hidesValue = (name: string): boolean =>
  name.length <= LONGEST && (readName(name).hiddenIn & EVERYWHERE) !== 0
