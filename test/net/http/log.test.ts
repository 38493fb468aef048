import * as E from 'fp-ts/lib/Either.js'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { HttpOptions } from '../../../src/net/http/context.ts'
import type { HistoryReader, LoggedEntry } from '../../../src/net/http/log-reader.ts'
import { noHistory, testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

const actor = { token: 'anonymous', node: 'n1', address: '10.0.0.1', via: 'http' }
const startMs = Date.parse('2026-11-22T10:00:00.000Z')
const bytes = (fill: number) => new Uint8Array(32).fill(fill)

const entry = (index: number, rest: Partial<LoggedEntry> = {}): LoggedEntry => ({
  index,
  term: 2,
  kind: 'events',
  atMs: startMs + index * 1000,
  epoch: 'e'.repeat(32),
  actor,
  note: null,
  cause: null,
  hash: bytes(index),
  previousHash: bytes(index - 1),
  bodyDigest: bytes(0xaa),
  events: [
    {
      type: 'KeySet',
      payload: {
        type: 'KeySet',
        key: `k/${index}`,
        value: 'v',
        flags: 18446744073709551615n,
        session: null,
        lockIndex: 0,
        createIndex: 0,
      },
      topics: [{ view: 'kv', key: `k/${index}`, subtree: false }],
    },
  ],
  ...rest,
})

const node: LoggedEntry = entry(4, {
  note: 'why',
  cause: { index: 3, ordinal: 0 },
  actor: { ...actor, via: 'policy:x' },
  events: [
    {
      type: 'NodeRegistered',
      payload: { type: 'NodeRegistered', id: '', node: 'web', meta: [['__proto__', '<']], createIndex: 0 },
      topics: [{ view: 'node', key: 'web', subtree: false }],
    },
    { type: 'KeySet', payload: null, topics: [] },
    {
      type: 'SessionCreated',
      payload: {
        type: 'SessionCreated',
        id: 's',
        ttl: '',
        ttlMs: 0,
        nodeChecks: ['a', 'b'],
        serviceChecks: [{ id: 'c' }],
      },
      topics: [{ view: 'session', key: 's', subtree: false }],
    },
  ],
})

const entries = [entry(2), entry(3), node, entry(5)]

const history: HistoryReader = {
  status: () => Promise.resolve({ LastIndex: 5, Epoch: 'e' }),
  range: () => ({ first: 2, last: 5 }),
  indexAt: (ms) => Promise.resolve(entries.filter(({ atMs }) => atMs <= ms).at(-1)?.index ?? 0),
  entries: (from, limit, order) => {
    const chosen =
      order === 'upwards'
        ? entries.filter(({ index }) => index >= from)
        : entries.filter(({ index }) => index <= from).reverse()
    return Promise.resolve(E.right(chosen.slice(0, Math.min(limit, 2))))
  },
}

const open: TestServer[] = []
const start = async (options: Partial<HttpOptions> = {}, reader = history): Promise<TestServer> => {
  const server = await testServer(options, { history: reader })
  open.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

type Events = {
  readonly Events: readonly { readonly Index: number; readonly Ordinal: number }[]
  readonly Next?: string
}
const addresses = (text: string) =>
  (JSON.parse(text) as Events).Events.map(({ Index, Ordinal }) => `${Index}.${Ordinal}`)

describe('GET /v1/log', () => {
  test('shows each event with its address, its actor and its payload in the names of the API', async () => {
    const server = await start()
    const answer = await server.get('/v1/log?since=4&until=4')
    expect(JSON.parse(answer.text)).toEqual({
      Events: [
        {
          Index: 4,
          Ordinal: 0,
          Time: '2026-11-22T10:00:04.000Z',
          Type: 'NodeRegistered',
          Key: 'web',
          Actor: { Token: 'anonymous', Node: 'n1', Address: '10.0.0.1', Via: 'policy:x' },
          Note: 'why',
          Cause: '3.0',
          Payload: { ID: '', Node: 'web', Meta: JSON.parse('{"__proto__":"<"}') as unknown, CreateIndex: 0 },
          Hash: '04'.repeat(32),
        },
        expect.objectContaining({ Ordinal: 1, Payload: null, Key: '' }),
        expect.objectContaining({
          Ordinal: 2,
          Payload: { ID: 's', TTL: '', TTLMs: 0, NodeChecks: ['a', 'b'], ServiceChecks: [{ ID: 'c' }] },
        }),
      ],
    })
    expect((await server.get('/v1/log?since=2&limit=1')).text).toContain(
      '"Value":"dg==","Flags":18446744073709551615,"Session":null',
    )
  })

  test.each([
    ['', ['2.0', '3.0', '4.0', '4.1', '4.2', '5.0']],
    ['?reverse', ['5.0', '4.2', '4.1', '4.0', '3.0', '2.0']],
    ['?since=4.1&until=4.2', ['4.1', '4.2']],
    ['?since=2026-11-22T10:00:03Z', ['3.0', '4.0', '4.1', '4.2', '5.0']],
    ['?until=2026-11-22T10:00:03.500Z', ['2.0', '3.0']],
    ['?type=KeySet,SessionCreated', ['2.0', '3.0', '4.1', '4.2', '5.0']],
    ['?topic=kv', ['2.0', '3.0', '5.0']],
    ['?topic=kv:k/3', ['3.0']],
    ['?topic=kv:k/*&reverse', ['5.0', '3.0', '2.0']],
    ['?topic=node:web', ['4.0']],
    ['?actor=policy:x', ['4.0', '4.1', '4.2']],
    ['?actor=nobody', []],
    ['?since=99', []],
  ])('%s', async (query, expected) => {
    const server = await testServer(
      {},
      { history, clock: { nowMs: () => 0, wallMs: () => startMs + 60_000, after: () => () => undefined } },
    )
    open.push(server)
    expect(addresses((await server.get(`/v1/log${query}`)).text)).toEqual(expected)
  })

  test('pages are joined by Next', async () => {
    const server = await start()
    const seen: string[] = []
    let since: string | undefined = '2'
    for (let pages = 0; since !== undefined && pages < 10; pages++) {
      const { text } = await server.get(`/v1/log?limit=2&since=${since}`)
      seen.push(...addresses(text))
      since = (JSON.parse(text) as Events).Next
    }
    expect(seen).toEqual(['2.0', '3.0', '4.0', '4.1', '4.2', '5.0'])
  })

  test('is one event per line for those who accept that', async () => {
    const server = await start()
    const answer = await server.get('/v1/log?limit=5', { Accept: 'application/x-ndjson' })
    expect(answer.headers['content-type']).toBe('application/x-ndjson')
    const lines = answer.text.trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { Index: number }).Index)).toEqual([2, 3, 4, 4, 4])
    expect((await server.get('/v1/log?since=99', { Accept: 'application/x-ndjson' })).text).toBe('')
  })

  test.each([
    ['limit=0', 'Parameter "limit" must be a number from 1 to 10000'],
    ['limit=10001', 'Parameter "limit" must be a number from 1 to 10000'],
    ['since=x', 'Parameter "since" is neither an index nor a time'],
    ['until=-1x', 'Parameter "until" is neither an index nor a time: time: unknown unit "x" in duration "-1x"'],
    ['since=2999-01-01T00:00:00Z', 'Parameter "since" lies in the future'],
  ])('%s is refused as JSON', async (query, text) => {
    const server = await start()
    const answer = await server.get(`/v1/log?${query}`)
    expect([answer.status, JSON.parse(answer.text)]).toEqual([400, { Error: text }])
  })

  test('a moment that was compacted away is gone', async () => {
    const gone = { type: 'Compacted', oldestIndex: 7, oldestMs: startMs } as const
    const server = await start({}, { ...history, entries: () => Promise.resolve(E.left(gone)) })
    for (const headers of [{}, { Accept: 'application/x-ndjson' }]) {
      const answer = await server.send({ path: '/v1/log?since=2', headers })
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        410,
        { Error: 'history before index 7 (2026-11-22T10:00:00.000Z) is no longer retained', OldestIndex: 7 },
      ])
    }
  })
})

