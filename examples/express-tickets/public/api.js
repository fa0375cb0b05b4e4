let offsetMs = 0

/** The server's time. The client's own clock decides nothing. */
export const serverNow = () => Date.now() + offsetMs

export const learnTime = (moment) => {
  if (moment) offsetMs = Date.parse(moment) - Date.now()
}

/** Nobody answered: whether anything happened is not known, and repeating is safe. */
const NO_ANSWER = { errorCode: 'NO_ANSWER', retryable: true, details: { outcome: 'unknown' } }

const call = async (method, path, init = {}) => {
  try {
    const response = await fetch(path, { method, ...init })
    const text = await response.text()
    const data = text === '' ? {} : JSON.parse(text)
    learnTime(data.serverNow)
    return response.ok ? { ok: true, data, status: response.status } : { ok: false, error: data }
  } catch {
    return { ok: false, error: NO_ANSWER } // A broken connection and half an answer are the same to us.
  }
}

export const get = (path) => call('GET', path)

export const post = (path, body = {}, headers = {}) =>
  call('POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })

/** True when nobody can say yet what happened, so that the same request is sent again. */
export const isUnknown = ({ details, errorCode }) => details?.outcome === 'unknown' || errorCode === 'SERVER_DOWN'
