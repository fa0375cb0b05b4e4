import { describe, expect, test } from 'vitest'
import { fakeWebhooks } from '../../../src/providers/fake/webhooks'
import { manualClock, START } from '../toss/support'

const MINUTE = 60_000

const queue = () => {
  const clock = manualClock()
  const webhooks = fakeWebhooks({
    clock,
    url: 'https://shop.example/hook',
    retryAfterMinutes: [1, 4],
    headers: (id, retries, sentAt) => ({ id, retries: String(retries), sent: sentAt.toISOString() }),
    catchUp: () => undefined,
  })
  const say = (id: string) => webhooks.enqueue({ id, rawBody: `{"id":"${id}"}`, at: clock.now() })
  const deliver = async (status: number | Error = 200) => {
    const got: string[] = []
    const reports = await webhooks.deliverDue(async ({ id, headers }) => {
      got.push(`${id}/${headers['retries']}`)
      if (status instanceof Error) throw status
      return status
    })
    return { got, reports }
  }
  return { clock, webhooks, say, deliver }
}

describe('webhooks of a fake', () => {
  test('wait until somebody delivers them, and are gone when answered 200', async () => {
    const { webhooks, say, deliver } = queue()
    say('a')
    expect(webhooks.pending()).toEqual([
      {
        id: 'a',
        url: 'https://shop.example/hook',
        headers: { 'content-type': 'application/json', id: 'a', retries: '0', sent: new Date(START).toISOString() },
        rawBody: '{"id":"a"}',
        dueAt: new Date(START),
      },
    ])
    expect(await deliver()).toEqual({ got: ['a/0'], reports: [{ id: 'a', status: 200 }] })
    expect(webhooks.pending()).toEqual([])
    expect((await deliver()).got).toEqual([])
  })

  test('one that is signed has the headers that were made of its id, its body and its time; others have not', async () => {
    const clock = manualClock()
    const webhooks = fakeWebhooks({
      clock,
      url: null,
      retryAfterMinutes: [1],
      headers: () => ({}),
      sign: ({ id, rawBody, sentAt }) => ({ signature: `${id} ${rawBody} ${sentAt.getTime() - START}` }),
      catchUp: () => undefined,
    })
    webhooks.enqueue({ id: 'a', rawBody: 'A', isSigned: true, at: clock.now() })
    webhooks.enqueue({ id: 'b', rawBody: 'B', at: clock.now() })
    const signatures = () => webhooks.pending().map(({ headers }) => headers['signature'])
    expect(signatures()).toEqual(['a A 0', undefined])
    await webhooks.deliverDue(async () => 500)
    expect(signatures()).toEqual([`a A ${MINUTE}`, undefined])
  })

  test('a response counts by its status', async () => {
    const { webhooks, say } = queue()
    say('a')
    await webhooks.deliverDue(async () => new Response(null, { status: 200 }))
    expect(webhooks.pending()).toEqual([])
  })

  test.each([[500], [204], [new Error('unreachable')]])(
    '%s is tried again by the schedule, then given up',
    async (answer) => {
      const { clock, webhooks, say, deliver } = queue()
      say('a')
      expect((await deliver(answer)).got).toEqual(['a/0'])
      await clock.advance(MINUTE - 1)
      expect((await deliver(answer)).got).toEqual([])
      await clock.advance(1)
      expect((await deliver(answer)).got).toEqual(['a/1'])
      await clock.advance(4 * MINUTE)
      expect(webhooks.failed()).toEqual([])
      expect((await deliver(answer)).got).toEqual(['a/2'])
      expect(webhooks.pending()).toEqual([])
      expect(webhooks.failed().map(({ id }) => id)).toEqual(['a'])
    },
  )

  test('come in order, or in reverse when told so once', async () => {
    const { say, deliver, webhooks } = queue()
    for (const id of ['a', 'b', 'c']) say(id)
    webhooks.reverseNext()
    expect((await deliver()).got).toEqual(['c/0', 'b/0', 'a/0'])
    say('d')
    say('e')
    expect((await deliver()).got).toEqual(['d/0', 'e/0'])
  })

  test('the next one can come twice, late, or never', async () => {
    const { clock, say, deliver, webhooks } = queue()
    webhooks.duplicateNext()
    say('twice')
    webhooks.delayNext(MINUTE)
    say('late')
    webhooks.loseNext()
    say('never')
    say('plain')
    expect((await deliver()).got).toEqual(['twice/0', 'twice/0', 'plain/0'])
    await clock.advance(MINUTE)
    expect((await deliver()).got).toEqual(['late/0'])
  })

  test('what is said while delivering waits for the next time', async () => {
    const { say, webhooks, deliver } = queue()
    say('a')
    await webhooks.deliverDue(async () => {
      say('b')
      return 200
    })
    expect((await deliver()).got).toEqual(['b/0'])
  })
})
