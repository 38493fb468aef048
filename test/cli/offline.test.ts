import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { isLeft } from 'fp-ts/lib/Either.js'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeId } from '../../src/cli/agent/node-id.ts'
import { ownNode } from '../../src/cli/agent/own-node.ts'
import { startServer } from '../../src/cli/agent/server.ts'
import { runCommand } from '../../src/cli/command.ts'
import { logReplay } from '../../src/cli/commands/log-replay.ts'
import { logShow } from '../../src/cli/commands/log-show.ts'
import { logStats } from '../../src/cli/commands/log-stats.ts'
import { logVerify } from '../../src/cli/commands/log-verify.ts'
import type { OpenOffline } from '../../src/cli/log-call.ts'
import { openOffline } from '../../src/cli/offline/open.ts'
import { consulApiVersion } from '../../src/cli/version.ts'
import type { Command } from '../../src/domain/commands/all.ts'
import { createLogger } from '../../src/net/logging/logger.ts'
import { loaded } from './agent/config/fake-host.ts'
import { fakeTerminal } from './fake-terminal.ts'

const root = mkdtempSync(join(tmpdir(), 'proconsul-offline-'))
const dataDir = join(root, 'data')

/** Index of each write: a = one, b = two, a = three. */
const written: number[] = []

/** A server that ran, wrote and stopped. */
beforeAll(async () => {
  const config = await loaded(['-dev', '-node=n1', `-data-dir=${dataDir}`])
  const node = ownNode(config, await nodeId(dataDir, null), consulApiVersion)
  const logger = createLogger({ name: 'test', level: 'error', json: false, wallMs: () => 0, sinks: [] })
  const started = await startServer({ config, node, logger, onFatal: () => undefined })
  if (isLeft(started)) throw new Error(started.left)
  const server = started.right
  await new Promise<void>((resolve) => {
    server.log.onLeadership((leads) => {
      if (leads) resolve()
    })
    if (server.log.leads()) resolve()
  })
  const put = (key: string, value: string): Command => ({
    type: 'ChangeKey',
    op: { verb: 'set', key, value, flags: 7n },
  })
  for (const command of [put('a', 'one'), put('b', 'two'), put('a', 'three')]) {
    const request = { actor: { token: 'anonymous', node: 'n1', address: '10.0.0.9', via: 'http' } }
    const done = await server.backend.execute(command, { ...request, note: null, cause: null, requestId: null })
    if (isLeft(done)) throw new Error(JSON.stringify(done.left))
    written.push(done.right.index)
  }
  await server.stop()
  opened = openOffline(dataDir)
  await opened
})

afterAll(() => rmSync(root, { recursive: true }))

/** Opening reads whole segments, so it is done once: the log does not change any more. */
let opened: ReturnType<OpenOffline>

const commands = { show: logShow, replay: logReplay, verify: logVerify, stats: logStats }

const run = async (args: readonly [keyof typeof commands, ...string[]], dir = dataDir) => {
  const [name, ...flags] = args
  const { terminal, stdout, stderr } = fakeTerminal()
  const open: OpenOffline = (given) => (given === dataDir ? opened : openOffline(given))
  const code = await runCommand(commands[name](open), 'proconsul', [...flags, '-data-dir', dir], terminal)
  return { code, stdout: stdout(), stderr: stderr() }
}

const events = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await run(['show', '-format=json', ...args])
  expect([code, stderr]).toEqual([0, ''])
  const lines = stdout.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as { Index: number; Type: string; Key: string; Time: string })
}

