/** Korean first, English beside it. */
const TEXTS = {
  concert: ['가을밤의 현악사중주', 'Strings on an Autumn Night'],
  concertBy: ['남산 작은 음악당 · 보로딘과 라벨', 'Namsan Chamber Hall · Borodin and Ravel'],
  demoNote: [
    '오프라인 데모입니다. 결제사는 가짜이고, 돈은 움직이지 않습니다.',
    'An offline demo. The payment provider is a fake, and no money moves.',
  ],
  seats: ['좌석', 'Seats'],
  myOrders: ['내 예매', 'My orders'],
  operator: ['운영자', 'Operator'],
  language: ['English', '한국어'],
  close: ['닫기', 'Close'],
  offline: ['서버와 연결이 끊겼습니다. 다시 연결하고 있습니다…', 'The server does not answer. Trying again…'],
  signIn: ['로그인', 'Sign in'],
  signOut: ['로그아웃', 'Sign out'],
  signInAs: ['누구로 예매할까요?', 'Who is buying?'],
  signInNeeded: ['좌석을 잡으려면 로그인해 주세요.', 'Please sign in to hold seats.'],
  wallet: ['지갑', 'Wallet'],
  stage: ['무대', 'Stage'],
  chooseSeats: ['좌석을 골라 주세요', 'Choose your seats'],
  upTo: ['한 사람당 {n}석까지', 'Up to {n} seats each'],
  free: ['예매 가능', 'free'],
  held: ['다른 분이 결제 중', 'being paid by somebody'],
  sold: ['판매됨', 'sold'],
  mine: ['내 좌석', 'mine'],
  chosen: ['선택함', 'chosen'],
  seatName: ['{row}열 {number}번', 'Row {row}, seat {number}'],
  grade: ['{grade}석', '{grade}'],
  hold: ['5분 동안 좌석 잡기', 'Hold for 5 minutes'],
  holding: ['잡는 중…', 'Holding…'],
  nothingChosen: ['아직 고른 좌석이 없습니다', 'No seat chosen yet'],
  takenMeanwhile: ['방금 다른 분이 {seat} 좌석을 잡았습니다.', 'Somebody has just taken seat {seat}.'],
  timeLeft: ['결제까지 남은 시간', 'Time left to pay'],
  checkingTime: ['시간이 다 되어 서버에 확인하고 있습니다…', 'Time is up; asking the server…'],
  total: ['합계', 'Total'],
  payBy: ['결제 방법', 'How to pay'],
  toss: ['토스페이먼츠', 'Toss Payments'],
  payple: ['페이플', 'Payple'],
  portone_v1: ['포트원 V1', 'PortOne V1'],
  portone_v2: ['포트원 V2', 'PortOne V2'],
  payWindowNote: ['결제창에서 카드로', 'By card, in its window'],
  payWalletNote: ['잔액 {balance}', 'Balance {balance}'],
  opening: ['여는 중…', 'Opening…'],
  paying: ['결제하는 중…', 'Paying…'],
  giveUp: ['예매 포기', 'Give up the seats'],
  sdkFailed: [
    '결제창을 불러오지 못했습니다. 네트워크를 확인하고 다시 눌러 주세요. 아직 결제되지 않았습니다.',
    'The payment window could not be loaded. Check the network and try again. Nothing was paid.',
  ],
  retryable: [
    '이전 결제는 되지 않았습니다. 다시 결제할 수 있습니다.',
    'The last try did not go through. You can pay again.',
  ],
  pending: ['승인을 기다리고 있습니다', 'Waiting for approval'],
  pendingNote: [
    '결제사에 결과를 묻고 있습니다. 다시 청구되지 않으니 그대로 두셔도 됩니다.',
    'We are asking the provider for the outcome. You will not be charged again.',
  ],
  HOLD: ['좌석 확보', 'Held'],
  PAYING: ['결제 진행 중', 'Paying'],
  CONFIRMED: ['예매 완료', 'Confirmed'],
  EXPIRED: ['시간 초과', 'Expired'],
  CANCELLED: ['취소됨', 'Cancelled'],
  REFUNDED: ['환불 완료', 'Refunded'],
  confirmedNote: ['공연장에서 뵙겠습니다.', 'See you at the hall.'],
  expiredNote: [
    '결제 시간이 지나 좌석이 풀렸습니다. 결제된 금액은 없습니다.',
    'The time to pay is over and the seats were released. Nothing was paid.',
  ],
  cancelledNote: ['예매를 취소했습니다. 결제된 금액은 없습니다.', 'The order was cancelled. Nothing was paid.'],
  refundedNote: ['{amount}을 돌려드렸습니다.', '{amount} went back to you.'],
  cancelOrder: ['예매 취소', 'Cancel the order'],
  cancelTitle: ['취소하기 전에', 'Before you cancel'],
  cancelConfirm: ['좌석을 돌려주고 취소', 'Give the seats back'],
  cancelAnyway: ['환불 없이 취소', 'Cancel without a refund'],
  keep: ['그대로 두기', 'Keep them'],
  youGet: ['취소하면 돌려받는 금액', 'What you get back'],
  youGetNow: ['지금 돌려받는 금액', 'What you get back now'],
  refund: ['환불 받기', 'Get the refund'],
  refunding: ['환불하는 중…', 'Refunding…'],
  refundPending: [
    '환불 결과를 확인하고 있습니다. 두 번 환불되지 않으며, 확인되는 대로 표시됩니다.',
    'The refund is being looked up. It cannot go out twice, and shows here as soon as it is known.',
  ],
  refundTitle: ['환불', 'Refund'],
  history: ['기록', 'History'],
  backToSeats: ['좌석 보기', 'To the seats'],
  declinedOrClosed: [
    '승인되지 않았거나 결제창을 닫았습니다. 청구되지 않았습니다.',
    'It was declined, or the window was closed. Nothing was charged.',
  ],
  unclearTitle: ['결과를 읽을 수 없습니다', 'We cannot read the result'],
  unclearNote: [
    '돌아온 정보가 이 결제의 것이 아닙니다. 예매 화면에서 실제 상태를 확인해 주세요.',
    'What came back does not belong to this payment. Your order shows how it really stands.',
  ],
  depositSoon: ['입금이 확인되면 예매가 완료됩니다.', 'The order is confirmed when your deposit arrives.'],
  backToOrder: ['예매로 돌아가기', 'Back to the order'],
  tryAgain: ['다시 결제하기', 'Try again'],
  live: ['실시간', 'live'],
  polling: ['다시 연결 중', 'reconnecting'],
  confirming: ['결제를 확인하고 있습니다', 'Confirming your payment'],
  confirmingNote: [
    '서버가 확인하기 전에는 결제된 것이 아닙니다. 창을 닫지 말아 주세요.',
    'It is not paid before the server says so. Please keep this page open.',
  ],
  stillAsking: [
    '아직 답을 모릅니다. 같은 요청으로 다시 묻는 중입니다 ({n}번째). 두 번 청구되지 않습니다.',
    'Not known yet. Asking again with the same request (try {n}). You cannot be charged twice.',
  ],
  paidTitle: ['결제가 완료되었습니다', 'Payment confirmed'],
  paidNote: ['티켓으로 이동합니다…', 'Taking you to your ticket…'],
  notPaid: ['결제되지 않았습니다', 'Not paid'],
  seatsStillYours: ['시간이 남아 있는 동안 좌석은 그대로입니다.', 'Your seats stay yours while there is time.'],
  depositTitle: ['입금을 기다립니다', 'Waiting for your deposit'],
  depositOpen: [
    '입금을 기다리고 있습니다. {due}까지 입금하면 예매가 완료됩니다.',
    'Waiting for your deposit until {due}. The order is confirmed when it arrives.',
  ],
  depositNote: ['아래 계좌로 {amount}을 보내 주세요.', 'Send {amount} to this account.'],
  noOrders: ['아직 예매가 없습니다.', 'No orders yet.'],
  supportId: ['문의 번호', 'Reference'],
}

