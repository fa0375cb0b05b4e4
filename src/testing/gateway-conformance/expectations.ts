import type { Result } from 'neverthrow'
import type { GatewayError } from '../../providers/gateway'

/** Ends the case. The message says what was expected and what came instead. */
export const fail = (what: string, expected: string, actual: string): never => {
  throw new Error(`${what}: expected ${expected}, got ${actual}`)
}

export const expectThat = (holds: boolean, what: string, expected: string, actual: unknown): void => {
  if (!holds) fail(what, expected, typeof actual === 'string' ? actual : printed(actual))
}

export const expectEqual = (what: string, actual: unknown, expected: unknown): void =>
  expectThat(printed(actual) === printed(expected), what, printed(expected), printed(actual))

export const printed = (value: unknown): string => JSON.stringify(value) ?? String(value)

export const described = (answer: Result<unknown, GatewayError>): string =>
  answer.isOk() ? `ok ${printed(answer.value)}` : `${answer.error.outcome} (${answer.error.code})`

/** The value, or the end of the case. */
export const granted = <T>(what: string, answer: Result<T, GatewayError>): T =>
  answer.isOk() ? answer.value : fail(what, 'an answer', described(answer))

/** The error, or the end of the case. */
export const errorOf = <T>(what: string, answer: Result<T, GatewayError>): GatewayError =>
  answer.isErr() ? answer.error : fail(what, 'a refusal', described(answer))

/** A refusal that says that nothing moved. */
export const expectRefusal = <T>(what: string, answer: Result<T, GatewayError>): GatewayError => {
  const error = errorOf(what, answer)
  expectThat(error.outcome === 'not_executed', what, 'a refusal that says that nothing moved', described(answer))
  return error
}
