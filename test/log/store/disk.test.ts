import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { realDisk } from '../../../src/log/store/disk.ts'
import { openStore } from '../../../src/log/store/open-store.ts'
import { origin } from '../../../src/log/store/log-state.ts'
import { aCheckpoint, appending, entriesAfter, positionOf, rows } from './entries.ts'
import { right } from './log-store-contract.ts'

let dir: string
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'proconsul-disk-'))))
afterEach(() => rm(dir, { recursive: true }))

const writing = { access: 'readWrite', create: true, exclusive: false, dsync: true, mode: 0o600 } as const

describe('The real disk', () => {
  test('writes parts one after the other, few or many, short or long', async () => {
    for (const count of [1, 3, 3000]) {
      const parts = Array.from({ length: count }, (_, i) => Buffer.alloc(500, i % 251))
      const file = await realDisk.open(join(dir, `f${count}`), writing)
      await file.write(10, parts)
      const whole = Buffer.concat([Buffer.alloc(10), ...parts])
      expect(await file.size()).toBe(whole.length)
      expect(Buffer.from(await file.read(0, whole.length)).equals(whole)).toBe(true)
      await file.close()
    }
  })

  test('reads what there is, less at the end of a file', async () => {
    const file = await realDisk.open(join(dir, 'f'), writing)
    await file.write(0, [Buffer.from('abc')])
    expect(Buffer.from(await file.read(1, 10)).toString()).toBe('bc')
    expect((await file.read(7, 10)).length).toBe(0)
    await file.truncate(10)
    expect(await file.size()).toBe(10)
    await file.sync()
    await file.close()
  })

  test('refuses what the system refuses, with its code', async () => {
    const missing = { ...writing, create: false }
    await expect(realDisk.open(join(dir, 'none'), missing)).rejects.toMatchObject({ code: 'ENOENT' })
    await writeFile(join(dir, 'there'), '')
    const exclusive = { ...writing, exclusive: true }
    await expect(realDisk.open(join(dir, 'there'), exclusive)).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(realDisk.list(join(dir, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(realDisk.remove(join(dir, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('makes directories with their parents, renames, lists, and knows the free space', async () => {
    const deep = join(dir, 'a', 'b')
    await realDisk.makeDir(deep, 0o700)
    await realDisk.makeDir(deep, 0o700)
    await writeFile(join(deep, 'x'), '1')
    await realDisk.rename(join(deep, 'x'), join(deep, 'y'))
    await realDisk.syncDir(deep)
    expect(await realDisk.list(deep)).toEqual(['y'])
    expect(await realDisk.freeBytes(deep)).toBeGreaterThan(0)
  })
})

describe('The lock file', () => {
  const path = () => join(dir, 'lock')

  test('is held by one at a time and names its owner', async () => {
    const first = await realDisk.lock(path())
    expect(first.held).toBe(true)
    expect(await realDisk.lock(path())).toEqual({ held: false, owner: `process ${process.pid}` })
    if (first.held) await first.release()
    expect(await realDisk.lock(path())).toMatchObject({ held: true })
  })

  test('of a process that is gone is taken over', async () => {
    await writeFile(path(), '4194303 12345 00000000-0000-0000-0000-000000000000')
    expect(await realDisk.lock(path())).toMatchObject({ held: true })
    expect(await readdir(dir)).toEqual(['lock'])
  })

  test('of an earlier process with the same id is taken over', async () => {
    await writeFile(path(), `${process.pid} 1 00000000-0000-0000-0000-000000000000`)
    expect(await realDisk.lock(path())).toMatchObject({ held: true })
    expect((await readFile(path(), 'utf8')).split(' ')[0]).toBe(String(process.pid))
  })

  test('of a process that runs is respected', async () => {
    const first = await realDisk.lock(path())
    const content = await readFile(path(), 'utf8')
    expect(first.held).toBe(true)
    expect(await realDisk.lock(path())).toMatchObject({ held: false })
    expect(await readFile(path(), 'utf8')).toBe(content)
  })

  test('without sense in it is taken over', async () => {
    await writeFile(path(), 'nonsense')
    expect(await realDisk.lock(path())).toMatchObject({ held: true })
  })
})

describe('A store on it', () => {
  const options = () => ({
    dir: join(dir, 'raft'),
    segmentBytes: 65_536,
    pause: () => Promise.resolve(),
    notice: () => undefined,
  })

  test('keeps its files to its user', async () => {
    const store = right(await openStore(options(), realDisk)())
    const [entry] = entriesAfter(origin, 1)
    right(await store.append(appending([entry!])))
    right(await store.writeCheckpoint(aCheckpoint(positionOf(entry)), rows(3)))
    const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
    expect(await mode(join(dir, 'raft'))).toBe('700')
    const names = (await readdir(join(dir, 'raft'))).sort()
    expect(names).toEqual([
      '00000000000000000001-0000000000000001.seg',
      '00000000000000000001.ckpt',
      'acknowledged.mark',
      'lock',
    ])
    for (const name of names) expect(await mode(join(dir, 'raft', name))).toBe('600')
    right(await store.close())
    expect(await readdir(join(dir, 'raft'))).not.toContain('lock')
  })

  test('tells who holds it', async () => {
    const store = right(await openStore(options(), realDisk)())
    expect(await openStore(options(), realDisk)()).toEqual(
      E.left({ type: 'Locked', file: join(dir, 'raft', 'lock'), owner: `process ${process.pid}` }),
    )
    right(await store.close())
  })

  test('has segments of full length from the start, zeros ahead of the log', async () => {
    const store = right(await openStore(options(), realDisk)())
    right(await store.append(appending(entriesAfter(origin, 2))))
    right(await store.close())
    const bytes = await readFile(join(dir, 'raft', '00000000000000000001-0000000000000001.seg'))
    expect(bytes.length).toBe(65_536)
    expect(bytes.subarray(2000).every((byte) => byte === 0)).toBe(true)
  })
})
