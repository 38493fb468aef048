/** Reading of vector files: lines `name value`, `#` begins a comment. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Fields of a vector file; null: there is no such file. */
export const readVector = (path: string): ReadonlyMap<string, string> | null => {
  if (!existsSync(path)) return null
  const lines = readFileSync(path, 'utf8').split('\n')
  const fields = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/ (.*)/s))
  return new Map(fields.map(([name, value]) => [name ?? '', value ?? '']))
}

/** Writes a vector that is missing, when `UPDATE=1` asks for it. An existing one is never overwritten. */
export const writeMissing = (path: string, note: string, fields: Readonly<Record<string, string>>): void => {
  if (process.env['UPDATE'] !== '1' || existsSync(path)) return
  const lines = Object.entries(fields).map(([name, value]) => `${name} ${value}\n`)
  writeFileSync(path, `${note.replace(/^/gm, '# ')}\n${lines.join('')}`)
}

/** Plain data as JSON; what JSON lacks is marked with `$uint64` and `$bytes`. */
export const toText = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return { $uint64: String(item) }
    return item instanceof Uint8Array ? { $bytes: Buffer.from(item).toString('hex') } : item
  })

/** Inverse of `toText`. */
export const fromText = (text: string): unknown =>
  JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null) return item
    if ('$uint64' in item) return BigInt(String(item.$uint64))
    return '$bytes' in item ? new Uint8Array(Buffer.from(String(item.$bytes), 'hex')) : item
  })
