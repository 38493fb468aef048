/** Configuration files and fragments: which are read, in which order, and how their text becomes values. */
import * as E from 'fp-ts/lib/Either.js'
import { parseJson } from '../../json.ts'
import { isObject } from '../../tree.ts'
import { decode } from './decode.ts'
import { parseHcl } from './hcl.ts'
import type { Host } from './host.ts'
import type { Given } from './values.ts'

export type Format = 'hcl' | 'json'

/** A file whose text was read; `format` is forced or follows from the extension. */
export type SourceFile = { readonly name: string; readonly format: Format; readonly text: string }

export type Files = { readonly files: readonly SourceFile[]; readonly warnings: readonly string[] }

/** Larger files are refused: configuration is small. */
export const maxFileBytes = 16 * 1024 * 1024

/**
 * Reads the named files and directories in order; a directory's files come sorted by name and its sub-directories are
 * not entered. Files of another extension are skipped with a warning unless a format is forced.
 */
export const readFiles = async (
  paths: readonly string[],
  forced: Format | null,
  host: Host,
): Promise<E.Either<string, Files>> => {
  const files: SourceFile[] = []
  const warnings: string[] = []
  for (const path of paths) {
    const names = await expand(path, host)
    if (E.isLeft(names)) return names
    for (const name of names.right) {
      const format = forced ?? formatOf(name)
      if (format === null) {
        warnings.push(`skipping file ${name}, extension must be .hcl or .json, or config format must be set`)
        continue
      }
      const text = await host.readFile(name, maxFileBytes)
      if (E.isLeft(text)) return E.left(`config: failed to read ${name}: ${text.left}`)
      files.push({ name, format, text: text.right })
    }
  }
  return E.right({ files, warnings })
}

/** The values of one file; Left names the file. */
export const fileValues = (file: SourceFile): E.Either<string, Given> => {
  const values = file.format === 'json' ? jsonValues(file.text) : hclValues(file.text)
  return E.isLeft(values) ? E.left(`failed to parse ${file.name}: ${values.left}`) : values
}

const jsonValues = (text: string): E.Either<string, Given> => {
  if (text.trim() === '') return E.right(new Map())
  const json = parseJson(text)
  if (!json.ok) return E.left(json.message)
  if (json.tree === null) return E.right(new Map())
  return isObject(json.tree) ? decode(json.tree) : E.left('the document is no object')
}

const hclValues = (text: string): E.Either<string, Given> => {
  const tree = parseHcl(text)
  return E.isLeft(tree) ? tree : decode(tree.right)
}

const expand = async (path: string, host: Host): Promise<E.Either<string, readonly string[]>> => {
  const kind = await host.kindOf(path)
  if (E.isLeft(kind)) return E.left(`config: Open failed on ${path}. open ${path}: ${kind.left}`)
  if (kind.right !== 'directory') return E.right([path])
  const names = await host.list(path)
  if (E.isLeft(names)) return E.left(`config: Readdir failed on ${path}. ${names.left}`)
  const inside = names.right.map((name) => (path.endsWith('/') ? path : `${path}/`) + name)
  const kinds = await Promise.all(inside.map((name) => host.kindOf(name)))
  // A link to nothing is tried, and its refusal names it.
  return E.right(inside.filter((_, i) => !isDirectory(kinds[i])).sort())
}

const isDirectory = (kind: E.Either<string, 'file' | 'directory'> | undefined): boolean =>
  kind !== undefined && E.isRight(kind) && kind.right === 'directory'

const formatOf = (name: string): Format | null => {
  if (name.endsWith('.json')) return 'json'
  return name.endsWith('.hcl') ? 'hcl' : null
}
