/**
 * Restoring a backup: the archived state is kept beside the log first, then the entry that names it is committed. A crash
 * before the commit leaves the old state, one after it the new one, which the fold finds by its digest.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Machine } from '../leader/machine.ts'
import type { ArchiveMeta, LogStore, StoreError } from '../store/types.ts'
import type { AnyEvent, ExecuteError, Executed, Request } from '../types.ts'

export type ReplaceError<Rejection> =
  | ExecuteError<Rejection>
  /** Another replacement is under way; nothing was changed. */
  | { readonly type: 'Busy' }
  | { readonly type: 'Store'; readonly error: StoreError }

export type ReplaceParts<View, Draft, World, Command, Event extends AnyEvent, Rejection> = {
  readonly machine: Machine<View, Draft, World, Command, Event, Rejection>
  readonly store: Pick<LogStore, 'writeArchive' | 'keepArchives' | 'status'>
  readonly execute: (command: Command, request: Request) => Promise<E.Either<ExecuteError<Rejection>, Executed>>
  /** Called when the new state is committed: a checkpoint of it saves the next start the archive. */
  readonly replaced: () => void
}

export type ReplaceState<View, Command, Rejection> = (
  view: View,
  commandFor: (archive: ArchiveMeta) => Command,
  request: Request,
) => Promise<E.Either<ReplaceError<Rejection>, Executed>>

/** Puts a state in the place of the present one; one at a time. The Right is told when the new state may be read. */
export const stateReplacement = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  parts: ReplaceParts<View, Draft, World, Command, Event, Rejection>,
): ReplaceState<View, Command, Rejection> => {
  let busy = false
  return async (view, commandFor, request) => {
    if (busy) return E.left({ type: 'Busy' })
    busy = true
    try {
      return await replace(parts, view, commandFor, request)
    } finally {
      busy = false
    }
  }
}

const replace = async <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  parts: ReplaceParts<View, Draft, World, Command, Event, Rejection>,
  view: View,
  commandFor: (archive: ArchiveMeta) => Command,
  request: Request,
): Promise<E.Either<ReplaceError<Rejection>, Executed>> => {
  const { machine, store } = parts
  if (machine.mode !== 'leading') return E.left({ type: 'NotLeader', leader: machine.leader })
  const tidied = await dropForgotten(parts)
  if (E.isLeft(tidied)) return E.left({ type: 'Store', error: tidied.left })
  const archive = await store.writeArchive(machine.domain.encode(view))
  if (E.isLeft(archive)) return E.left({ type: 'Store', error: archive.left })
  machine.archive = { digest: archive.right.digest, view }
  const done = await parts.execute(commandFor(archive.right), request)
  if (E.isRight(done)) parts.replaced()
  else if (done.left.type !== 'OutcomeUnknown') await dropForgotten(parts)
  return done
}

/** Removes archives that no retained entry names: those of compacted entries and of attempts that failed. */
const dropForgotten = async <View, Draft, World, Command, Event extends AnyEvent, Rejection>({
  machine,
  store,
}: ReplaceParts<View, Draft, World, Command, Event, Rejection>): Promise<E.Either<StoreError, void>> => {
  const { firstIndex } = store.status()
  const named = machine.domain.replacement?.named(machine.tip.root.view) ?? []
  return store.keepArchives(new Set(named.filter(({ index }) => index >= firstIndex).map(({ digest }) => digest)))
}
