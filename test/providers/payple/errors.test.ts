import { describe, expect, test } from 'vitest'
import { classOf, cleanCode, readPaypleError } from '../../../src/providers/payple/errors'
import { accepted, answering, attemptOf, connect, returnedForm } from './support'

/**
 * Payple's own tables, row by row: what our word is, whether the outcome is open, and the codes. Written apart from the
 * table in the source, so that a slip in either is seen.
 */
const TABLE: readonly (readonly [code: string, outcome: 'not_executed' | 'unknown', rows: string])[] = [
  ['config_error', 'not_executed', 'AUTH0001 AUTH0002 AUTH0003 AUTH0004 AUTH0007'],
  ['refused', 'not_executed', 'AUTH0005'],
  ['invalid_request', 'not_executed', 'AUTH0006 AUTH0008'],

  ['config_error', 'not_executed', 'PAYC0001 PAYC0002'],
  ['conflict', 'unknown', 'PAYC0007'],
  ['refused', 'not_executed', 'PAYC0011'],
  ['provider_fault', 'unknown', 'PAYC0010'],
  ['unrecognized', 'unknown', 'PAYC0003 PAYC0099'],

  ['declined', 'not_executed', 'CPCA0001 CPCA0004 CPCAE003'],
  ['method_unavailable', 'not_executed', 'CPCA0002 CPCA0003 CPCAD001 CPCAD002'],
  ['config_error', 'not_executed', 'CPCA0005'],
  ['refused', 'not_executed', 'CPCA0006 CPCA0007 CPCA0022 CPCA0023 CPCA0024 CPCA0025 CPCA9998'],
  [
    'provider_fault',
    'unknown',
    'CPCA0008 CPCA0009 CPCA0012 CPCA0013 CPCA0014 CPCA0015 CPCA0016 CPCA0017 CPCA0020 CPCA0021 CPCA0026 CPCA0202',
  ],
  ['provider_fault', 'unknown', 'CPCA0010 CPCA0018 CPCAE002 CPCA9999'],
  ['declined', 'not_executed', 'CPCA0011'],
  ['invalid_request', 'not_executed', 'CPCA0019 CPCAE001 CPCAE004 CPCA9997'],
  ['conflict', 'unknown', 'CPCA0201'],
  ['config_error', 'not_executed', 'CBIL0001 CBIL0002'],
  ['not_found', 'not_executed', 'CBIL0003'],
  ['invalid_request', 'not_executed', 'CBIL0004'],
  ['provider_fault', 'unknown', 'CBIL0005 CBIL0006'],

  ['invalid_request', 'not_executed', 'SPCD0001 SPCD0002 SPCD0003 SPCD9998'],
  ['config_error', 'not_executed', 'SPCD0004 SPCD9991'],
  ['refused', 'not_executed', 'SPCD0007 SPCD0009 SPCD0010'],
  ['provider_fault', 'unknown', 'SPCD0008 SPCD0015'],
  ['method_unavailable', 'not_executed', 'SPCD0011 SPCD0012 SPCD0013 SPCD1002 SPCD1004'],
  ['conflict', 'unknown', 'SPCD0014'],
  [
    'provider_fault',
    'unknown',
    'SPCD0016 SPCD0017 SPCD0019 SPCD0020 SPCD0021 SPCD0022 SPCD0023 SPCD0024 SPCD0025 SPCD0026',
  ],
  ['declined', 'not_executed', 'SPCD0018 SPCD1003'],
  ['provider_fault', 'unknown', 'SPCD1001 SPCD9997 SPCD9999'],

  ['method_unavailable', 'not_executed', 'RPCD0001 RPCD0011 RPCD0012 RPCD0013 RPCD1002'],
  ['invalid_request', 'not_executed', 'RPCD0002 RPCD0003 RPCD0004 RPCD0005 RPCD9998 RPCD9999'],
  ['config_error', 'not_executed', 'RPCD0006 RPCD9991'],
  ['refused', 'not_executed', 'RPCD0007 RPCD0009 RPCD0010'],
  ['provider_fault', 'unknown', 'RPCD0008 RPCD0014 RPCD0016 RPCD0017 RPCD0018 RPCD0020 RPCD0027 RPCD1001'],
  ['conflict', 'unknown', 'RPCD0015'],
  ['declined', 'not_executed', 'RPCD0019 RPCD1003'],

  ['config_error', 'not_executed', 'CDAU0001 CDAU9991'],
  ['invalid_request', 'not_executed', 'CDAU0002 CDAU9998 CDAU9999 CK01 CK02 CK03 CK04 CK05 CK06'],
  ['refused', 'not_executed', 'CDAU0003 CDAU0004 CDAU0005 CDAU0006 CDAU0008 CDAU0009'],
  ['declined', 'not_executed', 'CDAU0007'],

  ['config_error', 'not_executed', 'ARSA0001 CPAY0001 SPAY0001 BILL0001 BILL0002'],
  ['declined', 'not_executed', 'ARSA0002 ARSA0006 ARSA0007 SPAY0002 CPAY0012 CPAY0013'],
  ['refused', 'not_executed', 'ARSA0003 ARSA0004 CPAY0005 CPAY0006 SPAY0003 SPAY0004'],
  ['refused', 'not_executed', 'ARSA0005 ARSA0008 ARSA0009 ARSA0010 ARSA9998 CPAY9998 SPAY9998'],
  ['method_unavailable', 'not_executed', 'CPAY0002 CPAY0003 CPAY0004 SPAY0005'],
  ['provider_fault', 'unknown', 'CPAY0007 CPAY0008 CPAY0018 SPAY0011 CPAY0022 SPAY0012'],
  ['conflict', 'unknown', 'CPAY0202'],
  ['invalid_request', 'not_executed', 'SPAY0019'],
  ['not_found', 'not_executed', 'BILL0003'],

  ['provider_fault', 'unknown', '9999 1100 1102 3005 3113'],
  ['invalid_request', 'not_executed', '1101 1143 1154 2184 3004'],
  ['conflict', 'unknown', '1103 1156 2113 3199'],
  ['not_found', 'not_executed', '1104 1117 3120 3250'],
  ['invalid_request', 'not_executed', '1105 1111 1126 3102 3109 3202 3212 3213 3214 1110'],
  ['refused', 'not_executed', '1106 1107 1108 1109 1131 3103 3104 3105 3108 3114 3124 3125 3126 3127 3138 3139 3141'],
  ['refused', 'not_executed', '3149 3150 3160 3164 3257 3271 3272 3274 1137 1138 1139 1141 3145 3155'],
  ['declined', 'not_executed', '1132 1133 1134 1135 1146 1155 3111 3112 3219 3225 3230 3237 3244'],
  ['config_error', 'not_executed', '1112 2186'],
  ['provider_fault', 'unknown', '1113 2106 2112 3006 3106 3168 3161 3267 3268 3269 3275'],
  ['invalid_request', 'not_executed', '1114 3130 3195'],
  ['conflict', 'unknown', '1115 3121 3251'],
  ['refused', 'not_executed', '1116 3118 3158 3224 3248 3249 3252 1120 1125 1127 1128 1129 1130 1144 1145'],
  ['refund_period_over', 'not_executed', '1123 1140 3247'],
  ['declined', 'not_executed', '1119 2102 3191 3208 3259 3276 1121 1142 2109 3217 3218 3220 3221 3222'],
  ['invalid_request', 'not_executed', '1122 1136 3101 3107 3204 3277 3278 3279'],
  ['provider_fault', 'unknown', '1124 1147 1153 2137 2138 3201 3134 3184'],
  ['declined', 'not_executed', '1148 1149 1150 1151 1152 2114 2117 3110 3115 3117 3119 3131 3137 3144 3192 3196 3223'],
  ['declined', 'not_executed', '2100 2101 2103 2107 2111 2115 2118 2136 2141 2159 2183 2185 2192'],
  ['provider_fault', 'unknown', '3001 3209 3210 3143 3188 3194 3200 3206 3207'],
  ['invalid_request', 'not_executed', '3002 3003 3116 3152 3153 3165 3203'],
  ['method_unavailable', 'not_executed', '3100 3122 3123 3128 3146 3147 3148 3211 3253'],
  ['declined', 'not_executed', '3132 3135 3140 3142 3170 3177 3183 3185 3186 3187 3189 3190 3197 3198 3258 3280 3281'],
  ['insufficient_funds', 'not_executed', '3133'],
  ['declined', 'not_executed', '3136 3154 3157 3162 3163 3166 3167 3169 3193 3205 3215 3216 3226 3229 3245 3246'],
  ['declined', 'not_executed', '3254 3256 3260 3266 3270 3273 3151 3156 3159'],
  ['unrecognized', 'unknown', '1118 3129 0000 2193 4711 ABCD0001 SPCD4711'],
]
const ROWS = TABLE.flatMap(([code, outcome, rows]) => rows.split(' ').map((row) => [row, code, outcome] as const))

