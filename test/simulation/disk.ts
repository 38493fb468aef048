/**
 * A disk in memory that behaves as badly as a real one may. What a process wrote is visible at once and durable only when
 * its write (O_DSYNC) or sync has resolved; names are durable only when their directory was synced. A crash keeps any
 * subset of the 512-byte granules and name changes that were not durable; a write under way may be torn in the same way.
 */
import type { Disk, DiskFile, OpenHow } from '../../src/log/store/types.ts'
import type { Prng } from './prng.ts'

export const granuleBytes = 512

/** An operation that changes something, as a crash or an error can be put at. */
export type DiskOperation = {
  readonly number: number // from 1 on
  readonly kind: 'create' | 'write' | 'truncate' | 'sync' | 'rename' | 'remove' | 'syncDir' | 'makeDir'
  readonly path: string
}

/** `killed`: the process ends within the operation; the others: the power fails. */
export type CrashMode = 'before' | 'torn' | 'after' | 'killed'

export type SimDiskOptions = {
  readonly random: Prng
  /** Virtual time passes here. */
  readonly sleep: (ms: number) => Promise<void>
  /** Upper bound of what a durable write takes, ms. */
  readonly syncMs: number
}

export type SimDisk = Disk & {
  /** The power fails: what was not durable may be lost, and operations under way never answer. */
  readonly crash: () => void
  /** The process ends: the system keeps what it was given; operations under way never answer. */
  readonly kill: () => void
  /** Additional latency of every operation, ms. */
  readonly setDelay: (ms: number) => void
  /** Makes operations fail with a system code, as long as the function gives one. */
  readonly setErrors: (errorOf: (operation: DiskOperation) => string | null) => void
  /** Crashes around the operation of that number, once; resolves when it happened. */
  readonly crashAt: (number: number, mode: CrashMode) => Promise<void>
  /** Operations so far. */
  readonly operations: () => number
  /** A file's bytes as a process sees them now, to look at and to damage; undefined: no such file. */
  readonly peek: (path: string) => Buffer | undefined
  /** Sets a file's bytes, durably, as an operator or failing hardware might. */
  readonly poke: (path: string, bytes: Buffer) => void
  /** Deletes a file, durably. */
  readonly drop: (path: string) => void
  readonly files: () => readonly string[]
}

type Inode = {
  /** What a process reads, and what is safe. */
  seen: Buffer
  safe: Buffer
  /** Granules of `seen` that may or may not survive. */
  readonly dirty: Set<number>
}

type NameChange = (names: Map<string, Inode>) => void

