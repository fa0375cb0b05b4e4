// src/providers/redaction/names.ts
var EVERYWHERE = 1;
var IN_PERSON = 2;
var IN_CARD_OR_ACCOUNT = 4;
var IN_RECEIPT = 8;
var SECRETS = [
  "secret",
  "password|passwd|passphrase|passcode|pwd|cardpw|^pw$|^pin$|^otp$",
  "credentials?$|^auth$|basicauth$|proxyauth$|authorization$|authcode$|^bearer$|^jwt$|csrf|xsrf",
  "tokens?$|tokenid$|tokenvalue$|accesstoken|refreshtoken",
  "cookies?$|^cookie|sessionid$|connectsid$",
  "signature|^hmac$",
  "key$|apikey|privatekey|accesskey|billingkey|(?:api|access|private|secret|signing|billing)keys$",
  "customeruid$|cstid$|trackdata$|^track[123]$"
];
var CARD = [
  "cardnum|cardno$|^pan$|primaryaccountnumber",
  "cvc|cvv|^csc$|securitycode$|verificationcode$",
  "expiry(?:month|year|date)?$|exp(?:iration)?(?:month|year)$|cardexp|cardex(?:year|month)|validthru$",
  "card(?:auth|trade|approval|approve)(?:no|num|number)$|appro(?:val|ve)(?:no|num|number)$|applynum$"
];
var ACCOUNT = [
  "account(?:no|num|number)$|bankaccount|bank(?:no|num)$|vbanknum|iban$|routingnumber$|accountholder",
  "refund(?:receive)?account$|refundbank$|(?:bank|billing)tranid$"
];
var PERSON = [
  "birth|gender$|identi(?:ty|fication)(?:no|num|number)|^identifier$|identinum|idnum$|taxsave",
  "registration(?:no|num|number)$|regno$|business(?:no|num|number)$|issuenumber$|mgtnum$|taxid$|taxidentifier$",
  "ssn$|rrn$|jumin|passport|driver(?:s)?licen[cs]e|^ci$|^di$|uniqueinsite$",
  "e?mail$|mailaddress$|phone$|phone(?:no|num|number)$|mobile$|mobile(?:no|num|number)$|payerhp$|^hp$|^tel$|telno$",
  "(?:buyer|customer|payer|company|refund|receiver|recipient|sender|depositor|contact)tel$",
  "address$|address(?:line)?[12]?$|addr[12]?$|postcode$|postalcode$|zipcode$|^zip$|^ip$|(?:customer|browser|client|remote|user)ip$",
  "(?:full|first|last|family|given|real|user|owner|customer|buyer|payer|depositor|remittee|representative)name$",
  "(?:recipient|receiver|sender|holder)name$|(?:card|refund|vbank)holder$|^holder$|^depositor$",
  "payerid$|payerno$|userdefine[12]$|linkaddparam$"
];
var LINKS = ["receipturls?$|cardreceipt$|managementurls$|portalurl$|pdfurl$|linkurl$|cofurl$"];
var KOREAN = [
  "\uCE74\uB4DC\uBC88\uD638|\uBE44\uBC00\uBC88\uD638|\uC8FC\uBBFC\uB4F1\uB85D\uBC88\uD638|\uACC4\uC88C\uBC88\uD638|\uC0DD\uB144\uC6D4\uC77C|\uD734\uB300\uD3F0|\uC804\uD654\uBC88\uD638|\uC774\uBA54\uC77C|\uC720\uD6A8\uAE30\uAC04|\uC608\uAE08\uC8FC|\uC0AC\uC5C5\uC790\uB4F1\uB85D\uBC88\uD638"
];
var HIDDEN = new RegExp([...SECRETS, ...CARD, ...ACCOUNT, ...PERSON, ...LINKS, ...KOREAN].join("|"));
var HARMLESS = /^(?:x)?(?:idempotency|primary|foreign|sort|partition|cache|public|dedupe|lock|message|error|object)key$/;
var PEOPLE = /(?:customer|buyer|payer|holder|depositor|recipient|receiver|remitter|remittee|user|member|person|owner|contact|sender|applicant|representative|shipping|delivery|billingdetails|billinginfo)s?$/;
var CARDS_AND_ACCOUNTS = /(?:card|account|bank)s?$/;
var RECEIPTS = /receipts?$/;
var VALUES = /^(?:value|values|val|v|content|contents|text|data)$/;
var percentDecoded = (text) => text.replace(/%([2-7][0-9a-f])/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
var normalised = (name) => percentDecoded(name).normalize("NFKC").toLowerCase().replace(/[^a-z0-9가-힣]/g, "");
var hiddenIn = (plain) => {
  if (HIDDEN.test(plain) && plain !== "key" && !HARMLESS.test(plain)) return EVERYWHERE;
  if (plain === "name") return IN_PERSON;
  if (plain === "number" || plain === "num" || plain === "no") return IN_CARD_OR_ACCOUNT;
  return plain === "url" ? IN_RECEIPT : 0;
};
var placeOf = (plain) => EVERYWHERE | (PEOPLE.test(plain) ? IN_PERSON : 0) | (CARDS_AND_ACCOUNTS.test(plain) ? IN_CARD_OR_ACCOUNT : 0) | (RECEIPTS.test(plain) ? IN_RECEIPT : 0);
var LONGEST = 128;
var known = /* @__PURE__ */ new Map();
var MOST_NAMES = 4096;
var readName = (name) => {
  const before = known.get(name);
  if (before !== void 0) return before;
  const plain = normalised(name.slice(-LONGEST));
  const found = { hiddenIn: hiddenIn(plain), place: placeOf(plain), isValue: VALUES.test(plain) };
  if (known.size >= MOST_NAMES) known.clear();
  if (name.length <= LONGEST) known.set(name, found);
  return found;
};
var hidesValue = (name) => name.length <= LONGEST && (readName(name).hiddenIn & EVERYWHERE) !== 0;

// src/providers/redaction/cards.ts
var DIGITS = /\d(?:[ \u00a0._/\u2013-]{0,2}\d){12,}/g;
var NETWORKS = /^(?:[3-9]|2[2-7])/;
var passesLuhn = (digits) => {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};
var isCardNumber = (digits) => digits.length >= 13 && digits.length <= 19 && NETWORKS.test(digits) && passesLuhn(digits);
var lastGroupOfCard = (groups, from) => {
  let digits = "";
  let found = -1;
  for (let to = from; to < groups.length && digits.length < 19; to += 1) {
    digits += groups[to]?.[0] ?? "";
    if (isCardNumber(digits)) found = to;
  }
  return found;
};
var hideInRun = (run) => {
  const groups = [...run.matchAll(/\d+/g)];
  let text = "";
  let copiedTo = 0;
  for (let from = 0; from < groups.length; from += 1) {
    const to = lastGroupOfCard(groups, from);
    const first = groups[from];
    const last = groups[to];
    if (first === void 0 || last === void 0) continue;
    const end = last.index + last[0].length;
    text += `${run.slice(copiedTo, first.index + 2)}***${run.slice(end - 2, end)}`;
    copiedTo = end;
    from = to;
  }
  return text + run.slice(copiedTo);
};
var hideCards = (text) => mayHoldCard(text) ? text.replace(DIGITS, hideInRun) : text;
var mayHoldCard = (text) => {
  for (let at = 12; at < text.length; at += 13) {
    if (!isDigit(text.charCodeAt(at)) && !isBetweenDigits(text.charCodeAt(at))) continue;
    let from = at;
    while (from > 0 && isInRun(text.charCodeAt(from - 1))) from -= 1;
    let digits = 0;
    for (at = from; at < text.length && isInRun(text.charCodeAt(at)); at += 1) {
      if (isDigit(text.charCodeAt(at))) digits += 1;
      if (digits >= 13) return true;
    }
  }
  return false;
};
var isDigit = (code) => code >= 48 && code <= 57;
var isBetweenDigits = (code) => code >= 45 && code <= 47 || code === 32 || code === 95 || code === 160 || code === 8211;
var isInRun = (code) => isDigit(code) || isBetweenDigits(code);

// src/providers/redaction/text.ts
import { Result } from "neverthrow";
var masked = (value) => typeof value === "string" && value.length > 4 ? `${value.slice(0, 2)}***${value.slice(-2)}` : "***";
var DEEPEST = 6;
var hideInText = (text, writeJson, depth = 0) => {
  if (depth > DEEPEST) return masked(text);
  if (/^\s*[[{"]/.test(text)) {
    const json = parseJson(text).unwrapOr(void 0);
    if (typeof json === "string") return JSON.stringify(hideInText(json, writeJson, depth + 1));
    if (json !== void 0) return writeJson(json);
  }
  let hidden2 = text.includes("&") ? text.replace(/&(?:quot|#34|#x22);/gi, '"') : text;
  if (hidden2.includes("%")) {
    hidden2 = hidden2.replace(/[^\s&=?#;"'<>]+/g, (piece) => hidePercentEncoded(piece, writeJson, depth));
  }
  hidden2 = hidePairs(hidden2);
  if (hidden2.includes("-")) hidden2 = hideFlags(hidden2);
  return hideCards(hideShapes(hidden2));
};
var parseJson = Result.fromThrowable((text) => JSON.parse(text));
var hidePercentEncoded = (piece, writeJson, depth) => {
  if (!piece.includes("%")) return piece;
  const decoded = percentDecoded(piece);
  if (decoded === piece) return piece;
  const hidden2 = hideInText(decoded, writeJson, depth + 1);
  return hidden2 === decoded ? piece : encodeURIComponent(hidden2);
};
var hidePairs = (text) => {
  let hidden2 = "";
  let copiedTo = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (!isSeparator(text.charCodeAt(at))) continue;
    const name = nameBefore(text, at, copiedTo);
    if (name === void 0) continue;
    const sign = text.charAt(at);
    const from = skip(text, text.startsWith("=>", at) ? at + 2 : at + 1);
    const { start, end } = valueAt(text, from, { sign, ...name });
    if (end <= start) continue;
    hidden2 += text.slice(copiedTo, start) + masked(text.slice(start, end));
    copiedTo = end;
    at = end - 1;
  }
  return copiedTo === 0 ? text : hidden2 + text.slice(copiedTo);
};
var isSeparator = (code) => code === 58 || code === 61 || code === 62;
var nameBefore = (text, at, min) => {
  let end = at;
  while (end > min && isSpace(text.charCodeAt(end - 1))) end -= 1;
  const quotedName = end > min && QUOTES.includes(text.charAt(end - 1));
  if (quotedName) end -= 1;
  while (end > min && text.charAt(end - 1) === "\\") end -= 1;
  let start = end;
  while (start > min && end - start < 64 && isNameCharacter(text.charCodeAt(start - 1))) start -= 1;
  if (start === end) return void 0;
  const hides = hidesValue(text.slice(start, end)) || hidesValue(withWordBefore(text, start, end, min));
  if (!hides) return void 0;
  return { quotedName, startsLine: /(?:^|\n)[<>\s]*$/.test(text.slice(Math.max(0, start - 8), start)) };
};
var withWordBefore = (text, start, end, min) => {
  let from = start - 1;
  if (from <= min || text.charAt(from) !== " ") return "";
  while (from > min && start - from < 32 && isNameCharacter(text.charCodeAt(from - 1))) from -= 1;
  return text.slice(from, end);
};
var QUOTES = "\"'`";
var isSpace = (code) => code === 32 || code >= 9 && code <= 13;
var isNameCharacter = (code) => code >= 97 && code <= 122 || code >= 65 && code <= 93 && code !== 92 || code >= 48 && code <= 57 || code === 95 || code === 36 || code === 37 || code === 45 || code === 46 || code >= 44032 && code <= 55203;
var skip = (text, from) => {
  let at = from;
  while (text[at] === " " || text[at] === "	") at += 1;
  return at;
};
var valueAt = (text, from, style) => {
  const quote = /^\\*["'`]/.exec(text.slice(from, from + 16))?.[0];
  if (quote !== void 0) {
    const start = from + quote.length;
    return { start, end: closingQuote(text, start, quote) };
  }
  if (text[from] === "{" || text[from] === "[") return { start: from, end: closingBracket(text, from) };
  return { start: from, end: firstOf(text, from, endOfValue(style)) };
};
var endOfValue = ({ sign, quotedName, startsLine }) => {
  if (sign === ">") return /[<\r\n]/g;
  if (sign === "=") return /[&\s"'<>]/g;
  if (quotedName) return /[,}\]\s]/g;
  return startsLine ? /[\r\n]/g : /[\r\n"'`]/g;
};
var firstOf = (text, from, end) => {
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
};
var closingQuote = (text, from, quote) => {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (text[at - 1] !== "\\" || at === from) return at;
  }
  return text.length;
};
var closingBracket = (text, from) => {
  let open = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "{" || text[at] === "[") open += 1;
    if (text[at] === "}" || text[at] === "]") open -= 1;
    if (open === 0) return at + 1;
  }
  return text.length;
};
var hideFlags = (text) => text.replace(
  /(^|\s)(--?)([a-z][\w-]{0,63})(\s+)("[^"]*"|'[^']*'|[^\s-]\S*)/gi,
  (whole, start, dashes, name, space, value) => /^(?:u|user|b)$/.test(name) || hidesValue(name) ? `${start}${dashes}${name}${space}${masked(value)}` : whole
);
var BEARER = /\b(bearer\s+)([^\s"',;]+)/gi;
var BASIC = /\b(basic\s+)([\w+/=-]{4,})/gi;
var KEYS = /(?:(?:test|live)_g?sk_|[sr]k_(?:test|live)_|whsec_|pdl_|pca_)[\w+/=.-]+/gi;
var PACKED_JSON = /eyJ[\w+/=-]{8,}(?:\.[\w-]+)*/g;
var USER_INFO = /:\/\/[^\s/?#"'<>]*@/g;
var KEYS_IN_PATHS = /(\/(?:billing|billing-keys|payments|subscribe\/customers)\/)([^\s/?#"'<>]{12,})/gi;
var TELLING_WORDS = /(?:bearer|basic)\s|[sr]k_|whsec_|pdl_|pca_|eyJ/i;
var hideShapes = (text) => {
  let hidden2 = text;
  if (TELLING_WORDS.test(hidden2)) {
    hidden2 = hidden2.replace(BEARER, (_, scheme, token) => scheme + masked(token)).replace(BASIC, (whole, scheme, token) => isBasic(token) ? scheme + masked(token) : whole).replace(KEYS, masked).replace(PACKED_JSON, masked);
  }
  if (hidden2.includes("@")) hidden2 = hidden2.replace(USER_INFO, "://***@");
  return hidden2.includes("/") ? hidden2.replace(KEYS_IN_PATHS, (_, path, key) => path + masked(key)) : hidden2;
};
var isBasic = (token) => token.length >= 16 && /\d/.test(token) && /[a-z]/i.test(token) || decodedBase64(token).includes(":");
var decodedBase64 = (text) => Result.fromThrowable(() => atob(text))().unwrapOr("");

// src/providers/redaction/harmless.ts
var TROUBLE = 1;
var COLON = 2;
var SPACE = 4;
var DASH = 8;
var UNDERSCORE = 16;
var B = 32;
var K_P_OR_W = 64;
var J = 128;
var kindOf = (character) => {
  if (character < " " || '"\\{[=<>%&/'.includes(character)) return TROUBLE;
  if (character === ":") return COLON;
  if (character === " ") return SPACE;
  if (character === "-") return DASH;
  if (character === "_") return UNDERSCORE;
  if (character === "J") return J;
  if ("bB".includes(character)) return B;
  return "kpwKPW".includes(character) ? K_P_OR_W : 0;
};
var KINDS = new Uint8Array(65536);
for (let code = 0; code < 128; code += 1) KINDS[code] = kindOf(String.fromCharCode(code));
KINDS.fill(TROUBLE, 55296, 57344);
var isHarmless = (text) => {
  let seen = 0;
  for (let at = 0; at < text.length; at += 1) {
    seen |= KINDS[text.charCodeAt(at)];
  }
  if ((seen & TROUBLE) !== 0) return false;
  if ((seen & COLON) !== 0 && !hasOnlyTimes(text)) return false;
  if ((seen & DASH) !== 0 && (text.charCodeAt(0) === 45 || (seen & SPACE) !== 0 && text.includes(" -"))) return false;
  if (mayTell(seen) && TELLING_WORDS.test(text)) return false;
  return text.length < 13 || !mayHoldCard(text);
};
var mayTell = (seen) => (seen & (SPACE | B)) === (SPACE | B) || (seen & (UNDERSCORE | K_P_OR_W)) === (UNDERSCORE | K_P_OR_W) || (seen & J) !== 0;
var hasOnlyTimes = (text) => {
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) {
    const isTime = isDigit2(text, at - 2) && isDigit2(text, at - 1) && isDigit2(text, at + 1);
    if (!isTime) return false;
  }
  return true;
};
var isDigit2 = (text, at) => {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
};

// src/providers/redaction/write.ts
var DEEPEST2 = 100;
var UNREADABLE = '"[unreadable]"';
var nameOf = (key) => {
  const first = `${quoted(hideInText(key, (value) => write(value, EVERYWHERE, [])))}:`;
  const isRare = readName(key).isValue || key === "toJSON";
  const name = { ...readName(key), first, next: `,${first}`, firstText: `${first}"`, nextText: `,${first}"`, isRare };
  if (names.size >= MOST_NAMES2) names.clear();
  if (key.length <= LONGEST_NAME) names.set(key, name);
  return name;
};
var names = /* @__PURE__ */ new Map();
var MOST_NAMES2 = 4096;
var LONGEST_NAME = 64;
var write = (value, place, path) => {
  switch (typeof value) {
    case "string":
      return writeText(value, place, path);
    case "number":
      return writeNumber(value);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return `"${hideCards(String(value))}"`;
    case "object":
      return value === null ? "null" : writeObject(value, place, path);
    default:
      return "null";
  }
};
var writeNumber = (value) => {
  if (value < 1e12) return value > -1e12 ? String(value) : writeWide(value);
  return writeWide(value);
};
var writeWide = (value) => {
  if (!Number.isFinite(value)) return "null";
  const digits = String(Math.abs(value));
  const blurred = !Number.isSafeInteger(value) && digits.length <= 19 && /^\d+$/.test(digits);
  return blurred || isCardNumber(digits) ? hidden(digits) : String(value);
};
var NEEDS_ESCAPE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;
var quoted = (text) => NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
var hidden = (value) => quoted(masked(value));
var writeText = (text, place, path) => isHarmless(text) ? `"${text}"` : quoted(hideInText(text, (value) => write(value, place, path)));
var writeObject = (value, place, path) => {
  const depth = path.length;
  for (let at = 0; at < depth; at += 1) if (path[at] === value) return '"[circular]"';
  if (depth >= DEEPEST2) return '"[too deep]"';
  path.push(value);
  let text = UNREADABLE;
  try {
    if (Array.isArray(value)) text = writeList(value, place, path);
    else if (isPlain(value)) text = writeFields(value, place, path);
    else text = writeSpecial(value, place, path);
  } catch {
    path.length = depth + 1;
  }
  path.pop();
  return text;
};
var isPlain = (value) => {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
var writeList = (list, place, path) => {
  let text = "";
  let previousHides = false;
  for (let at = 0; at < list.length; at += 1) {
    const item = list[at];
    if (at > 0) text += ",";
    if (previousHides) text += hidden(item);
    else text += typeof item === "string" ? writeText(item, place, path) : write(item, place, path);
    previousHides = typeof item === "string" && hidesValue(item);
  }
  return `[${text}]`;
};
var writeFields = (value, place, path) => {
  const fields = value;
  let text = "";
  for (const key in fields) {
    const name = names.get(key) ?? nameOf(key);
    let field;
    try {
      field = fields[key];
    } catch {
      field = "[unreadable]";
    }
    const isFirst = text === "";
    if ((name.hiddenIn & place) === 0 && !name.isRare) {
      if (typeof field === "number") {
        text += (isFirst ? name.first : name.next) + writeNumber(field);
        continue;
      }
      if (typeof field === "string" && isHarmless(field)) {
        text += `${(isFirst ? name.firstText : name.nextText) + field}"`;
        continue;
      }
    }
    if (key === "toJSON" && typeof field === "function") return writeSpecial(value, place, path);
    if (field === void 0 || typeof field === "function" || typeof field === "symbol") continue;
    text += (isFirst ? name.first : name.next) + writeField(fields, field, name, place, path);
  }
  return `{${text}}`;
};
var writeField = (fields, field, name, place, path) => {
  if ((name.hiddenIn & place) !== 0) return hidden(field);
  if (!name.isRare) return write(field, name.place, path);
  if (fields["type"] === "Buffer" && Array.isArray(field)) return '"[bytes]"';
  return hasHidingLabel(fields) ? hidden(field) : write(field, name.place, path);
};
var LABELS = ["name", "key", "field", "header", "label", "param", "parameter", "type", "id", "k", "Name", "Key"];
var hasHidingLabel = (fields) => LABELS.some((label) => {
  const text = fields[label];
  return typeof text === "string" && hidesValue(text);
});
var tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
var writeSpecial = (value, place, path) => {
  if (ArrayBuffer.isView(value)) return `"[${value.byteLength} bytes]"`;
  if ("toJSON" in value && typeof value.toJSON === "function") {
    const json = value.toJSON("");
    return json === value ? writeFields(value, place, path) : write(json, place, path);
  }
  if (value instanceof Map) return writePairs(value, path);
  if (value instanceof Set) return writeList([...value], place, path);
  if (value instanceof Error) return writeError(value, place, path);
  switch (tagOf(value)) {
    case "URLSearchParams":
      return JSON.stringify(hideInText(String(value), (inner) => write(inner, place, path)));
    case "Headers":
    case "FormData":
    case "Map":
      return writePairs(value, path);
    // Their tag says that they are.
    case "String":
    case "Number":
    case "Boolean":
    case "BigInt":
      return write(value.valueOf(), place, path);
    case "ArrayBuffer":
    case "SharedArrayBuffer":
      return '"[bytes]"';
    default:
      return writeFields(value, place, path);
  }
};
var writePairs = (pairs, path) => {
  const written = [...pairs].map(([key, value]) => {
    const name = typeof key === "string" ? names.get(key) ?? nameOf(key) : void 0;
    const isHidden = name !== void 0 && (name.hiddenIn & EVERYWHERE) !== 0;
    const printed = isHidden ? hidden(value) : write(value, name?.place ?? EVERYWHERE, path);
    return `[${write(key, EVERYWHERE, path)},${printed}]`;
  });
  return `[${written.join(",")}]`;
};
var writeError = (error, place, path) => {
  const { name, message, cause } = error;
  const errors = "errors" in error ? error.errors : void 0;
  return writeFields({ ...error, name, message, cause, errors }, place, path);
};

// src/providers/redact.ts
var redactToJson = (value) => write(value, EVERYWHERE, []);

// bench/measure/ratios.ts
var median = (values) => {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
var consumed = 0;
var once = (run, times) => {
  const startedAt = process.hrtime.bigint();
  for (let time = 0; time < times; time += 1) {
    const result = run();
    consumed += typeof result === "string" ? Buffer.byteLength(result) : Number(result !== void 0);
  }
  return Number(process.hrtime.bigint() - startedAt) / times;
};
var ratios = (contenders, { rounds = 25, roundMs = 20 } = {}) => {
  const entries = Object.entries(contenders);
  const times = entries.map(([, run]) => {
    once(run, 200);
    return Math.max(1, Math.ceil(roundMs * 1e6 / once(run, 200)));
  });
  const measured = /* @__PURE__ */ new Map();
  for (let round = 0; round < rounds; round += 1) {
    const spent = entries.map(([, run], at) => once(run, times[at] ?? 1));
    for (const [at, [name]] of entries.entries()) {
      measured.set(name, [...measured.get(name) ?? [], (spent[at] ?? Number.NaN) / (spent[0] ?? Number.NaN)]);
    }
  }
  if (consumed < 0) throw new Error("unreachable: keeps the results alive");
  return new Map([...measured].map(([name, values]) => [name, median(values)]));
};

// bench/zz.ts
var SECRETS2 = [
  "tgen_20260101DEMOKEY",
  "12345678****000*",
  "bkey_DEMO_0123456789",
  "ps_DEMOSECRET01",
  "buyer@example.test"
];
var payment = {
  eventType: "PAYMENT_STATUS_CHANGED",
  createdAt: "2026-01-01T00:00:00.000000",
  data: {
    mId: "tosspayments",
    paymentKey: SECRETS2[0],
    orderId: "att_0123456789abcdefghij0123",
    orderName: "\uD1A0\uC2A4 \uD2F0\uC154\uCE20 \uC678 2\uAC74",
    status: "DONE",
    requestedAt: "2026-01-01T10:01:30+09:00",
    approvedAt: "2026-01-01T10:02:30+09:00",
    useEscrow: false,
    card: {
      issuerCode: "71",
      acquirerCode: "71",
      number: SECRETS2[1],
      installmentPlanMonths: 0,
      isInterestFree: false,
      interestPayer: null,
      cardType: "\uC2E0\uC6A9",
      ownerType: "\uAC1C\uC778",
      acquireStatus: "READY",
      amount: 1e3
    },
    billing: { billingKey: SECRETS2[2], issuedAt: "2026-01-01T10:02:30+09:00" },
    secret: SECRETS2[3],
    customer: { id: "usr_0001", email: SECRETS2[4], level: 3 },
    checkout: { url: "https://api.example.test/v1/checkout/abc/open" },
    currency: "KRW",
    totalAmount: 11e4,
    balanceAmount: 11e4,
    suppliedAmount: 1e5,
    vat: 1e4,
    method: "\uCE74\uB4DC",
    version: "2024-06-01",
    metadata: { ticket: "A-12", note: "please leave it at the door" },
    items: Array.from({ length: 14 }, (_, at) => ({
      id: `itm_${at}`,
      name: `VIP seat in row ${at}`,
      quantity: 1,
      amountMinor: 11e4 + at,
      currency: "KRW",
      tags: ["early", "vip"],
      startsAt: "2026-05-01T19:00:00Z"
    }))
  }
};
var noUrl = { ...payment, data: { ...payment.data, checkout: { url: "plain" } } };
var noSecrets = structuredClone(noUrl);
for (const k of ["paymentKey", "secret", "billing", "customer"]) delete noSecrets.data[k];
delete noSecrets.data.card.number;
var noText = JSON.parse(JSON.stringify(noSecrets, (_k, v) => typeof v === "string" ? 51234 : v));
var flat = Object.fromEntries(Array.from({ length: 120 }, (_, i) => ["k" + i, 51234]));
for (const [n, p] of Object.entries({ payment, noUrl, noSecrets, noText, flat })) {
  const j = () => JSON.stringify(p), m = () => redactToJson(p);
  console.log(n, ratios({ j, m }).get("m")?.toFixed(2));
}
