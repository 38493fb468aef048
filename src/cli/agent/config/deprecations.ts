/** Old key names give their value to the key that took over, with a warning. */
import type { Tree } from '../../tree.ts'
import { oldKeys } from './keys.ts'
import { merge, type Given } from './values.ts'

export type Renamed = { readonly values: Given; readonly warnings: readonly string[] }

/** One source with current names only. The current name wins where a source has both. */
export const renameOld = (source: Given): Renamed => {
  const warnings: string[] = []
  const moved = new Map<string, Tree>()
  const kept = new Map(source)
  for (const { path, replacement } of oldKeys) {
    const value = source.get(path)
    if (value === undefined) continue
    kept.delete(path)
    if (replacement === null) {
      warnings.push(`The '${path}' field is deprecated and has no effect.`)
      continue
    }
    warnings.push(`The '${path}' field is deprecated. Use the '${replacement}' field instead.`)
    moved.set(replacement, value)
  }
  return { values: merge([moved, kept]), warnings }
}