/** Refused for now: it can be tried again. */
const RETRYABLE = 'AUTH0005 ARSA0005 ARSA0008 ARSA0009 ARSA0010 ARSA9998 CPAY9998 SPAY9998 CDAU0003 1120 1125'.split(
  ' ',
)

describe('what Payple’s codes mean', () => {
  test.each(ROWS)('%s is %s, %s', (providerCode, code, outcome) => {
    const error = readPaypleError('confirmPayment', 200, { isError: true, code: providerCode })
    expect(error).toMatchObject({ code, outcome, providerCode })
    if (RETRYABLE.includes(providerCode)) expect(error.retryable).toBe(true)
    if (code === 'declined' || code === 'invalid_request') expect(error.retryable).toBe(false)
  })

  test.each(['[test]3133', '[TEST] 3133', ' 3133 '])('%j is 3133', (code) => {
    expect(readPaypleError('x', 200, { isError: true, code })).toMatchObject({
      code: 'insufficient_funds',
      providerCode: '3133',
    })
  })

  test.each([
    ['SPCD0018-3133', 'insufficient_funds'],
    ['SPCD00183133', 'insufficient_funds'],
    ['SPCD0018 3100', 'method_dead'],
    ['RPCD0019:3133', 'insufficient_funds'],
    ['SPCD0018-9999', 'unknown'],
    ['SPCD0018-1103', 'duplicate'],
    ['SPCD0018-4711', 'declined'],
    ['SPCD1001-3133', 'unknown'],
    ['SPCD0014-3133', 'duplicate'],
    ['SPCD4711-3133', undefined],
    ['CPCA D002', 'method_dead'],
    ['CPCA E002', 'unknown'],
  ])('Payple’s and the institution’s code in one: %s is %s', (code, expected) => {
    expect(classOf(code)).toBe(expected)
  })

  test.each([
    ['a text', '잔액이 부족합니다.'],
    ['a text with a code in it', 'SPCD0018 잔액'],
    ['markup', '<b>1103</b>'],
    ['something long', '1'.repeat(40)],
    ['nothing', ''],
    ['null', null],
  ])('%s is no code, and is not repeated', (_, code) => {
    expect(cleanCode(code)).toBeUndefined()
    const error = readPaypleError('x', 200, { isError: true, code })
    expect(error).toMatchObject({ code: 'unrecognized', outcome: 'unknown' })
    expect(error).not.toHaveProperty('providerCode')
    expect(error.message).toBe('payple x: no result code, status 200')
  })
})

