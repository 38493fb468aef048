import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readViews } from '../../src/cli/agent/snapshots.ts'
import { dispatch } from '../../src/cli/dispatch.ts'
import { archiveOf, consulState } from './consul-archive.ts'
import type { Plain, Record_ } from './consul-archive.ts'
import { fakeAgent } from './fake-agent.ts'
import type { FakeAgent } from './fake-agent.ts'
import { fakeTerminal } from './fake-terminal.ts'

const at = (create: number, modify = create) => ({ CreateIndex: BigInt(create), ModifyIndex: BigInt(modify) })
const register = (Node: string, rest: { readonly [key: string]: Plain } = {}): Record_ => [
  0,
  {
    Node,
    Address: '10.0.0.1',
    Datacenter: 'dc1',
    ID: '',
    NodeMeta: { rack: '1' },
    TaggedAddresses: null,
    ...at(5),
    ...rest,
  },
]
const kv = (Key: string, rest: { readonly [key: string]: Plain } = {}): Record_ => [
  2,
  { Key, Value: Buffer.from('v'), Flags: 0n, LockIndex: 0, Session: '', ...at(12, 20), ...rest },
]
const session = '11111111-2222-3333-4444-555555555555'
const web = {
  ID: 'web-1',
  Service: 'web',
  Tags: ['a'],
  Port: 80,
  Weights: { Passing: 2, Warning: 1 },
  Meta: null,
  Kind: '',
  ...at(6),
}

const records: readonly Record_[] = [
  register('n1'),
  register('n1', { Service: web }),
  register('n1', {
    Check: {
      Node: 'n1',
      CheckID: 'c',
      Name: 'C',
      Status: 'critical',
      ServiceID: 'web-1',
      ServiceName: 'web',
      ServiceTags: [],
      ...at(7, 9),
    },
  }),
  register('n1', { Service: { ...web, ID: 'other', Kind: 'unheard-of' } }),
  register('gone', { Service: web }),
  [
    3,
    {
      ID: session,
      Name: 's',
      Node: 'n1',
      LockDelay: 15_000_000_000n,
      Behavior: 'delete',
      TTL: '1m30s',
      NodeChecks: ['serfHealth'],
      ...at(8),
    },
  ],
  kv('plain', { Flags: 0xffff_ffff_ffff_ffffn }),
  kv('locked', { Session: session, LockIndex: 3 }),
  kv('orphan', { Session: 'no-such-session' }),
  kv('bytes', { Value: Buffer.from([0, 255, 128]) }),
  [
    7,
    {
      ID: 'q1',
      Name: 'find',
      Session: '',
      Token: '',
      Service: { Service: 'web', OnlyPassing: true },
      DNS: { TTL: '5s' },
      ...at(15),
    },
  ],
  [16, { Key: 'kvs', Value: 20n }],
  [17, { AccessorID: 'x' }],
]

let agent: FakeAgent
let cwd: string
beforeAll(async () => {
  agent = await fakeAgent(() => ({}))
  cwd = mkdtempSync(join(tmpdir(), 'proconsul-import-'))
})
afterAll(async () => {
  await agent.close()
  rmSync(cwd, { recursive: true })
})

const run = async (file: Uint8Array, ...args: readonly string[]) => {
  writeFileSync(join(cwd, 'c.snap'), file)
  agent.asked.length = 0
  const { terminal, stdout, stderr } = fakeTerminal({ cwd, env: { CONSUL_HTTP_ADDR: agent.address } })
  const code = await dispatch('consul', ['import-snapshot', ...args, 'c.snap'], terminal)
  return { code, stdout: stdout(), stderr: stderr() }
}

const sent = async () => {
  const [asked] = agent.asked
  if (asked === undefined) throw new Error('nothing was sent')
  const body = async function* () {
    await Promise.resolve()
    yield asked.body
  }
  const read = await readViews(body(), 1_000)
  if (E.isLeft(read)) throw new Error(read.left)
  return { path: asked.path, method: asked.method, ...read.right }
}

describe('import-snapshot', () => {
  test('takes over what has a place, all at once, and lists the rest', async () => {
    expect(await run(archiveOf(consulState(46, records)))).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'Type           Imported  Left',
        'ACLToken       0         1',
        'Index          0         1',
        'KVS            3         1',
        'PreparedQuery  1         0',
        'Register       3         2',
        'Session        1         0',
        'Imported snapshot of index 46',
        '',
      ].join('\n'),
    })
    const { method, path, views, fromIndex } = await sent()
    expect([method, path, fromIndex, agent.asked.length]).toEqual(['PUT', '/v1/snapshot', 46, 1])
    expect([...views.kv.entries.values()]).toMatchObject([
      { key: 'bytes', value: '\x00\xff\x80', createIndex: 12, modifyIndex: 20 },
      { key: 'locked', session, lockIndex: 3 },
      { key: 'plain', value: 'v', flags: 0xffff_ffff_ffff_ffffn, session: null },
    ])
    expect(views.sessions.byId.get(session)).toMatchObject({
      behavior: 'delete',
      ttlMs: 90_000,
      lockDelayMs: 15_000,
      modifyIndex: 8,
    })
    expect([...views.catalog.services.values()]).toMatchObject([
      { id: 'web-1', name: 'web', tags: ['a'], port: 80, weights: { passing: 2, warning: 1 }, createIndex: 6 },
    ])
    expect([...views.catalog.checks.values()]).toMatchObject([{ checkId: 'c', status: 'critical', modifyIndex: 9 }])
    expect([...views.catalog.nodes.values()]).toMatchObject([{ node: { node: 'n1', meta: [['rack', '1']] } }])
    expect([...views.queries.byId.values()]).toMatchObject([{ id: 'q1', name: 'find', dnsTtl: '5s' }])
  })

  test('with -dry-run only tells', async () => {
    const { code, stdout } = await run(archiveOf(consulState(46, records)), '-dry-run')
    expect([code, agent.asked.length]).toEqual([0, 0])
    expect(stdout).toContain('Would import snapshot of index 46')
  })

  test.each([
    [
      'a damaged record',
      archiveOf(Buffer.concat([consulState(46, records), Buffer.from([2, 0xda, 0xff])])),
      /record at byte \d+ .* damaged/,
    ],
    ['a wrong sum', archiveOf(consulState(46, records)).subarray(0, -30), /unexpected EOF/],
    ['a state of nobody', archiveOf(Buffer.from([0xc0])), /neither by Proconsul nor by Consul/],
  ])('sends nothing of %s', async (_, file, why) => {
    const { code, stderr } = await run(file)
    expect(stderr).toMatch(why)
    expect([code, agent.asked.length]).toEqual([1, 0])
  })
})
