/** What a notice of the mock says. Types nobody knows yet are let through: they concern no payment. */
export type MockNotice = {
  readonly id: string
  readonly type: string
  readonly attemptId: string | null
  readonly providerRef: string | null
}

const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= max

const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value, 200)

/** Read by hand, so that opening the mock loads no schema library. `undefined`: this is no notice. */
export const parseMockNotice = (body: unknown): MockNotice | undefined => {
  if (typeof body !== 'object' || body === null) return undefined
  const { id, type, attemptId, providerRef } = body as Readonly<Record<string, unknown>>
  if (!isText(id, 200) || !isText(type, 64) || !isTextOrNull(attemptId) || !isTextOrNull(providerRef)) return undefined
  return { id, type, attemptId, providerRef }
}
