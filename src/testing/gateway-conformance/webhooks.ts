import type { Result } from 'neverthrow'
import type { Notice, RawWebhook, WebhookError } from '../../providers/gateway'
import type { GatewayCase, Shape } from './cases'
import { expectNothingTaken, expectTrue } from './charging'
import { expectEqual, expectThat, fail, granted, printed } from './expectations'
import { refund } from './refunding'
import { begin, buy, lookup, minor, newAttempt, newRefund, type World } from './world'

const receive = (world: World, raw: RawWebhook): Promise<Result<Notice, WebhookError>> =>
  world.ask('receive', () => world.gateway.receive(raw))

const noticeOf = async (world: World, raw: RawWebhook): Promise<Notice> => {
  const notice = await receive(world, raw)
  return notice.isOk() ? notice.value : fail('a notice of the provider', 'accepted', notice.error.code)
}

/** What is delivered by now. `status` is what the host answers. */
const delivered = async (world: World, status: number): Promise<readonly RawWebhook[]> => {
  const { webhooks: provider } = world.subject
  const raws: RawWebhook[] = []
  await provider?.deliver((raw) => {
    raws.push(raw)
    return status
  })
  return raws
}

/** A payment and a refund of all of it, and what the provider told about them. */
const told = async (world: World) => {
  const attempt = await buy(world)
  const aboutPayment = await delivered(world, 200)
  const request = newRefund(world, attempt, minor(world, attempt.capturedMinor))
  granted('refund', await refund(world, request, attempt))
  return { attempt, raws: [...aboutPayment, ...(await delivered(world, 200))] }
}

/** Nothing a sender does may end in an exception. */
const RUBBISH: readonly (string | Uint8Array)[] = [
  '',
  ' ',
  '{',
  'null',
  '[]',
  '[[[[1]]]]',
  '"text"',
  '12',
  '{}',
  '{"__proto__":{"polluted":true}}',
  '{"type":{},"eventType":[],"data":7,"id":null}',
  'a=1&b=2',
  '%',
  '<html></html>',
  '\u0000',
  '['.repeat(50_000),
  `{"data":"${'x'.repeat(1_000_000)}"}`,
  new Uint8Array([0xff, 0xfe, 0x00, 0x80]),
  new Uint8Array(0),
]

export const webhooks = ({ subject }: Shape): readonly GatewayCase[] =>
  subject.webhooks === null
    ? [silent]
    : [
        aboutUs,
        eachItsId,
        ...(subject.webhooks.sendsAgainWithinMs === null ? [] : [sameIdAgain]),
        inAnyOrder,
        bytesOrText,
        forged,
        ...(subject.webhooks.isSigned ? [changed] : []),
        replayedLater,
        total,
      ]

const silent: GatewayCase = {
  name: 'webhook: a gateway whose provider tells nothing refuses whatever comes',
  run: async (world) => {
    for (const rawBody of RUBBISH) {
      const answer = await receive(world, { headers: {}, rawBody, receivedAt: world.now() })
      expectThat(answer.isErr(), 'a webhook', 'an error', answer.isOk() ? 'a notice' : 'an error')
    }
  },
}

const aboutUs: GatewayCase = {
  name: 'webhook: a payment and its refund are told, and every notice leads to the attempt or to nothing',
  run: async (world) => {
    const { attempt, raws } = await told(world)
    const notices = await Promise.all(raws.map((raw) => noticeOf(world, raw)))
    const ours = notices.filter(({ ignorable }) => !ignorable)
    expectThat(ours.length > 0, 'notices about the payment', 'at least one', 'none')
    for (const { attemptId, providerRef } of ours) {
      const isOurs = attemptId === attempt.id || (attemptId === null && providerRef === attempt.providerRef)
      expectThat(isOurs, 'a notice', 'the attempt it is about', { attemptId, providerRef })
    }
    for (const { id, type, payload } of notices) {
      expectThat(id !== '' && id.length <= 300, 'the id', 'short and not empty', id)
      expectThat(type !== '' && type.length <= 64, 'the type', 'short and not empty', type)
      expectThat(typeof payload === 'string', 'the payload', 'text', typeof payload)
    }
  },
}

const eachItsId: GatewayCase = {
  name: 'webhook: two notices have two ids, and one notice has one however often it is read',
  run: async (world) => {
    const first = await told(world)
    const second = await told(world)
    const raws = [...first.raws, ...second.raws]
    const ids: string[] = []
    for (const raw of raws) {
      const { id } = await noticeOf(world, raw)
      expectEqual('the id when it is read again', (await noticeOf(world, raw)).id, id)
      const later = { ...raw, receivedAt: new Date(raw.receivedAt.getTime() + 1_000) }
      expectEqual('the id when it comes a second later', (await noticeOf(world, later)).id, id)
      ids.push(id)
    }
    expectEqual('how many ids there are', new Set(ids).size, raws.length)
  },
}

