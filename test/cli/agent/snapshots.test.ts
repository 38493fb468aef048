import { afterEach, describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logDomain } from '../../../src/cli/agent/log-domain.ts'
import { serverBackend } from '../../../src/cli/agent/server-backend.ts'
import { serverSnapshots } from '../../../src/cli/agent/snapshots.ts'
import { openOffline } from '../../../src/cli/offline/open.ts'
import type { Command } from '../../../src/domain/commands/all.ts'
import type { Rejection } from '../../../src/domain/decide/rejection.ts'
import { topic } from '../../../src/domain/topic.ts'
import { realEnv } from '../../../src/log/driver/clock.ts'
import { openReplicatedLog } from '../../../src/log/replicated-log.ts'
import { realDisk } from '../../../src/log/store/disk.ts'
import { openStore } from '../../../src/log/store/open-store.ts'
import type { LogStore } from '../../../src/log/store/types.ts'
import { emptyViews, encode } from '../../../src/projections/views.ts'
import type { Views } from '../../../src/projections/views.ts'
import { archiveOf, consulState } from '../consul-archive.ts'

const request = {
  actor: { token: 'anonymous', node: 'n1', address: '', via: 'http' },
  note: null,
  cause: null,
  requestId: null,
}
const set = (key: string, value: string): Command => ({ type: 'ChangeKey', op: { verb: 'set', key, value, flags: 0n } })
const node = (name: string): Command => ({
  type: 'Register',
  node: {
    id: '',
    node: name,
    address: '10.0.0.1',
    datacenter: 'dc1',
    taggedAddresses: null,
    meta: null,
    locality: null,
  },
  skipNodeUpdate: false,
  service: null,
  checks: [],
})

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const tempDir = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'proconsul-snapshots-'))
  closing.push(() => rm(dir, { recursive: true }))
  return dir
}

const openLog = async (store: LogStore) => {
  const log = await openReplicatedLog(
    logDomain({ sessionTtlMinMs: 10_000 }),
    {
      raft: {
        clusterId: 'c',
        id: 's1',
        heartbeatIntervalMs: 20,
        electionTimeoutMs: 100,
        leaseMs: 50,
        maxEntriesPerMessage: 64,
        maxBytesPerMessage: 1024 * 1024,
        maxInflight: 4,
        snapshotChunkBytes: 64 * 1024,
        memoryEntries: 100,
        memoryBytes: 1024 * 1024,
      },
      node: 'n1',
      bootstrap: [{ id: 's1', address: 's1:8300', suffrage: 'voter' }],
      firstCommand: (epoch): Command => ({ type: 'StartEpoch', epoch, featureLevel: 1 }),
      mayOf: () => () => true,
      tooLarge: (bytes, limit): Rejection => ({ type: 'EntryTooLarge', bytes, limit }),
      send: () => undefined,
      onFatal: (fault) => {
        throw new Error(JSON.stringify(fault))
      },
    },
    realEnv,
    store,
  )
  if (E.isLeft(log)) throw new Error(JSON.stringify(log.left))
  closing.push(() => log.right.stop())
  if (log.right.status().role !== 'leader')
    await new Promise<void>((resolve) => {
      log.right.onLeadership((leads) => {
        if (leads) resolve()
      })
    })
  return log.right
}

const server = async (dataDir: string) => {
  const settings = { dir: join(dataDir, 'raft'), pause: realEnv.yield, notice: () => undefined, segmentBytes: 65_536 }
  const store = await openStore(settings, realDisk)()
  if (E.isLeft(store)) throw new Error(JSON.stringify(store.left))
  closing.push(() => store.right.close())
  const log = await openLog(store.right)
  const snapshots = serverSnapshots(log, {
    wallMs: () => 1_700_000_000_000,
    random: realEnv.random,
    pause: realEnv.yield,
  })
  const run = async (...commands: readonly Command[]) => {
    for (const command of commands) {
      const done = await log.execute(command, request)
      if (E.isLeft(done)) throw new Error(JSON.stringify(done.left))
    }
  }
  return { log, snapshots, run }
}

type Running = Awaited<ReturnType<typeof server>>

const save = async ({ snapshots }: Running): Promise<Buffer> => {
  const saved = await snapshots.save('default')
  if (E.isLeft(saved)) throw new Error(saved.left.type)
  const parts: Uint8Array[] = []
  for await (const part of saved.right.bytes) parts.push(part)
  return Buffer.concat(parts)
}

const body = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  yield bytes
}

/** Everything but what belongs to the log itself. */
const stateOf = (views: Views) => [...encode({ ...views, system: emptyViews.system })]

