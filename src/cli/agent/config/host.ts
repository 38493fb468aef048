/** What configuration asks of the machine; filled in by the process, and by tests. */
import * as E from 'fp-ts/lib/Either.js'
import type { Stats } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import { codeOf, openProblem } from '../../file-problem.ts'

/** One address of one interface. */
export type InterfaceAddress = {
  readonly name: string
  readonly address: string
  /** Bits of the network part. */
  readonly prefix: number
  readonly family: 4 | 6
  readonly loopback: boolean
}

/** File names are as the user wrote them; Left: the system's reason without the name. */
export type Host = {
  readonly hostname: () => string
  /** In the system's order. */
  readonly addresses: () => readonly InterfaceAddress[]
  readonly kindOf: (path: string) => Promise<E.Either<string, 'file' | 'directory'>>
  readonly list: (path: string) => Promise<E.Either<string, readonly string[]>>
  readonly readFile: (path: string, maxBytes: number) => Promise<E.Either<string, string>>
  /** Absolute form of a path. */
  readonly absolute: (path: string) => string
  /** Soft limit of open files; null when unknown. */
  readonly openFilesLimit: () => Promise<number | null>
}

/** The machine this process runs on; relative names start at `cwd`. */
export const thisHost = (cwd: string): Host => ({
  hostname,
  addresses: interfaceAddresses,
  kindOf: (path) => attempt(path, async () => kindOf(await stat(resolve(cwd, path)))),
  list: (path) => attempt(path, () => readdir(resolve(cwd, path))),
  readFile: async (path, maxBytes) => {
    const size = await attempt(path, async () => (await stat(resolve(cwd, path))).size)
    if (E.isLeft(size)) return size
    if (size.right > maxBytes) return E.left(`larger than ${maxBytes} bytes`)
    return attempt(path, () => readFile(resolve(cwd, path), 'utf8'))
  },
  absolute: (path) => resolve(cwd, path),
  openFilesLimit,
})

const kindOf = (found: Stats): 'file' | 'directory' => (found.isDirectory() ? 'directory' : 'file')

const attempt = <T>(path: string, action: () => Promise<T>): Promise<E.Either<string, T>> =>
  action().then(
    (value) => E.right(value),
    (error: unknown) => E.left(openProblem(error, path).replace(/^(open|read) .*?: /s, '') || codeOf(error)),
  )

const interfaceAddresses = (): readonly InterfaceAddress[] =>
  Object.entries(networkInterfaces()).flatMap(([name, found]) =>
    (found ?? []).map((one) => ({
      name,
      address: one.address,
      prefix: Number(one.cidr?.split('/')[1] ?? (one.family === 'IPv4' ? 32 : 128)),
      family: one.family === 'IPv4' ? 4 : 6,
      loopback: one.internal,
    })),
  )

/** Linux tells it in /proc; elsewhere it stays unknown. */
const openFilesLimit = async (): Promise<number | null> => {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? null : Number(soft)
}