describe('log show reads the files of a stopped server', () => {
  test('oldest first, newest first, and some of them', async () => {
    const all = await events()
    expect(all.filter(({ Type }) => Type === 'KeySet').map(({ Index, Key }) => [Index, Key])).toEqual([
      [written[0], 'a'],
      [written[1], 'b'],
      [written[2], 'a'],
    ])
    expect(await events('-reverse')).toEqual([...all].reverse())
    expect(await events('-type=KeySet', '-limit=2')).toEqual(all.filter(({ Type }) => Type === 'KeySet').slice(0, 2))
    expect((await events('-topic=kv:a')).map(({ Index }) => Index)).toEqual([written[0], written[2]])
    expect((await events('-actor=10.0.0.9')).length).toBe(3)
  })

  test('between moments, both included', async () => {
    const [first = 0, second = 0, third = 0] = written
    expect((await events(`-since=${second}`)).map(({ Index }) => Index)).toEqual([second, third])
    expect((await events(`-since=${first}`, `-until=${second}`)).map(({ Index }) => Index)).toEqual([first, second])
    expect((await events(`-until=${second}`, '-reverse', '-limit=1')).map(({ Index }) => Index)).toEqual([second])
    expect((await events(`-since=${third}.1`)).length).toBe(0)
    expect((await events('-until=now')).length).toBe((await events()).length)
    expect((await events('-until=1971-01-01T00:00:00Z')).every(({ Time }) => Time.startsWith('1970'))).toBe(true)
    expect((await events('-since=-1h', '-reverse')).length).toBeGreaterThan(3)
  })

  test('and refuses what is no moment', async () => {
    expect(await run(['show', '-since=yesterday'])).toMatchObject({
      code: 1,
      stderr: 'Error reading the log: -since is neither an index nor a time\n',
    })
  })
})

describe('log replay', () => {
  const keys = async (...args: readonly string[]) => {
    const { stdout } = await run(['replay', '-view=kv', '-format=json', ...args])
    const rows = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { Key: string; Value: string })
    return rows.map(({ Key, Value }) => `${Key}=${Buffer.from(Value, 'base64').toString()}`)
  }

  test('shows every state there ever was', async () => {
    const [first = 0, second = 0, third = 0] = written
    expect(await keys(`-until=${first - 1}`)).toEqual([])
    expect(await keys(`-until=${first}`)).toEqual(['a=one'])
    expect(await keys(`-until=${second}`)).toEqual(['a=one', 'b=two'])
    expect(await keys(`-until=${third}`)).toEqual(['a=three', 'b=two'])
    expect(await keys()).toEqual(['a=three', 'b=two'])
  })

  test('has the other views too', async () => {
    expect((await run(['replay', '-view=catalog'])).stdout).toMatch(/\nn1 +127\.0\.0\.1 +consul +consul /)
    expect((await run(['replay', '-view=health'])).stdout).toMatch(/\nn1 +serfHealth +passing /)
    expect((await run(['replay', '-view=sessions'])).stdout).toMatch(/^View sessions at index \d+: 0 records\n$/)
  })

  test('refuses other views and the future', async () => {
    expect((await run(['replay', '-view=x'])).stderr).toBe(
      'Error replaying the log: No view "x": one of catalog, health, kv, sessions\n',
    )
    expect((await run(['replay', '-view=kv', '-until=9999'])).stderr).toMatch(/-until lies behind the last entry/)
  })
})

describe('log verify', () => {
  test('finds a sound log sound', async () => {
    const { code, stdout } = await run(['verify'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      new RegExp(
        `^The log is intact: ${written[2]} entries, 1 to ${written[2]} \\(frames.*\\)\nHead hash [0-9a-f]{64}\n$`,
      ),
    )
  })

  test('names file and offset of a changed byte', async () => {
    const copy = join(root, 'damaged')
    cpSync(dataDir, copy, { recursive: true })
    const name = readdirSync(join(copy, 'raft')).find((file) =>
      readFileSync(join(copy, 'raft', file)).includes('three'),
    )!
    const path = join(copy, 'raft', name)
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('three')]! ^= 1
    writeFileSync(path, bytes)
    const { code, stderr } = await run(['verify'], copy)
    expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`${name} at offset \\d+`))])
  })

  test('does not take an empty directory for a log', async () => {
    const empty = join(root, 'empty')
    mkdirSync(empty)
    expect(await run(['verify'], empty)).toMatchObject({ code: 1, stderr: `There is no log in ${empty}\n` })
  })
})

test('log stats counts the events by type', async () => {
  const { stdout } = await run(['stats', '-format=json'])
  expect(JSON.parse(stdout)).toMatchObject({
    FirstIndex: 1,
    LastIndex: written[2],
    Events: { KeySet: 3, EpochStarted: 1 },
  })
})
