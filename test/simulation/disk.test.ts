import { describe, expect, test } from '@jest/globals'
import { granuleBytes, simDisk } from './disk.ts'
import type { SimDisk } from './disk.ts'
import { prng } from './prng.ts'

const create = { access: 'readWrite', create: true, exclusive: false, dsync: false, mode: 0o600 } as const
const instantly = () => Promise.resolve()

const disk = async (seed: number, sleep: (ms: number) => Promise<void> = instantly): Promise<SimDisk> => {
  const made = simDisk({ random: prng(seed), sleep, syncMs: 1 })
  await made.makeDir('/d', 0o700)
  return made
}

/** What a file may be after a crash, over many seeds. */
const outcomes = async (run: (made: SimDisk) => Promise<void>, path = '/d/f'): Promise<Set<string>> => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 60; seed++) {
    const made = await disk(seed)
    await run(made)
    made.crash()
    const bytes = made.peek(path)
    seen.add(bytes === undefined ? 'gone' : shape(bytes))
  }
  return seen
}

/** First byte of each granule. */
const shape = (bytes: Buffer): string =>
  Array.from(
    { length: Math.ceil(bytes.length / granuleBytes) },
    (_, i) => bytes.toString('latin1', i * granuleBytes)[0],
  ).join('')

const two = (letter: string) => [Buffer.alloc(2 * granuleBytes, letter)]

const durable = async (made: SimDisk, letter: string) => {
  const file = await made.open('/d/f', create)
  await file.write(0, two(letter))
  await file.sync()
  await made.syncDir('/d')
  return file
}

describe('After a crash', () => {
  test('what was synced, name and content, is there', async () => {
    const run = async (made: SimDisk) => {
      await durable(made, 'a')
    }
    expect(await outcomes(run)).toEqual(new Set(['aa']))
  })

  test('a write that was not synced may be there in any part', async () => {
    const run = async (made: SimDisk) => (await durable(made, 'a')).write(0, two('b'))
    expect(await outcomes(run)).toEqual(new Set(['aa', 'ab', 'ba', 'bb']))
  })

  test('a write to a file opened for durable writes is there once it has resolved', async () => {
    const run = async (made: SimDisk) => {
      await durable(made, 'a')
      const file = await made.open('/d/f', { ...create, dsync: true })
      await file.write(0, two('b'))
    }
    expect(await outcomes(run)).toEqual(new Set(['bb']))
  })

  test('a write that was under way may be there in any part, and never answers', async () => {
    const seen = new Set<string>()
    let answered = 0
    for (let seed = 0; seed < 60; seed++) {
      let sleeps = instantly
      const made = await disk(seed, () => sleeps())
      await durable(made, 'a')
      const file = await made.open('/d/f', { ...create, dsync: true })
      sleeps = () => new Promise(() => undefined)
      void file.write(0, two('b')).then(() => (answered += 1))
      made.crash()
      seen.add(shape(made.peek('/d/f')!))
    }
    expect(seen).toEqual(new Set(['aa', 'ab', 'ba', 'bb']))
    expect(answered).toBe(0)
  })

  test('a name that was made, changed or removed may be or not, until its directory was synced', async () => {
    const made = async (on: SimDisk) => {
      const file = await on.open('/d/f', create)
      await file.write(0, two('a'))
      await file.sync()
    }
    expect(await outcomes(made)).toEqual(new Set(['aa', 'gone']))
    const renamed = async (on: SimDisk) => {
      await durable(on, 'a')
      await on.rename('/d/f', '/d/g')
    }
    expect(await outcomes(renamed)).toEqual(new Set(['aa', 'gone']))
    expect(await outcomes(renamed, '/d/g')).toEqual(new Set(['aa', 'gone']))
    const removed = async (on: SimDisk) => {
      await durable(on, 'a')
      await on.remove('/d/f')
      await on.syncDir('/d')
    }
    expect(await outcomes(removed)).toEqual(new Set(['gone']))
  })

  test('a sync that failed has lost what it was to make durable', async () => {
    const run = async (made: SimDisk) => {
      const file = await durable(made, 'a')
      await file.write(0, two('b'))
      made.setErrors(({ kind }) => (kind === 'sync' ? 'EIO' : null))
      await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
      made.setErrors(() => null)
      await file.sync()
    }
    // The second sync has nothing to write any more: claiming success after it would be a lie.
    expect(await outcomes(run)).toEqual(new Set(['aa']))
  })
})

describe('After the end of a process', () => {
  test('what it wrote is there, synced or not, and its lock is free', async () => {
    const made = await disk(1)
    const file = await made.open('/d/f', create)
    await file.write(0, two('a'))
    expect(await made.lock('/d/lock')).toMatchObject({ held: true })
    expect(await made.lock('/d/lock')).toMatchObject({ held: false })
    made.kill()
    expect(shape(made.peek('/d/f')!)).toBe('aa')
    expect(await made.lock('/d/lock')).toMatchObject({ held: true })
  })

  test('its operations never answer', async () => {
    const made = await disk(1)
    const file = await made.open('/d/f', create)
    made.kill()
    const answers = [file.size(), file.write(0, two('a')), file.sync()].map((answer) => answer.then(() => 'answered'))
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    expect(await Promise.race([...answers, Promise.resolve('silence')])).toBe('silence')
  })
})

describe('A crash point', () => {
  test('is before, within or after the operation of its number', async () => {
    const seen = new Map<string, Set<string>>()
    for (const mode of ['before', 'torn', 'after', 'killed'] as const) {
      seen.set(mode, new Set())
      for (let seed = 0; seed < 40; seed++) {
        const made = await disk(seed)
        await durable(made, 'a')
        const file = await made.open('/d/f', { ...create, dsync: true })
        const reached = made.crashAt(made.operations() + 1, mode)
        void file.write(0, two('b'))
        await reached
        seen.get(mode)?.add(shape(made.peek('/d/f')!))
      }
    }
    expect(seen.get('before')).toEqual(new Set(['aa']))
    expect(seen.get('after')).toEqual(new Set(['bb']))
    expect(seen.get('torn')).toEqual(new Set(['aa', 'ab', 'ba', 'bb']))
    expect(seen.get('killed')?.size).toBeGreaterThan(1)
  })
})

describe('Time', () => {
  test('passes for durable operations, and as long as a delay says', async () => {
    const slept: number[] = []
    const made = await disk(1, (ms) => Promise.resolve(void slept.push(ms)))
    const file = await made.open('/d/f', { ...create, dsync: true })
    slept.length = 0
    await file.write(0, two('a'))
    made.setDelay(100)
    await file.write(0, two('a'))
    expect(slept[0]).toBeLessThanOrEqual(1)
    expect(slept[1]).toBeGreaterThanOrEqual(100)
  })
})

test('files are refused as a system refuses them', async () => {
  const made = await disk(1)
  await made.open('/d/f', create)
  await expect(made.open('/d/f', { ...create, exclusive: true })).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(made.open('/d/g', { ...create, create: false })).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(made.open('/e/g', create)).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(made.rename('/d/x', '/d/y')).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(made.remove('/d/x')).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(made.list('/x')).rejects.toMatchObject({ code: 'ENOENT' })
  const file = await made.open('/d/f', { ...create, access: 'read' })
  await expect(file.write(0, two('a'))).rejects.toMatchObject({ code: 'EBADF' })
  expect(await made.list('/d')).toEqual(['f'])
})
