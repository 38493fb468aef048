/**
 * The least that a durable group-commit log can be: length-prefixed frames in one preallocated file opened with
 * O_DSYNC, and an acknowledged-up-to mark in two alternating slots of a second one.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

export type AppendLog = {
  /** Resolves when all bodies are durable. One call at a time. */
  readonly append: (bodies: readonly Buffer[]) => Promise<void>
  readonly close: () => Promise<void>
}

const capacityBytes = 64 * 1024 * 1024
const headerBytes = 128 // what a term, an index, a request id, a time and hashes take
const slotBytes = 4096

export const appendLog = async (dir: string): Promise<AppendLog> => {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC
  const preallocated = await open(join(dir, 'baseline.log'), 'w')
  for (let at = 0; at < capacityBytes; at += zeros.length) await preallocated.write(zeros, 0, zeros.length, at)
  await preallocated.sync()
  await preallocated.close()
  const file = await open(join(dir, 'baseline.log'), flags)
  const mark = await open(join(dir, 'baseline.mark'), flags)
  let offset = 0
  let batches = 0
  const append = async (bodies: readonly Buffer[]) => {
    const bytes = bodies.reduce((sum, body) => sum + headerBytes + body.length, 0)
    if (offset + bytes > capacityBytes) offset = 0
    const block = Buffer.alloc(bytes)
    let at = 0
    for (const body of bodies) {
      block.writeUInt32LE(body.length, at)
      at += headerBytes
      body.copy(block, at)
      at += body.length
    }
    const slot = Buffer.alloc(16)
    slot.writeDoubleLE(offset, 0)
    await Promise.all([file.write(block, 0, bytes, offset), mark.write(slot, 0, 16, (batches++ % 2) * slotBytes)])
    offset += bytes
  }
  const close = async () => {
    await file.close()
    await mark.close()
  }
  return { append, close }
}

const zeros = Buffer.alloc(1024 * 1024)