describe('A snapshot', () => {
  test('brings every view back as it was, under a new epoch, and the log goes on rising', async () => {
    const running = await server(await tempDir())
    await running.run(node('a'), set('k/1', 'one'), set('k/2', 'two'))
    const before = running.log.committed()
    const archive = await save(running)
    await running.run(set('k/1', 'changed'), node('b'), set('k/3', 'three'))
    const { index } = running.log.committed()
    expect(stateOf(running.log.committed().view)).not.toEqual(stateOf(before.view))
    expect(await running.snapshots.restore(body(archive), request)).toEqual(E.right({ index: index + 1, reply: true }))
    const after = running.log.committed()
    expect(stateOf(after.view)).toEqual(stateOf(before.view))
    expect(after.epoch).not.toBe(before.epoch)
    expect(after.view.system).toMatchObject({
      servers: before.view.system.servers,
      replacements: [{ index: index + 1 }],
    })
    await running.run(set('k/4', 'four'))
    expect(running.log.committed().index).toBe(index + 2)
  })

  test('is still restored after a restart, replays and verifies, and its archive goes with a later one', async () => {
    const dir = await tempDir()
    const first = await server(dir)
    await first.run(set('k', 'old'))
    const archive = await save(first)
    await first.run(set('k', 'new'))
    await first.snapshots.restore(body(archive), request)
    await first.run(set('later', 'x'))
    const state = stateOf(first.log.committed().view)
    for (const close of closing.splice(1).reverse()) await close()
    const second = await server(dir)
    expect(stateOf(second.log.committed().view)).toEqual(state)
    expect((await readdir(join(dir, 'raft'))).filter((name) => name.endsWith('.arch'))).toHaveLength(1)
    for (const close of closing.splice(1).reverse()) await close()
    const offline = await openOffline(dir)
    if (!offline.ok) throw new Error(offline.message)
    expect(await offline.value.verify()).toMatchObject({ ok: true, value: { intact: true } })
    const [archiveName = ''] = (await readdir(join(dir, 'raft'))).filter((name) => name.endsWith('.arch'))
    await rm(join(dir, 'raft', archiveName))
    const without = await openOffline(dir)
    if (!without.ok) throw new Error(without.message)
    expect(await without.value.verify()).toMatchObject({
      ok: true,
      value: { intact: false, problem: expect.stringContaining('archived state') },
    })
  })

  test('wakes everybody who waits, also for what it does not touch', async () => {
    const running = await server(await tempDir())
    const archive = await save(running)
    const backend = serverBackend(running.log, {
      holdMs: 100,
      maxWaiters: 10,
      after: realEnv.setTimer,
      nowMs: realEnv.now,
      requested: () => undefined,
    })
    let woken = 0
    backend.waitFor([topic('kv', 'nobody-touches-this')], running.log.committed().index, () => {
      woken += 1
    })
    await running.run(set('other', 'x'))
    expect(woken).toBe(0)
    await running.snapshots.restore(body(archive), request)
    expect(woken).toBe(1)
  })

  test('of a log that is further on has its indexes lowered, so that watchers are woken by what comes', async () => {
    const old = await server(await tempDir())
    for (let i = 0; i < 40; i++) await old.run(set(`k/${i}`, 'v'), node(`n${i}`))
    const archive = await save(old)
    const young = await server(await tempDir())
    expect(old.log.committed().index).toBeGreaterThan(young.log.committed().index + 50)
    const restored = await young.snapshots.restore(body(archive), request)
    expect(restored).toMatchObject({ _tag: 'Right' })
    const { index, view } = young.log.committed()
    const rows = JSON.stringify(stateOf(view), (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
    const numbers = [...rows.matchAll(/[[,:](\d+)(?=[\],}])/g)].map(([, digits]) => Number(digits))
    expect(numbers.length).toBeGreaterThan(100)
    expect(Math.max(...numbers)).toBeLessThan(index)
    await young.run(set('k/0', 'newer'))
    expect(young.log.committed().view.kv.entries.get('k/0')?.modifyIndex).toBe(index + 1)
    expect(young.log.committed().view.kv.kvsIndex).toBe(index + 1)
  })

  test('that is not sound changes nothing', async () => {
    const running = await server(await tempDir())
    await running.run(set('k', 'v'))
    const archive = await save(running)
    const { index } = running.log.committed()
    const bad = [archive.subarray(0, -9), Buffer.from('garbage'), archiveOf(consulState(1, [])), Buffer.alloc(0)]
    for (const bytes of bad)
      expect(await running.snapshots.restore(body(bytes), request)).toMatchObject({
        _tag: 'Left',
        left: { type: 'BadArchive' },
      })
    expect(running.log.status().lastIndex).toBe(index)
  })
})