/** What the buyer reads for each code. The server's own sentence is for people who write clients. */
const ERRORS = {
  UNAUTHENTICATED: ['로그인이 필요합니다.', 'Please sign in.'],
  RESOURCE_UNAVAILABLE: ['방금 다른 분이 잡은 좌석입니다.', 'Somebody else has just taken that seat.'],
  LIMIT_EXCEEDED: ['한 사람이 예매할 수 있는 좌석 수를 넘었습니다.', 'That is more than one person may buy.'],
  HOLD_EXPIRED: ['결제 시간이 지났습니다. 청구되지 않았습니다.', 'The time to pay is over. Nothing was charged.'],
  PAYMENT_DECLINED: ['카드사가 거절했습니다. 청구되지 않았습니다.', 'The card was declined. Nothing was charged.'],
  PROVIDER_REFUSED: ['결제사가 거절했습니다. 청구되지 않았습니다.', 'The provider refused. Nothing was charged.'],
  INSUFFICIENT_FUNDS: [
    '지갑 잔액이 부족합니다. 청구되지 않았습니다.',
    'Not enough in the wallet. Nothing was charged.',
  ],
  AMOUNT_MISMATCH: [
    '금액이 주문과 다릅니다. 청구되지 않았습니다.',
    'The amount is not the order’s. Nothing was charged.',
  ],
  PAYMENT_WINDOW_CLOSED: [
    '결제창의 시간이 지났습니다. 청구되지 않았습니다.',
    'The window timed out. Nothing was charged.',
  ],
  ATTEMPT_IN_PROGRESS: [
    '앞서 연 결제창에서 아직 결제될 수 있습니다. 같은 결제 방법으로 이어서 결제해 주세요.',
    'The window you opened before can still be paid in. Please go on with the same way to pay.',
  ],
  ATTEMPT_CLOSED: ['이미 끝난 결제입니다. 다시 결제해 주세요.', 'That payment is over. Please pay again.'],
  PAID_TOO_LATE: ['너무 늦게 도착한 돈이라 자동으로 돌려드립니다.', 'The money came too late and goes back by itself.'],
  OUTCOME_PENDING: [
    '결과를 확인하고 있습니다. 다시 청구되지 않습니다.',
    'Being looked up. You will not be charged again.',
  ],
  NO_ANSWER: ['서버에서 답이 없습니다. 다시 시도합니다.', 'No answer from the server. Trying again.'],
  SERVER_DOWN: ['서버가 꺼져 있습니다. 켜지면 이어집니다.', 'The server is down. This goes on once it is up.'],
  REFUND_NOT_ELIGIBLE: ['지금은 환불받을 수 없습니다.', 'It cannot be refunded now.'],
  REFUND_IN_PROGRESS: ['환불이 진행 중입니다.', 'A refund is under way.'],
  PROVIDER_REFUND_FAILED: [
    '결제사가 환불을 거절했습니다. 돈은 움직이지 않았습니다.',
    'The refund was refused. No money moved.',
  ],
  NOT_FOUND: ['그런 예매가 없습니다.', 'There is no such order.'],
  PAY_PROCESS_CANCELED: ['결제창을 닫았습니다.', 'The payment window was closed.'],
  REJECT_CARD_COMPANY: ['카드사가 거절했습니다.', 'The card company declined.'],
}

export const language = () => (localStorage.getItem('language') === 'en' ? 'en' : 'ko')

export const switchLanguage = () => {
  localStorage.setItem('language', language() === 'ko' ? 'en' : 'ko')
  location.reload()
}

const choose = ([ko, en]) => (language() === 'ko' ? ko : en)

export const t = (key, values = {}) => choose(TEXTS[key]).replace(/\{(\w+)\}/g, (_all, name) => String(values[name]))

export const errorText = (error) => {
  const known = ERRORS[error.errorCode]
  if (known) return choose(known)
  return error.message ?? choose(['문제가 생겼습니다.', 'Something went wrong.'])
}

export const money = ({ amountMinor }) =>
  language() === 'ko' ? `${amountMinor.toLocaleString('ko-KR')}원` : `₩${amountMinor.toLocaleString('en-US')}`

/** Moments travel as UTC; only what a person reads has a zone. */
export const moment = (iso, style = { dateStyle: 'long', timeStyle: 'short' }) =>
  new Intl.DateTimeFormat(language() === 'ko' ? 'ko-KR' : 'en-GB', { ...style, timeZone: 'Asia/Seoul' }).format(
    new Date(iso),
  )
