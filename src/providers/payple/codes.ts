import type { CodeClass } from './errors'

export type CodeRow = readonly [kind: CodeClass, codes: string]

/**
 * Payple's own result codes: a prefix for the kind of call, four characters, ranges with a dash. A code keeps the prefix
 * of the one before it in its row. Where Payple advises to verify a failure, the outcome is open: a look-up tells.
 *
 * The PAYC rows come from a single secondary source and are UNCONFIRMED, as is that no others matter.
 *
 * @see https://docs.payple.kr/response-code
 */
export const PAYPLE_ROWS: readonly CodeRow[] = [
  // Partner authentication, and a confirmation sent to the wrong address (0008).
  ['auth', 'AUTH0001-0004 0007'],
  ['retryable', 'AUTH0005'],
  ['invalid', 'AUTH0006 0008'],

  // Cancellation.
  ['session', 'PAYC0001'],
  ['auth', 'PAYC0002'],
  ['already_cancelled', 'PAYC0007'], // Or not found. refund.ts finds out.
  ['exceeds', 'PAYC0011'],
  ['unknown', 'PAYC0010'],

  // A card in the payment window, and the delivery of its result.
  ['declined', 'CPCA0001 0004 E003'],
  ['method_dead', 'CPCA0002 0003 D001 D002'],
  ['auth', 'CPCA0005'],
  ['merchant_limit', 'CPCA0006 0007 0022-0025 9998'],
  ['unknown', 'CPCA0008-0010 0012-0018 0020 0021 0026 0202 9999 E002'],
  ['reversed', 'CPCA0011'],
  ['invalid', 'CPCA0019 9997 E001 E004'],
  ['duplicate', 'CPCA0201'],
  ['auth', 'CBIL0001'],
  ['session', 'CBIL0002'],
  ['no_such_payment', 'CBIL0003'],
  ['invalid', 'CBIL0004'],
  ['unknown', 'CBIL0005 0006'],

  // A stored card.
  ['invalid', 'SPCD0001-0003 9998'],
  ['session', 'SPCD0004'],
  ['merchant_limit', 'SPCD0007 0009 0010'],
  ['method_dead', 'SPCD0011-0013 1002 1004'],
  ['duplicate', 'SPCD0014'],
  ['unknown', 'SPCD0008 0015-0017 0019-0026 1001 9997 9999'],
  ['declined', 'SPCD0018'],
  ['reversed', 'SPCD1003'],
  ['auth', 'SPCD9991'],

  // A stored card, once a month.
  ['method_dead', 'RPCD0001 0011-0013 1002'],
  ['invalid', 'RPCD0002-0005 9998 9999'],
  ['session', 'RPCD0006'],
  ['merchant_limit', 'RPCD0007 0009 0010'],
  ['duplicate', 'RPCD0015'],
  ['unknown', 'RPCD0008 0014 0016-0018 0020-0027 1001'],
  ['declined', 'RPCD0019'],
  ['reversed', 'RPCD1003'],
  ['auth', 'RPCD9991'],

  // Registering a card.
  ['session', 'CDAU0001'],
  ['invalid', 'CDAU0002 9998 9999'],
  ['retryable', 'CDAU0003-0006 0008 0009'],
  ['declined', 'CDAU0007'],
  ['auth', 'CDAU9991'],
  ['invalid', 'CK01 CK02 CK03 CK04 CK05 CK06'],

  // Bank accounts. 9998 is the nightly maintenance.
  ['auth', 'ARSA0001'],
  ['declined', 'ARSA0002 0006 0007 SPAY0002 CPAY0012 0013'],
  ['merchant_limit', 'ARSA0003 0004 CPAY0005 0006 SPAY0003 0004'],
  ['retryable', 'ARSA0005 0008-0010 9998 CPAY9998 SPAY9998'],
  ['session', 'CPAY0001 SPAY0001'],
  ['method_dead', 'CPAY0002-0004 SPAY0005'],
  ['unknown', 'CPAY0007 0008 0018 0022 SPAY0011 0012'],
  ['duplicate', 'CPAY0202'],
  ['invalid', 'SPAY0019'],
  ['auth', 'BILL0001 0002'],
  ['no_such_payment', 'BILL0003'],
]

/** What card companies and acquirers say: four digits. */
export const INSTITUTION_ROWS: readonly CodeRow[] = [
  ['unknown', '9999'],
  ['unknown', '1100 1102 3005 3113'],
  ['invalid', '1101 1143 1154 2184 3004'],
  ['duplicate', '1103 1156 2113 3199'],
  ['no_such_payment', '1104 1117 3120 3250'],
  ['invalid', '1105 1110 1111 1126 3102 3109 3202 3212-3214'],
  [
    'merchant_limit',
    '1106-1109 1131 3103-3105 3108 3114 3124-3127 3138 3139 3141 3149 3150 3160 3164 3257 3271 3272 3274',
  ],
  ['merchant_limit', '1137-1139 1141 3145 3155'],
  ['declined', '1132-1135 1146 1155 3111 3112 3219 3225 3230-3244'],
  ['auth', '1112 2186'],
  // System faults: harmless before a charge was carried out, and nobody says when they come.
  ['unknown', '1113 2106 2112 3006 3106 3161 3168 3267-3269 3275'],
  ['invalid', '1114 3130 3195'],
  ['already_cancelled', '1115 3121 3251'],
  ['not_cancellable', '1116 3118 3158 3224 3248 3249 3252'],
  ['retryable', '1120 1125'],
  ['refund_period_over', '1123 1140 3247'],
  ['exceeds', '1128'],
  ['not_cancellable', '1127 1129 1130 1144 1145'],
  ['declined', '1119 2102 3191 3208 3259 3276'],
  ['declined', '1121 1142 2109 3217 3218 3220-3222'],
  ['invalid', '1122 1136 3101 3107 3204 3277-3279'],
  // Time over, or used already: perhaps by the request whose answer we lost.
  ['unknown', '1124 1147 1153 2137 2138 3134 3184 3201'],
  ['declined', '1148-1152 2114 2117 3110 3115 3117 3119 3131 3137 3144 3192 3196 3223'],
  ['unknown', '3001 3143 3188 3194 3200 3206 3207 3209 3210'],
  ['invalid', '3002 3003 3116 3152 3153 3165 3203'],
  ['method_dead', '3100 3122 3123 3128 3146-3148 3211 3253'],
  ['declined', '3132 3135 3140 3142 3170-3183 3185-3187 3189 3190 3197 3198 3258 3280 3281'],
  ['insufficient_funds', '3133'],
  ['declined', '3136 3151 3154 3156 3157 3159 3162 3163 3166 3167 3169 3193 3205 3215 3216 3226-3229'],
  ['declined', '3245 3246 3254-3256 3260-3266 3270 3273'],
  // The buyer's authentication in the window; the exceptions stand above.
  ['declined', '2100-2112 2115-2192'],
]