describe('a fault is never a definite refusal', () => {
  test.each([500, 502, 503])('status %s with the code of a decline leaves the outcome open', async (status) => {
    const { fetch } = answering(status, { PCD_PAY_RST: 'error', PCD_PAY_CODE: '3151' })
    const answer = await connect(fetch).confirm(accepted(attemptOf()), returnedForm())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'provider_fault', outcome: 'unknown' })
  })

  test('status 400 with a decline is a decline: the confirm host may answer so', async () => {
    const { fetch } = answering(400, { PCD_PAY_RST: 'error', PCD_PAY_CODE: '3151' })
    const answer = await connect(fetch).confirm(accepted(attemptOf()), returnedForm())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'declined', outcome: 'not_executed' })
  })

  test.each([
    [400, 'bad_response', 'unknown'],
    [404, 'bad_response', 'unknown'],
    [200, 'bad_response', 'unknown'],
    [429, 'rate_limited', 'not_executed'],
    [503, 'provider_fault', 'unknown'],
  ])('status %s without a result is %s', async (status, code, outcome) => {
    const { fetch } = answering(status, { message: '잠시 후 다시 시도' })
    const answer = await connect(fetch).confirm(accepted(attemptOf()), returnedForm())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code, outcome })
  })

  test('a success with a status that is none leaves the outcome open', async () => {
    const { fetch } = answering(400, { PCD_PAY_RST: 'success', PCD_PAY_OID: attemptOf().id, PCD_PAY_TOTAL: 12_900 })
    const answer = await connect(fetch).confirm(accepted(attemptOf()), returnedForm())
    expect(answer._unsafeUnwrapErr()).toMatchObject({ code: 'bad_response', outcome: 'unknown' })
  })
})
