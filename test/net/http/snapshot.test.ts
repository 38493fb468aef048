import { afterEach, describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { RestoreProblem, Snapshots } from '../../../src/net/snapshots.ts'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
afterEach(() => server.close())

const bytes = Buffer.from([0x1f, 0x8b, 0, 255])
const pieces = async function* (fail: boolean): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  yield bytes.subarray(0, 2)
  if (fail) throw new Error('the disk is gone')
  yield bytes.subarray(2)
}

const snapshots = (change: Partial<Snapshots> = {}): Snapshots => ({
  save: (consistency) =>
    Promise.resolve(
      E.right({ index: 46, knownLeader: consistency !== 'stale', lastContactMs: 3, bytes: pieces(false) }),
    ),
  restore: () => Promise.resolve(E.right({ index: 47 })),
  ...change,
})

describe('/v1/snapshot', () => {
  test('streams the archive with its index', async () => {
    server = await testServer({}, { snapshots: snapshots() })
    const { status, headers, bytes: body } = await server.get('/v1/snapshot?stale')
    expect([status, headers['content-type'], headers['x-consul-index']]).toEqual([200, 'application/x-gzip', '46'])
    expect([headers['x-consul-knownleader'], headers['x-consul-lastcontact']]).toEqual(['false', '3'])
    expect(body.length).toBe(bytes.length)
  })

  test('breaks off what cannot be completed, so that nobody takes it for a backup', async () => {
    const save: Snapshots['save'] = () =>
      Promise.resolve(E.right({ index: 1, knownLeader: true, lastContactMs: 0, bytes: pieces(true) }))
    server = await testServer({}, { snapshots: snapshots({ save }) })
    await expect(server.get('/v1/snapshot')).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(server.reports).toEqual([expect.stringContaining('the disk is gone')])
  })

  test('hands the body on as it comes, and answers nothing when it is done', async () => {
    const seen: Buffer[] = []
    const restore: Snapshots['restore'] = async (body) => {
      for await (const piece of body) seen.push(Buffer.from(piece))
      return E.right({ index: 47 })
    }
    server = await testServer({}, { snapshots: snapshots({ restore }) })
    const { status, text: body } = await server.put('/v1/snapshot', 'an archive')
    expect([status, body, Buffer.concat(seen).toString()]).toEqual([200, '', 'an archive'])
  })

  const problems: readonly (readonly [RestoreProblem, number, string])[] = [
    [{ type: 'BadArchive', why: 'failed to decompress snapshot: EOF' }, 500, 'failed to decompress snapshot: EOF'],
    [{ type: 'Busy' }, 429, 'Another snapshot is being restored'],
    [{ type: 'NotKept', why: 'no room' }, 500, 'failed to keep the snapshot: no room'],
    [{ type: 'NotLeader', leader: null }, 500, 'No cluster leader'],
  ]
  test.each(problems)('refuses with a text: %j', async (problem, status, text) => {
    server = await testServer({}, { snapshots: snapshots({ restore: () => Promise.resolve(E.left(problem)) }) })
    const answer = await server.put('/v1/snapshot', 'x')
    expect([answer.status, answer.text]).toEqual([status, text])
  })

  test('is for this datacenter only', async () => {
    server = await testServer({}, { snapshots: snapshots() })
    expect((await server.get('/v1/snapshot?dc=elsewhere')).status).toBe(500)
  })
})
