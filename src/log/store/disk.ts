/** The real disk: the one file of the log that touches the file system. */
import { constants } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from './fault.ts'
import type { Disk, DiskFile, OpenHow } from './types.ts'

/** The files of this machine. */
export const realDisk: Disk = {
  list: (dir) => readdir(dir),
  makeDir: async (dir, mode) => {
    for (const made of await makeDirs(dir, mode)) await syncDir(dirname(made))
  },
  open: async (path, how) => fileOf(await open(path, flagsOf(how), how.mode), how),
  rename,
  remove: (path) => rm(path),
  syncDir: (dir) => syncDir(dir),
  freeBytes: async (dir) => {
    const { bavail, bsize } = await statfs(dir)
    return bavail * bsize
  },
  lock: (path) => takeLock(path),
}

/** Where it is missing, each write is followed by a sync. */
const hasDsync = 'O_DSYNC' in constants

const flagsOf = (how: OpenHow): number =>
  (how.access === 'read' ? constants.O_RDONLY : constants.O_RDWR) |
  (how.create ? constants.O_CREAT : 0) |
  (how.exclusive ? constants.O_EXCL : 0) |
  (how.dsync && hasDsync ? constants.O_DSYNC : 0)

/** Writes of at most this many bytes are joined: one copy is cheaper than many vectors. */
const joinedBytes = 1024 * 1024
const maxVectors = 1024 // IOV_MAX of Linux and macOS

const fileOf = (handle: FileHandle, how: OpenHow): DiskFile => {
  const write = async (offset: number, parts: readonly Uint8Array[]): Promise<void> => {
    let at = offset
    for (const group of groups(parts)) at += await writeAll(handle, at, group)
    if (how.dsync && !hasDsync) await handle.datasync()
  }
  return {
    size: async () => (await handle.stat()).size,
    read: (offset, bytes) => readAll(handle, offset, bytes),
    write,
    truncate: (bytes) => handle.truncate(bytes),
    sync: () => handle.sync(),
    close: () => handle.close(),
  }
}

/** Parts joined to few, or cut into groups that one call can take. */
const groups = (parts: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] => {
  if (parts.length <= 1) return [parts]
  if (parts.reduce((sum, part) => sum + part.length, 0) <= joinedBytes) return [[Buffer.concat(parts)]]
  const cut: (readonly Uint8Array[])[] = []
  for (let i = 0; i < parts.length; i += maxVectors) cut.push(parts.slice(i, i + maxVectors))
  return cut
}

/** Writes all parts, however little the system takes at a time. */
const writeAll = async (handle: FileHandle, offset: number, parts: readonly Uint8Array[]): Promise<number> => {
  const total = parts.reduce((sum, part) => sum + part.length, 0)
  let rest = parts
  for (let done = 0; done < total;) {
    const { bytesWritten } = await handle.writev([...rest], offset + done)
    done += bytesWritten
    rest = behind(rest, bytesWritten)
  }
  return total
}

const behind = (parts: readonly Uint8Array[], bytes: number): readonly Uint8Array[] => {
  let skip = bytes
  const rest: Uint8Array[] = []
  for (const part of parts) {
    if (skip < part.length) rest.push(part.subarray(skip))
    skip = Math.max(0, skip - part.length)
  }
  return rest
}

const readAll = async (handle: FileHandle, offset: number, bytes: number): Promise<Uint8Array> => {
  const buffer = Buffer.allocUnsafeSlow(bytes)
  let done = 0
  while (done < bytes) {
    const { bytesRead } = await handle.read(buffer, done, bytes - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return buffer.subarray(0, done)
}

const syncDir = async (dir: string): Promise<void> => {
  const handle = await open(dir, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes a directory and its missing parents, outermost first; the paths that were made. Level by level: Node's own
 * recursive form never ends on file systems that refuse with ENOENT, such as /proc.
 */
export const makeDirs = async (dir: string, mode: number): Promise<readonly string[]> => {
  const missing: string[] = []
  for (let path = dir; !(await isDir(path)) && dirname(path) !== path; path = dirname(path)) missing.unshift(path)
  for (const path of missing) await mkdir(path, { mode })
  return missing
}

const isDir = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/**
 * The lock file holds the owner's identity: process id, start time, and boot of the machine. A process that ended
 * without releasing it leaves a file that names nobody alive: it is moved away and the lock is free.
 */
const takeLock: Disk['lock'] = async (path) => {
  const own = await identityOf(process.pid)
  for (let attempt = 0; attempt < lockAttempts; attempt++) {
    if (await createLock(path, own)) return { held: true, release: () => rm(path, { force: true }) }
    const found = await readFile(path, 'utf8').catch(() => null)
    if (found === null) continue // released in between
    const owner = found.split(' ')[0] ?? ''
    if (await isAlive(found)) return { held: false, owner: `process ${owner}` }
    await removeStale(path, found)
  }
  return { held: false, owner: 'another process that is starting' }
}

const lockAttempts = 5

/** Creates the lock with its content in one step, so that nobody reads half of it. False: it is taken. */
const createLock = async (path: string, identity: string): Promise<boolean> => {
  const own = `${path}.${process.pid}`
  const handle = await open(own, 'w', 0o600)
  try {
    await handle.writeFile(identity)
  } finally {
    await handle.close()
  }
  try {
    await link(own, path)
    return true
  } catch (caught) {
    if (codeOf(caught) === 'EEXIST') return false
    throw caught
  } finally {
    await rm(own, { force: true })
  }
}

/** Moves a dead owner's lock away; if another process was faster, puts back what it took. */
const removeStale = async (path: string, stale: string): Promise<void> => {
  const aside = `${path}.stale.${process.pid}`
  try {
    await rename(path, aside)
  } catch (caught) {
    if (codeOf(caught) === 'ENOENT') return
    throw caught
  }
  if ((await readFile(aside, 'utf8')) !== stale) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

/** `PID START BOOT`; start and boot are `-` where the system does not tell them. */
const identityOf = async (pid: number): Promise<string> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  // The name in parentheses may hold blanks; the start time is the 20th field behind it (proc(5), field 22).
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return `${pid} ${start ?? '-'} ${boot.trim() || '-'}`
}

/** True if the process that wrote an identity still runs. */
const isAlive = async (identity: string): Promise<boolean> => {
  const pid = Number.parseInt(identity, 10)
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (caught) {
    if (codeOf(caught) === 'ESRCH') return false
  }
  return (await identityOf(pid)) === identity
}
