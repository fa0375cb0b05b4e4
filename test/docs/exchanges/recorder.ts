/** One call as it went over the wire. */
type Exchange = {
  readonly title: string
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly status: number
  readonly answer: string
}

/** Headers that are part of a provider's contract. The others are the platform's business. */
const SHOWN = ['authorization', 'content-type', 'idempotency-key', 'referer']

/** Writes down what a client says to a fake, and what it hears. */
export const recorder = (inner: typeof globalThis.fetch) => {
  const exchanges: Exchange[] = []
  let title = ''
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const sent = await request.clone().text()
    const response = await inner(request)
    const { pathname, search, host } = new URL(request.url)
    exchanges.push({
      title,
      method: request.method,
      target: `${pathname}${search} (${host})`,
      headers: SHOWN.flatMap((name) => {
        const value = request.headers.get(name)
        return value === null ? [] : [[name, name === 'authorization' ? masked(value) : value] as const]
      }),
      body: sent,
      status: response.status,
      answer: await response.clone().text(),
    })
    return response
  }
  return {
    fetch,
    /** What is called from now on belongs under this heading. */
    step: (name: string) => {
      title = name
    },
    exchanges: (): readonly Exchange[] => exchanges,
  }
}

const masked = (value: string): string => value.replace(/\S+$/, '…')

const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text // A form, or nothing.
  }
}

/** The page for one provider. */
export const toMarkdown = (name: string, intro: string, exchanges: readonly Exchange[]): string => {
  const parts = exchanges.map(({ title, method, target, headers, body, status, answer }, index) => {
    const heading = exchanges[index - 1]?.title === title ? '' : `\n## ${title}\n`
    const request = [`${method} ${target}`, ...headers.map((header) => header.join(': '))].join('\n')
    const said = body === '' ? '' : `\n\n${pretty(body)}`
    return `${heading}\n\`\`\`http\n${request}${said}\n\`\`\`\n\n\`\`\`json\n// ${status}\n${pretty(answer)}\n\`\`\`\n`
  })
  return `# ${name}: what goes over the wire\n\n${intro}\n${parts.join('')}`
}