const sameIdAgain: GatewayCase = {
  name: 'webhook: what is sent again, because it was not answered, keeps its id',
  run: async (world) => {
    await buy(world)
    const first = await delivered(world, 503)
    expectThat(first.length > 0, 'notices about a payment', 'at least one', 'none')
    await world.pass(world.subject.webhooks?.sendsAgainWithinMs ?? 0)
    const second = await delivered(world, 200)
    const idsOf = async (raws: readonly RawWebhook[]) =>
      (await Promise.all(raws.map((raw) => noticeOf(world, raw)))).map(({ id }) => id).sort()
    expectEqual('the ids of the second delivery', await idsOf(second), await idsOf(first))
  },
}

const inAnyOrder: GatewayCase = {
  name: 'webhook: read backwards or twice they say the same, and reading moves nothing',
  run: async (world) => {
    const { attempt, raws } = await told(world)
    const before = [await world.takenMinor(attempt), await world.refundedMinor(attempt), world.logged.length]
    const read = async (order: readonly RawWebhook[]) => {
      const notices: Notice[] = []
      for (const raw of order) notices.push(await noticeOf(world, raw))
      return notices.map(printed)
    }
    const forwards = await read(raws)
    expectEqual('read backwards', (await read(raws.toReversed())).toReversed(), forwards)
    expectEqual('read once more', await read(raws), forwards)
    const now = [await world.takenMinor(attempt), await world.refundedMinor(attempt), world.logged.length]
    expectEqual('the book and the log', now, before)
    await expectTrue(world, attempt, granted('lookup', await lookup(world, attempt)))
  },
}

const bytesOrText: GatewayCase = {
  name: 'webhook: the same bytes say the same, whether they come as bytes or as text, with headers in any casing',
  run: async (world) => {
    const { raws } = await told(world)
    for (const raw of raws) {
      const { rawBody, headers } = raw
      const bytes = typeof rawBody === 'string' ? new TextEncoder().encode(rawBody) : rawBody
      const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]))
      const expected = printed(await noticeOf(world, raw))
      expectEqual('as bytes', printed(await noticeOf(world, { ...raw, rawBody: bytes })), expected)
      expectEqual('with shouted headers', printed(await noticeOf(world, { ...raw, headers: shouted })), expected)
    }
  },
}

const forged: GatewayCase = {
  name: 'webhook: what a stranger sends is refused or a hint, and a look-up still says that nothing was paid',
  run: async (world) => {
    const attempt = newAttempt(world)
    await begin(world, attempt)
    const forgeries = world.subject.webhooks?.forge(attempt) ?? []
    expectThat(forgeries.length > 0, 'the subject', 'at least one forgery', 'none')
    for (const raw of forgeries) {
      const answer = await receive(world, raw)
      if (answer.isErr()) continue
      // A secret that comes with it is compared with the attempt's, of which there is none.
      const { trust } = answer.value
      expectThat(trust !== 'signed', 'a forged notice', 'refused, a hint, or to be compared', trust)
    }
    await expectNothingTaken(world, attempt, 'after forged notices')
    const { status } = granted('lookup', await lookup(world, attempt))
    expectThat(status !== 'approved', 'a look-up', 'anything but approved', status)
  },
}

const changed: GatewayCase = {
  name: 'webhook: one changed byte in a signed notice is noticed',
  run: async (world) => {
    const { raws } = await told(world)
    for (const raw of raws) {
      const { trust, ignorable } = await noticeOf(world, raw)
      expectThat(trust === 'signed' || ignorable, 'a notice of a provider that signs', 'signed', trust)
      const rawBody = typeof raw.rawBody === 'string' ? raw.rawBody : new TextDecoder().decode(raw.rawBody)
      for (const body of [`${rawBody} `, rawBody.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10))]) {
        const answer = await receive(world, { ...raw, rawBody: body })
        expectThat(body === rawBody || answer.isErr(), 'a changed notice', 'refused', 'accepted')
      }
      const bare = await receive(world, { ...raw, headers: {} })
      expectThat(bare.isErr(), 'a notice without its signature', 'refused', 'accepted')
    }
  },
}

const replayedLater: GatewayCase = {
  name: 'webhook: one that is replayed a year later is refused, or is the same notice by its id',
  run: async (world) => {
    const { raws } = await told(world)
    for (const raw of raws) {
      const { id } = await noticeOf(world, raw)
      const receivedAt = new Date(raw.receivedAt.getTime() + 365 * 86_400_000)
      const answer = await receive(world, { ...raw, receivedAt })
      if (answer.isOk()) expectEqual('the id of a replay', answer.value.id, id)
    }
  },
}

const total: GatewayCase = {
  name: 'webhook: whatever is sent, an answer comes as a value',
  run: async (world) => {
    const { raws } = await told(world)
    const headers = raws[0]?.headers ?? {}
    for (const rawBody of RUBBISH) {
      for (const sent of [{}, headers, { ...headers, 'content-type': 'text/plain' }]) {
        const answer = await receive(world, { headers: sent, rawBody, receivedAt: world.now() })
        if (answer.isOk()) expectThat(answer.value.trust !== 'signed', 'rubbish', 'no signed notice', 'signed')
      }
    }
    expectEqual('what rubbish did to every object', Reflect.get({}, 'polluted'), undefined)
  },
}
