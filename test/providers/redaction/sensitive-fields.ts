/** Where a sensitive value stands: the name of its field, and the objects it has to be inside of to be told by it. */
export type SensitiveField = { readonly inside: readonly string[]; readonly name: string }

/** `card.number` is `number` inside of `card`. */
const fields = (text: string): readonly SensitiveField[] =>
  text
    .trim()
    .split(/\s+/)
    .map((path) => {
      const names = path.split('.')
      return { inside: names.slice(0, -1), name: names.at(-1) ?? '' }
    })

/** What must never be shown, as each provider's own documents name it. */
export const SENSITIVE: Readonly<Record<string, readonly SensitiveField[]>> = {
  toss: fields(`
    secretKey clientSecret Authorization securityKey paymentKey billingKey customerKey authKey secret transactionKey
    lastTransactionKey receiptKey accessToken refreshToken TossPayments-Webhook-Signature cardNumber cardExpirationYear
    cardExpirationMonth cardPassword customerIdentityNumber customerName customerEmail customerMobilePhone
    customerPhoneNumber card.number card.approveNo giftCertificate.approveNo virtualAccount.accountNumber
    virtualAccount.customerName virtualAccount.depositorName refundReceiveAccount.accountNumber
    refundReceiveAccount.holderName refundReceiveAccount.bank transfers.bankAccountNumber mobilePhone.customerMobilePhone
    mobilePhone.receiptUrl receipt.url cashReceipt.receiptUrl cashReceipt.issueNumber cashReceipts.businessNumber
    cashReceipts.customerIdentityNumber registrationNumber email phone
  `),
  payple: fields(`
    custKey PCD_CUST_KEY cst_id PCD_CST_ID AuthKey PCD_AUTH_KEY PCD_PAY_REQKEY PCD_REQ_KEY PCD_REFUND_KEY clientKey
    PCD_PAYER_ID PCD_PAY_CARDNUM PCD_PAY_CARDEXYEAR PCD_PAY_CARDEXMONTH PCD_PAY_CARDPW PCD_PAYER_BIRTH PCD_PAYER_NAME
    PCD_PAYER_HP PCD_PAYER_EMAIL PCD_PAYER_NO PCD_PAY_BANKNUM PCD_PAY_CARDTRADENUM PCD_PAY_CARDAUTHNO
    PCD_PAY_CARDRECEIPT PCD_CARD_RECEIPT PCD_TAXSAVE_IDNUM PCD_TAXSAVE_IDENTINUM PCD_TAXSAVE_MGTNUM PCD_USER_DEFINE1
    PCD_USER_DEFINE2 PCD_LINK_ADD_PARAM PCD_TX_KEY PCD_LASTKEY PCD_LINK_KEY PCD_LINK_URL PCD_PAY_COFURL account_num
    account_holder_info account_holder_name billing_tran_id bank_tran_id access_token
  `),
  'portone-v1': fields(`
    imp_key imp_secret access_token Authorization customer_uid card_number expiry birth pwd_2digit cvc buyer_name
    buyer_email buyer_tel buyer_addr buyer_postcode customer_name customer_tel customer_email customer_addr
    customer_postcode vbank_num vbank_holder apply_num receipt_url cancel_receipt_urls refund_holder refund_account
    refund_bank refund_tel depositor_name deposit_history.depositor_name identifier unique_key unique_in_site phone
    birthday gender channel_key company_tel
  `),
  'portone-v2': fields(`
    apiSecret Authorization accessToken refreshToken billingKey billingIssueToken paymentToken webhookSecret
    webhook-signature card.number credential.number expiryYear expiryMonth birthOrBusinessRegistrationNumber
    passwordTwoDigits customer.name customer.fullName birthYear birthMonth birthDay gender customer.email
    customer.phoneNumber address.addressLine1 address.addressLine2 address.city address.province zipcode ipAddress
    refundAccount.number refundAccount.holderName refundAccount.holderPhoneNumber refundEmail customerIdentityNumber
    identityNumber approvalNumber accountNumber remitteeName remitterName phoneNumber issueNumber receiptUrl
    cashReceipt.receiptUrl customerName customerEmail channelKey
  `),
  paddle: fields(`
    Authorization Paddle-Signature endpoint_secret_key customer_auth_token email customer.name first_line second_line city
    region postal_code cardholder_name card.expiry_month card.expiry_year paypal.email paypal.reference management_urls
    update_payment_method cancel_subscription update_subscription_payment_method urls.overview tax_identifier
    company_number contacts.name contacts.email business.name api_key
  `),
  mock: fields(`webhookSecret x-mock-signature secret token signature`),
}