/** A fresh, empty disk. */
export const simDisk = (options: SimDiskOptions): SimDisk => {
  const { random, sleep, syncMs } = options
  const dirs = new Set<string>()
  let names = new Map<string, Inode>()
  const safeNames = new Map<string, Inode>()
  let pendingNames: { readonly dir: string; readonly apply: NameChange }[] = []
  const locks = new Set<string>()
  let generation = 0
  let delayMs = 0
  let operationsCount = 0
  let errorOf: (operation: DiskOperation) => string | null = () => null
  let crashPoint: { readonly number: number; readonly mode: CrashMode; readonly reached: () => void } | null = null
  /** Makes the effects that are under way happen in part: called when the process or the machine ends. */
  const underWay = new Set<() => void>()

  const endProcess = () => {
    for (const interrupt of [...underWay]) interrupt()
    underWay.clear()
    locks.clear()
    generation += 1
  }
  const crash = () => {
    endProcess()
    for (const change of pendingNames) if (random.chance(0.5)) change.apply(safeNames)
    pendingNames = []
    names = new Map(safeNames)
    for (const inode of new Set(safeNames.values())) settleAfterCrash(inode, random)
  }

  /** Never resolves when the process that asked is gone. */
  const alive = async <A>(asked: number, result: () => A): Promise<A> => {
    if (asked !== generation) return new Promise<A>(() => undefined)
    return result()
  }

  type Effect = {
    readonly kind: DiskOperation['kind']
    readonly path: string
    readonly durable: boolean
    readonly apply: () => void
    /** What may have happened when the operation was interrupted. */
    readonly tear: () => void
    readonly onError?: () => void
  }

  /** One operation that changes something: counts it, lets time pass, applies it or fails or crashes. */
  const change = async (asked: number, effect: Effect): Promise<void> => {
    if (asked !== generation) return alive(asked, () => undefined)
    operationsCount += 1
    const operation = { number: operationsCount, kind: effect.kind, path: effect.path }
    const point = crashPoint?.number === operation.number ? crashPoint : null
    if (point?.mode === 'before') return crashNow(asked, point)
    underWay.add(effect.tear)
    await sleep(delayMs + random.next() * (effect.durable ? syncMs : syncMs / 20))
    underWay.delete(effect.tear)
    if (asked !== generation) return alive(asked, () => undefined)
    if (point?.mode === 'torn' || point?.mode === 'killed') effect.tear()
    if (point !== null && point.mode !== 'after') return crashNow(asked, point)
    const code = errorOf(operation)
    if (code !== null) {
      effect.onError?.()
      throw Object.assign(new Error(`${code}: ${effect.kind} ${effect.path}`), { code })
    }
    effect.apply()
    if (point !== null) return crashNow(asked, point)
  }
  const crashNow = (
    asked: number,
    point: { readonly mode: CrashMode; readonly reached: () => void },
  ): Promise<void> => {
    crashPoint = null
    if (point.mode === 'killed') endProcess()
    else crash()
    point.reached()
    return alive(asked, () => undefined)
  }

  const rename = (from: string, to: string): NameChange => {
    const inode = names.get(from)
    return (map) => {
      if (inode === undefined) return
      if (map.get(from) === inode) map.delete(from)
      map.set(to, inode)
    }
  }
  const nameChange = (dir: string, apply: NameChange) => {
    apply(names)
    pendingNames.push({ dir, apply })
  }

  const open = async (path: string, how: OpenHow): Promise<DiskFile> => {
    const asked = generation
    const existing = names.get(path)
    if (existing === undefined && how.create) {
      requireDir(dirs, path)
      const inode: Inode = { seen: Buffer.alloc(0), safe: Buffer.alloc(0), dirty: new Set() }
      const apply = () => nameChange(parentOf(path), (map) => map.set(path, inode))
      await change(asked, { kind: 'create', path, durable: false, apply, tear: () => random.chance(0.5) && apply() })
    } else {
      await sleep(delayMs)
      await alive(asked, () => undefined)
    }
    if (existing !== undefined && how.exclusive) throw systemError('EEXIST', path)
    const inode = names.get(path)
    if (inode === undefined) throw systemError('ENOENT', path)
    return fileOf(asked, path, inode, how)
  }

  const fileOf = (asked: number, path: string, inode: Inode, how: OpenHow): DiskFile => ({
    size: () => alive(asked, () => inode.seen.length),
    read: async (offset, bytes) => {
      await sleep(delayMs)
      return alive(asked, () => Buffer.from(inode.seen.subarray(offset, offset + bytes)))
    },
    write: (offset, parts) => {
      if (how.access === 'read') return Promise.reject(systemError('EBADF', path))
      const bytes = Buffer.concat(parts)
      return change(asked, {
        kind: 'write',
        path,
        durable: how.dsync,
        apply: () => {
          put(inode, offset, bytes)
          if (how.dsync) secure(inode, offset, bytes.length)
        },
        tear: () => tearWrite(inode, offset, bytes, random),
        onError: () => tearWrite(inode, offset, bytes, random),
      })
    },
    truncate: (bytes) => {
      const apply = () => resize(inode, bytes)
      return change(asked, { kind: 'truncate', path, durable: false, apply, tear: () => random.chance(0.5) && apply() })
    },
    sync: () =>
      change(asked, {
        kind: 'sync',
        path,
        durable: true,
        apply: () => secureAll(inode),
        tear: () => undefined,
        onError: () => inode.dirty.clear(), // the system takes the pages for written (Rebello et al., ATC '20)
      }),
    close: () => alive(asked, () => undefined),
  })

  return {
    list: (dir) => {
      if (!dirs.has(dir)) return Promise.reject(systemError('ENOENT', dir))
      const inDir = [...names.keys()].filter((path) => parentOf(path) === dir)
      return alive(generation, () => inDir.map((path) => path.slice(dir.length + 1)))
    },
    makeDir: (dir) =>
      dirs.has(dir)
        ? alive(generation, () => undefined)
        : change(generation, {
            kind: 'makeDir',
            path: dir,
            durable: true,
            apply: () => dirs.add(dir),
            tear: () => random.chance(0.5) && dirs.add(dir),
          }),
    open,
    rename: (from, to) => {
      if (!names.has(from)) return Promise.reject(systemError('ENOENT', from))
      const apply = () => nameChange(parentOf(to), rename(from, to))
      return change(generation, {
        kind: 'rename',
        path: from,
        durable: false,
        apply,
        tear: () => random.chance(0.5) && apply(),
      })
    },
    remove: (path) => {
      const inode = names.get(path)
      if (inode === undefined) return Promise.reject(systemError('ENOENT', path))
      const apply = () => nameChange(parentOf(path), (map) => map.get(path) === inode && map.delete(path))
      return change(generation, {
        kind: 'remove',
        path,
        durable: false,
        apply,
        tear: () => random.chance(0.5) && apply(),
      })
    },
    syncDir: (dir) =>
      change(generation, {
        kind: 'syncDir',
        path: dir,
        durable: true,
        apply: () => {
          for (const pending of pendingNames) if (pending.dir === dir) pending.apply(safeNames)
          pendingNames = pendingNames.filter((pending) => pending.dir !== dir)
        },
        tear: () => undefined,
      }),
    freeBytes: () => alive(generation, () => 1e12),
    lock: (path) => {
      const free = !locks.has(path)
      if (!free) return Promise.resolve({ held: false, owner: 'process 1' })
      locks.add(path)
      const owned = generation
      const release = () => {
        if (owned === generation) locks.delete(path)
        return Promise.resolve()
      }
      return Promise.resolve({ held: true, release })
    },
    crash,
    kill: endProcess,
    setDelay: (ms) => void (delayMs = ms),
    setErrors: (next) => void (errorOf = next),
    crashAt: (number, mode) => new Promise((reached) => (crashPoint = { number, mode, reached })),
    operations: () => operationsCount,
    peek: (path) => names.get(path)?.seen,
    poke: (path, bytes) => {
      const inode: Inode = { seen: Buffer.from(bytes), safe: Buffer.from(bytes), dirty: new Set() }
      names.set(path, inode)
      safeNames.set(path, inode)
    },
    drop: (path) => {
      names.delete(path)
      safeNames.delete(path)
    },
    files: () => [...names.keys()].sort(),
  }
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

const systemError = (code: string, path: string) => Object.assign(new Error(`${code}: ${path}`), { code })

const requireDir = (dirs: ReadonlySet<string>, path: string): void => {
  if (!dirs.has(parentOf(path))) throw systemError('ENOENT', path)
}

const granulesOf = (offset: number, length: number): number[] => {
  const granules: number[] = []
  for (let at = Math.floor(offset / granuleBytes); at * granuleBytes < offset + length; at++) granules.push(at)
  return granules
}

const put = (inode: Inode, offset: number, bytes: Buffer): void => {
  if (inode.seen.length < offset + bytes.length) inode.seen = sized(inode.seen, offset + bytes.length)
  bytes.copy(inode.seen, offset)
  for (const granule of granulesOf(offset, bytes.length)) inode.dirty.add(granule)
}

/** Writes some granules of a write, or a part of it from its beginning. */
const tearWrite = (inode: Inode, offset: number, bytes: Buffer, random: Prng): void => {
  if (random.chance(0.2)) {
    put(inode, offset, bytes.subarray(0, random.int(0, bytes.length)))
    return
  }
  for (const granule of granulesOf(offset, bytes.length)) {
    if (random.chance(0.5)) continue
    const from = Math.max(offset, granule * granuleBytes)
    const to = Math.min(offset + bytes.length, (granule + 1) * granuleBytes)
    put(inode, from, bytes.subarray(from - offset, to - offset))
  }
}

const resize = (inode: Inode, bytes: number): void => {
  inode.seen = sized(inode.seen, bytes)
}

const sized = (bytes: Buffer, length: number): Buffer => {
  const resized = Buffer.alloc(length)
  bytes.copy(resized, 0, 0, Math.min(length, bytes.length))
  return resized
}

/** Makes the granules of a range durable, and with them the file's length (a durable write needs it to be read back). */
const secure = (inode: Inode, offset: number, length: number): void => {
  if (inode.safe.length !== inode.seen.length) inode.safe = sized(inode.safe, inode.seen.length)
  for (const granule of granulesOf(offset, length)) {
    const from = granule * granuleBytes
    inode.seen.copy(inode.safe, from, from, from + granuleBytes)
    inode.dirty.delete(granule)
  }
}

/** Makes durable what is still known to be unwritten, and the file's length. */
const secureAll = (inode: Inode): void => {
  if (inode.safe.length !== inode.seen.length) inode.safe = sized(inode.safe, inode.seen.length)
  for (const granule of inode.dirty) {
    const from = granule * granuleBytes
    inode.seen.copy(inode.safe, from, from, from + granuleBytes)
  }
  inode.dirty.clear()
}

const settleAfterCrash = (inode: Inode, random: Prng): void => {
  const grown = inode.seen.length !== inode.safe.length && random.chance(0.5)
  const after = grown ? sized(inode.safe, inode.seen.length) : Buffer.from(inode.safe)
  for (const granule of inode.dirty) {
    const from = granule * granuleBytes
    if (from < after.length && random.chance(0.5)) inode.seen.copy(after, from, from, from + granuleBytes)
  }
  inode.safe = after
  inode.seen = Buffer.from(after)
  inode.dirty.clear()
}
