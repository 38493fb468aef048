/** What `snapshot inspect` prints; scripts read both forms. */
import { toJson } from '../tree.ts'
import type { Tree } from '../tree.ts'
import type { Inspection } from './inspect.ts'
import type { Stat } from './tally.ts'

/** Spaces behind the longest cell of a column. */
const gap = 6

export const inspectionText = ({ info, types }: Inspection, keys: readonly Stat[] | null): string => {
  const about = aligned([
    ['ID', info.id],
    ['Size', String(info.size)],
    ['Index', String(info.index)],
    ['Term', String(info.term)],
    ['Version', String(info.version)],
  ])
  const parts = [about, table('Type', types)]
  if (keys !== null && keys.length > 0) parts.push(table('Key Name', keys))
  return parts.join('\n\n')
}

export const inspectionJson = ({ info, types }: Inspection, keys: readonly Stat[] | null): string => {
  const { id, size, index, term, version } = info
  const meta = object({ ID: id, Size: size, Index: index, Term: term, Version: version })
  const stats = (list: readonly Stat[]): Tree =>
    list.map(({ name, bytes, count }) => object({ Name: name, Sum: bytes, Count: count }))
  return toJson(
    object({
      Meta: meta,
      Stats: stats(types),
      StatsKV: keys === null || keys.length === 0 ? null : stats(keys),
      TotalSize: total(types),
      TotalSizeKV: total(keys ?? []),
    }),
    '   ',
  )
}

const object = (fields: Readonly<Record<string, Tree>>): Tree => new Map(Object.entries(fields))

const table = (title: string, stats: readonly Stat[]): string => {
  const rule = ['----', '----', '----']
  const rows = stats.map(({ name, count, bytes }) => [name, String(count), size(bytes)])
  return aligned([[title, 'Count', 'Size'], rule, ...rows, rule, ['Total', '', size(total(stats))]])
}

const total = (stats: readonly Stat[]): number => stats.reduce((sum, { bytes }) => sum + bytes, 0)

const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd((widths[i] ?? 0) + gap))).join('')
  return rows.map((row) => ` ${line(row)}`).join('\n')
}

const units = ['TB', 'GB', 'MB', 'KB'] as const

/** 1024-based with at most one decimal; zero has no unit. */
const size = (bytes: number): string => {
  if (bytes === 0) return '0'
  for (const [i, unit] of units.entries()) {
    const scale = 1024 ** (units.length - i)
    if (bytes >= scale) return `${(bytes / scale).toFixed(1).replace(/\.0$/, '')}${unit}`
  }
  return `${bytes}B`
}
