/**
 * What the disk gives: durable writes per second of 4 KiB, 64 KiB and 1 MiB, appended (the file grows) against written
 * into preallocated zeroed space. Says how much group commit has to work with.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { interleave } from '../harness.ts'
import type { Bench, BenchContext } from '../harness.ts'
import { percentile } from '../percentile.ts'

const sizes = [
  { name: '4K', bytes: 4096 },
  { name: '64K', bytes: 65_536 },
  { name: '1M', bytes: 1_048_576 },
] as const

export const disk: Bench = {
  name: 'disk',
  run: async (context) => {
    for (const { name, bytes } of sizes) await measure(context, name, bytes)
  },
}

const measure = async ({ dir, rounds, quick, report }: BenchContext, name: string, bytes: number): Promise<void> => {
  const writes = Math.max(10, Math.min(quick ? 100 : 400, Math.floor((64 * 1024 * 1024) / bytes / 2)))
  const { subject, baseline } = await interleave(
    rounds,
    () => syncedWrites(join(dir, 'preallocated'), bytes, writes, true),
    () => syncedWrites(join(dir, 'growing'), bytes, writes, false),
  )
  report({
    name: `disk/${name}`,
    unit: 'fdatasync/s into preallocated space',
    subject: subject.map((span) => span.perSecond),
    baseline: { name: 'append', values: baseline.map((span) => span.perSecond) },
    better: 'more',
  })
  for (const [share, label] of [
    [0.5, 'p50'],
    [0.99, 'p99'],
  ] as const) {
    report({
      name: `disk/${name}/${label}`,
      unit: 'us',
      subject: subject.map((span) => percentile(span.latenciesUs, share)),
      baseline: { name: 'append', values: baseline.map((span) => percentile(span.latenciesUs, share)) },
      better: 'less',
    })
  }
}

type Span = { readonly perSecond: number; readonly latenciesUs: readonly number[] }

const syncedWrites = async (path: string, bytes: number, count: number, preallocate: boolean): Promise<Span> => {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC)
  const block = Buffer.alloc(bytes, 1)
  if (preallocate) {
    const zeros = Buffer.alloc(bytes)
    for (let i = 0; i < count; i++) await file.write(zeros, 0, bytes, i * bytes)
    await file.sync()
  }
  const latenciesUs: number[] = []
  const started = performance.now()
  for (let i = 0; i < count; i++) {
    const before = performance.now()
    await file.write(block, 0, bytes, i * bytes)
    await file.datasync()
    latenciesUs.push((performance.now() - before) * 1000)
  }
  const seconds = (performance.now() - started) / 1000
  await file.close()
  return { perSecond: count / seconds, latenciesUs }
}
