/** The replicated log on real segment files: what was acknowledged survives whatever moment the process ends at. */
import { afterEach, describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realEnv } from '../../src/log/driver/clock.ts'
import { defaultCheckpointPolicy } from '../../src/log/driver/checkpointer.ts'
import { emptyFolded } from '../../src/log/leader/folded.ts'
import { openReplicatedLog } from '../../src/log/replicated-log.ts'
import { replay } from '../../src/log/replay.ts'
import { realDisk } from '../../src/log/store/disk.ts'
import { openStore } from '../../src/log/store/open-store.ts'
import type { LogStore } from '../../src/log/store/types.ts'
import { aRequest, idOf, numbersOf, setNumber, toyDomain } from './toy-domain.ts'
import { toyOptions } from './toy-server.ts'
import type { ToyLog, ToyLogOptions } from './toy-server.ts'
import { turn } from './virtual-env.ts'

const dirs: string[] = []

afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true })
})

const newDir = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'log-'))
  dirs.push(dir)
  return dir
}

/**
 * The files of a running log, one after the other. A crash takes all at one moment; copied in turn, the mark must come
 * first: copied last, it would tell of batches that were written after their segment was copied.
 */
const copyMarkFirst = async (from: string, to: string): Promise<void> => {
  const names = (await readdir(from)).filter((name) => name !== 'lock')
  const marks = names.filter((name) => name.endsWith('.mark'))
  for (const name of [...marks, ...names.filter((other) => !marks.includes(other))])
    await cp(join(from, name), join(to, name))
}

const open = async (dir: string, change: Partial<ToyLogOptions> = {}): Promise<{ log: ToyLog; store: LogStore }> => {
  const settings = { dir, pause: turn, notice: () => undefined, segmentBytes: 64 * 1024, fillAheadBytes: 0 }
  const store = await openStore(settings, realDisk)()
  if (E.isLeft(store)) throw new Error(JSON.stringify(store.left))
  const log = await openReplicatedLog(toyDomain, toyOptions('s1', change), realEnv, store.right)
  if (E.isLeft(log)) throw new Error(JSON.stringify(log.left))
  return { log: log.right, store: store.right }
}

const close = async ({ log, store }: { log: ToyLog; store: LogStore }) => {
  await log.stop()
  await store.close()
}

const led = async (log: ToyLog) => {
  while (!log.leads()) await turn()
}

describe('the log on disk', () => {
  test('comes back with everything, through checkpoints and several segments', async () => {
    const dir = await newDir()
    const checkpoints = { ...defaultCheckpointPolicy, everyEvents: 150 }
    let expected = toyDomain.empty
    for (let round = 0; round < 3; round++) {
      const opened = await open(dir, { checkpoints })
      await led(opened.log)
      expect(numbersOf(opened.log.committed().view)).toEqual(numbersOf(expected))
      const asked = Array.from({ length: 200 }, (_, i) =>
        opened.log.execute(setNumber(`n${i % 50}`, round * 1_000 + i), aRequest(idOf(round * 1_000 + i))),
      )
      for (const outcome of await Promise.all(asked)) expect(outcome).toMatchObject({ right: { reply: true } })
      expected = opened.log.committed().view
      await close(opened)
    }
    const opened = await open(dir)
    await led(opened.log)
    expect(opened.store.status().checkpoints.length).toBeGreaterThan(1)
    const repeated = await opened.log.execute(setNumber('n7', -1), aRequest(idOf(2_007)))
    expect(repeated).toMatchObject({ right: { reply: true } })
    expect(opened.log.committed().view).toEqual(expected)
    const start = emptyFolded(toyDomain.empty)
    const replayed = await replay(toyDomain, opened.store, start, { yield: turn, checkChain: true })
    expect(E.isRight(replayed) && replayed.right.root).toEqual(opened.log.committed())
    await close(opened)
  })

  test('has every acknowledged write in whatever the disk holds at the moment of a crash', async () => {
    const dir = await newDir()
    const running = await open(dir)
    await led(running.log)
    const acknowledged = new Map<string, number>()
    let asked = 0
    const client = async (name: string) => {
      for (let value = 1; value <= 15; value++) {
        asked += 1
        const outcome = await running.log.execute(setNumber(name, value), aRequest(idOf(asked)))
        if (E.isRight(outcome)) acknowledged.set(name, value)
      }
    }
    const clients = ['a', 'b', 'c', 'd'].map(client)
    const crashes: { readonly before: ReadonlyMap<string, number>; readonly dir: string }[] = []
    for (let i = 0; i < 4; i++) {
      while (acknowledged.get('a') !== undefined && (acknowledged.get('a') ?? 0) < i * 3) await turn()
      const copy = await newDir()
      const before = new Map(acknowledged)
      await copyMarkFirst(dir, copy)
      crashes.push({ before, dir: copy })
    }
    await Promise.all(clients)
    await close(running)
    for (const crash of crashes) {
      const opened = await open(crash.dir)
      await led(opened.log)
      const numbers = numbersOf(opened.log.committed().view)
      for (const [name, value] of crash.before) expect(numbers[name]).toBeGreaterThanOrEqual(value)
      await close(opened)
    }
  })
})
