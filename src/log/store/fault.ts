/**
 * Inside the store a fault travels as a rejection that carries the `StoreError`; each public function turns it into a
 * Left with `guarded`. Anything else that is thrown is our own bug and passes through.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Disk, DiskFile, StoreError } from './types.ts'

class StoreFault extends Error {
  readonly storeError: StoreError

  constructor(storeError: StoreError) {
    super(`Storage failed: ${storeError.type}`)
    this.storeError = storeError
  }
}

/** Ends the current operation of the store with an error. */
export const failWith = (error: StoreError): never => {
  throw new StoreFault(error)
}

/** The advice for a log that lost or changed something it had acknowledged. One line, for both kinds of deployment. */
export const damagedLogAdvice =
  'Nothing was changed; a single server: restore from a backup or a log export; ' +
  'a server of a cluster: remove its data and let it rejoin under a new id'

/** Ends the current operation because acknowledged data is missing or wrong. */
export const failDamaged = (file: string, offset: number, what: string): never =>
  failWith({ type: 'Damaged', file, offset, what, advice: damagedLogAdvice })

/** Runs an operation of the store; its faults become a Left. */
export const guarded = async <A>(operation: () => Promise<A>): Promise<E.Either<StoreError, A>> => {
  try {
    return E.right(await operation())
  } catch (caught) {
    const error = storeErrorOf(caught)
    if (error === null) throw caught
    return E.left(error)
  }
}

const storeErrorOf = (caught: unknown): StoreError | null =>
  typeof caught === 'object' && caught !== null && 'storeError' in caught ? (caught as StoreFault).storeError : null

/** The system's code of a failed call, `EUNKNOWN` without one. */
export const codeOf = (caught: unknown): string =>
  typeof caught === 'object' && caught !== null && 'code' in caught && typeof caught.code === 'string'
    ? caught.code
    : 'EUNKNOWN'

/** A disk whose rejections name the operation and the file. */
export const faultingDisk = (disk: Disk): Disk => ({
  list: (dir) => named(disk.list(dir), 'list', dir),
  makeDir: (dir, mode) => named(disk.makeDir(dir, mode), 'create directory', dir),
  open: async (path, how) => faultingFile(await named(disk.open(path, how), 'open', path), path),
  rename: (from, to) => named(disk.rename(from, to), 'rename', from),
  remove: (path) => named(disk.remove(path), 'remove', path),
  syncDir: (dir) => named(disk.syncDir(dir), 'sync directory', dir),
  freeBytes: (dir) => named(disk.freeBytes(dir), 'stat', dir),
  lock: (path) => named(disk.lock(path), 'lock', path),
})

const faultingFile = (file: DiskFile, path: string): DiskFile => ({
  size: () => named(file.size(), 'stat', path),
  read: (offset, bytes) => named(file.read(offset, bytes), 'read', path),
  write: (offset, parts) => named(file.write(offset, parts), 'write', path),
  truncate: (bytes) => named(file.truncate(bytes), 'truncate', path),
  sync: () => named(file.sync(), 'sync', path),
  close: () => named(file.close(), 'close', path),
})

const named = async <A>(call: Promise<A>, operation: string, file: string): Promise<A> => {
  try {
    return await call
  } catch (caught) {
    return failWith({ type: 'Io', code: codeOf(caught), operation, file })
  }
}