describe('the other endpoints of the log', () => {
  test('status is what the log says of itself', async () => {
    expect((await (await start()).get('/v1/log/status')).text).toBe('{"LastIndex":5,"Epoch":"e"}')
  })

  test('an entry shows what proves its place', async () => {
    const server = await start()
    expect(JSON.parse((await server.get('/v1/log/entry/3')).text)).toMatchObject({
      Index: 3,
      Term: 2,
      Kind: 'events',
      Hash: '03'.repeat(32),
      PreviousHash: '02'.repeat(32),
      BodyDigest: 'aa'.repeat(32),
      Events: [{ Type: 'KeySet', Payload: { Key: 'k/3' } }],
    })
  })

  test.each([
    ['/v1/log/entry/x', 400],
    ['/v1/log/entry/', 400],
    ['/v1/log/entry/0', 404],
    ['/v1/log/entry/6', 404],
    ['/v1/log/entry/1', 410],
  ])('%s is %d', async (path, status) => {
    const answer = await (await start()).get(path)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toHaveProperty('Error')
  })
})

describe('exposure', () => {
  test.each(['/v1/log', '/v1/log/status', '/v1/log/entry/3'])('%s can be switched off', async (path) => {
    const server = await start({ historyExpose: 'off' }, noHistory)
    const answer = await server.get(path)
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      403,
      { Error: 'History is not served to this address (setting history.expose = "off")' },
    ])
  })

  test('the loopback is served unless it is switched off', async () => {
    expect((await (await start()).get('/v1/log/status')).status).toBe(200)
    expect((await (await start({ historyExpose: 'all' })).get('/v1/log/status')).status).toBe(200)
  })

  test('a reader that breaks is reported and answered without a trace', async () => {
    const server = await start({}, { ...history, entries: () => Promise.reject(new Error('secret detail')) })
    const answer = await server.get('/v1/log')
    expect(answer).toMatchObject({ status: 500, text: '{"Error":"Internal error"}' })
    expect(server.reports).toEqual([expect.stringContaining('secret detail')])
  })
})
