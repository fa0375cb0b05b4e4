import { okAsync, ResultAsync } from 'neverthrow'
import type { Clock } from '../../core/clock'
import type { GatewayError } from '../gateway'
import {
  type BodySchema,
  type LogEntry,
  type ProviderRequest,
  type ProviderResponse,
  providerHttp,
  readBody,
} from '../http'
import { notExecuted, PROVIDER, readAnswer } from './errors'
import type { PortOneV1Token } from './schema'
import { tokens } from './token'

export type Schemas = typeof import('./schema')

/** Sends one request and reads its answer with the schema picked. */
export type Call = <T>(
  request: ProviderRequest,
  pick: (schemas: Schemas) => BodySchema<T>,
) => ResultAsync<T, GatewayError>

export type TransportOptions = {
  readonly impKey: string
  readonly impSecret: string
  readonly tier?: string | undefined
  readonly baseUrl: string
  readonly timeoutMs: number
  readonly clock: Clock
  readonly log: (entry: LogEntry) => void
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * PortOne's HTTP: the token, the envelope, the schemas.
 *
 * A 401 means that the request was not carried out, so it is sent once more with a new token, charges too. Nothing else
 * is ever sent again.
 *
 * @see https://developers.portone.io/api/rest-v1/auth
 */
export const transport = ({ impKey, impSecret, tier, ...options }: TransportOptions) => {
  const headers = tier === undefined ? {} : { tier }
  const http = providerHttp({ provider: PROVIDER, headers, ...options })

  const read = <T>(operation: string, response: ProviderResponse, schema: BodySchema<T>) =>
    readAnswer(operation, response).andThen((body) =>
      readBody(schema, { ...response, body }, { provider: PROVIDER, operation }),
    )

  const getToken = (request: Partial<ProviderRequest> = {}): ResultAsync<PortOneV1Token, GatewayError> => {
    const operation = 'getToken'
    const json = { imp_key: impKey, imp_secret: impSecret }
    return loadSchemas().andThen(({ PortOneV1Token }) =>
      http
        .send({ ...request, operation, method: 'post', path: 'users/getToken', json })
        .andThen((response) => read(operation, response, PortOneV1Token)),
    )
  }
  const held = tokens(() => getToken(), options.clock)

  const sendWith = (request: ProviderRequest, token: string) =>
    http.send({ ...request, headers: { authorization: `Bearer ${token}` } })
  const send = (request: ProviderRequest): ResultAsync<ProviderResponse, GatewayError> =>
    held
      .get()
      .andThen((token) =>
        sendWith(request, token).andThen((response) =>
          response.status === 401
            ? held.replace(token).andThen((fresh) => sendWith(request, fresh))
            : okAsync<ProviderResponse, GatewayError>(response),
        ),
      )

  const call: Call = (request, pick) =>
    // Loaded before anything is sent, so that a chunk that does not load cannot lose an answer about money.
    loadSchemas().andThen((schemas) =>
      send(request).andThen((response) => read(request.operation, response, pick(schemas))),
    )

  return { call, getToken }
}

/** zod costs more to load than the rest of this door: it comes with the first call. */
const loadSchemas = (): ResultAsync<Schemas, GatewayError> =>
  ResultAsync.fromPromise(import('./schema'), () => notExecuted('not_sent', 'the schemas did not load'))
