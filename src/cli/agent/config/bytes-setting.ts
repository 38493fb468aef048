import type { Tree } from '../../tree.ts'

/** A size: a number of bytes, or text such as `4GiB`, `512MB`, `65536`. undefined for anything else. */
export const parseBytes = (setting: Tree | undefined): number | undefined => {
  if (typeof setting === 'number') return Number.isSafeInteger(setting) && setting >= 0 ? setting : undefined
  if (typeof setting !== 'string') return undefined
  const [, digits = '', unit = ''] = /^([0-9]{1,15}) ?([A-Za-z]*)$/.exec(setting.trim()) ?? []
  const factor = factors.get(unit.toLowerCase())
  if (digits === '' || factor === undefined) return undefined
  const bytes = Number(digits) * factor
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

const factors: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
  ['tib', 2 ** 40],
])
