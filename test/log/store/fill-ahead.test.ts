import { expect, test } from '@jest/globals'
import { FillAhead } from '../../../src/log/store/fill-ahead.ts'
import type { DiskFile } from '../../../src/log/store/types.ts'

type Write = { readonly from: number; readonly bytes: number; readonly done: () => void; readonly fail: () => void }

/** A file whose writes end when the test says so. */
const slowFile = () => {
  const writes: Write[] = []
  const write: DiskFile['write'] = (from, parts) =>
    new Promise((resolve, reject) => {
      const fail = () => {
        reject(new Error('failed'))
      }
      writes.push({ from, bytes: parts.reduce((sum, part) => sum + part.length, 0), done: resolve, fail })
    })
  return { writes, file: { write } as DiskFile }
}

const turn = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}
const kib = 1024

test('fills until enough lies ahead, a chunk at a time', async () => {
  const { writes, file } = slowFile()
  const fill = new FillAhead(file, { fileBytes: 4096 * kib, end: 100, aheadBytes: 1024 * kib })
  fill.advance(100)
  expect(writes).toHaveLength(1)
  for (let i = 0; i < writes.length; i++) {
    writes[i]!.done()
    await turn()
  }
  expect(writes.map(({ from, bytes }) => [from, bytes])).toEqual([
    [100, 256 * kib],
    [100 + 256 * kib, 256 * kib],
  ])
  fill.advance(200 * kib)
  expect(writes).toHaveLength(3)
})

test('never writes behind the end of the file', async () => {
  const { writes, file } = slowFile()
  const fill = new FillAhead(file, { fileBytes: 300 * kib, end: 0, aheadBytes: 1024 * kib })
  fill.advance(0)
  writes[0]!.done()
  await turn()
  writes[1]!.done()
  await turn()
  expect(writes.map(({ from, bytes }) => from + bytes)).toEqual([256 * kib, 300 * kib])
  await fill.idle()
})

test('a batch waits for a chunk that it would meet, and for no other', async () => {
  const { writes, file } = slowFile()
  const fill = new FillAhead(file, { fileBytes: 4096 * kib, end: 1000, aheadBytes: 256 * kib })
  fill.advance(1000)
  const order: string[] = []
  const meeting = fill.reserve(2000).then(() => order.push('batch'))
  await turn()
  expect(order).toEqual([])
  writes[0]!.done()
  await meeting
  expect(order).toEqual(['batch'])
  fill.advance(200 * kib)
  expect(writes).toHaveLength(2)
  await fill.reserve(201 * kib)
})

test('zeros never go where a batch was reserved', async () => {
  const { writes, file } = slowFile()
  const fill = new FillAhead(file, { fileBytes: 4096 * kib, end: 0, aheadBytes: 512 * kib })
  await fill.reserve(700 * kib)
  fill.advance(700 * kib)
  expect(writes[0]?.from).toBe(700 * kib)
})

test('a chunk that failed fails every batch after it', async () => {
  const { writes, file } = slowFile()
  const fill = new FillAhead(file, { fileBytes: 4096 * kib, end: 1000, aheadBytes: 256 * kib })
  fill.advance(1000)
  writes[0]!.fail()
  await turn()
  await expect(fill.reserve(1)).rejects.toThrow('failed')
  await expect(fill.idle()).rejects.toThrow('failed')
})

test('does nothing when it is switched off', async () => {
  const { writes, file } = slowFile()
  const fill = new FillAhead(file, { fileBytes: 4096 * kib, end: 0, aheadBytes: 0 })
  fill.advance(0)
  await fill.reserve(5000)
  expect(writes).toEqual([])
})
