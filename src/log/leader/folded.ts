/**
 * Folding entries into views, a batch at a time: one draft is opened, every event is folded into it once, one root is
 * published. The leader folds the events that it just decided, followers and replay those that they decode; the view
 * is the same whichever way and whatever batches it took.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { EventMeta } from '../../domain/events/declare.ts'
import { invariant } from '../../domain/invariant.ts'
import type { Configuration, Entry } from '../entry.ts'
import type { EntryDamage, OpenedEntry, StoredEvent } from '../stored-entry.ts'
import type { AnyEvent, Committed, Domain, EventCodec, Root } from '../types.ts'

/** A root with what a checkpoint of it must also know. */
export type Folded<View> = {
  readonly root: Root<View>
  readonly term: number
  readonly featureLevel: number
  readonly configuration: Configuration
  readonly configurationIndex: number
}

/** Content of archives that are at hand, by digest. */
export type Archived<View> = (digest: string) => View | undefined

/** A batch being folded: a private draft and where it has come to. */
export type OpenFold<View, Draft, Event> = {
  draft: Draft
  readonly archived: Archived<View>
  /** An archive took the place of the state in this batch. */
  replaced: boolean
  /** What was folded, for those who are told; null: nobody is. */
  readonly entries: Committed<Event>[] | null
  index: number
  term: number
  at: number
  hash: Uint8Array
  epoch: string
  featureLevel: number
  configuration: Configuration
  configurationIndex: number
}

/** Why a fold cannot go on. Skipping the entry would diverge: the server stops. */
export type FoldFault = {
  readonly index: number
  readonly what: string
  /** Digest of the archive that the entry names and that is not at hand: with it the fold can go on. */
  readonly archive?: string
}

export type OpenEntry = (bytes: Uint8Array) => E.Either<EntryDamage, OpenedEntry>

/** The part of a domain that folding needs. */
export type Fold<View, Draft, Event extends AnyEvent> = Pick<
  Domain<View, Draft, never, never, Event, never>,
  'draft' | 'evolve' | 'publish' | 'epoch' | 'featureLevel' | 'codec' | 'replacement'
>

/** Epoch of a log whose first leader has not begun its life yet. */
export const noEpoch = '0'.repeat(32)

/** The state before the first entry. */
export const emptyFolded = <View>(view: View): Folded<View> => ({
  root: { index: 0, at: 0, hash: new Uint8Array(32), epoch: noEpoch, view },
  term: 0,
  featureLevel: 1,
  configuration: { servers: [] },
  configurationIndex: 0,
})

/** Opens a draft on top of a folded state; `entries` collects what is folded into it. */
export const openFold = <View, Draft, Event extends AnyEvent>(
  domain: Fold<View, Draft, Event>,
  from: Folded<View>,
  entries: Committed<Event>[] | null = null,
  archived: Archived<View> = () => undefined,
): OpenFold<View, Draft, Event> => ({
  draft: domain.draft(from.root.view),
  archived,
  replaced: false,
  entries,
  index: from.root.index,
  term: from.term,
  at: from.root.at,
  hash: from.root.hash,
  epoch: from.root.epoch,
  featureLevel: from.featureLevel,
  configuration: from.configuration,
  configurationIndex: from.configurationIndex,
})

/** Ends a batch: publishes its root. The draft must not be used afterwards. */
export const closeFold = <View, Draft, Event extends AnyEvent>(
  domain: Fold<View, Draft, Event>,
  open: OpenFold<View, Draft, Event>,
): Folded<View> => ({
  root: { index: open.index, at: open.at, hash: open.hash, epoch: open.epoch, view: domain.publish(open.draft) },
  term: open.term,
  featureLevel: open.featureLevel,
  configuration: open.configuration,
  configurationIndex: open.configurationIndex,
})

/** Folds the events of one entry and takes over the epoch and feature level that they lead to. */
export const evolveAll = <View, Draft, Event extends AnyEvent>(
  domain: Fold<View, Draft, Event>,
  open: OpenFold<View, Draft, Event>,
  events: readonly Event[],
  meta: EventMeta,
): void => {
  if (events.length === 0) return
  for (const event of events) {
    replaceState(domain, open, event)
    domain.evolve(open.draft, event, meta)
  }
  const epoch = domain.epoch(open.draft)
  open.epoch = epoch === '' ? noEpoch : epoch
  open.featureLevel = domain.featureLevel(open.draft)
}

/** The digest of an archive that one of the events needs and that is not at hand; null: they can be folded. */
export const missingArchive = <View, Draft, Event extends AnyEvent>(
  domain: Fold<View, Draft, Event>,
  archived: Archived<View>,
  events: readonly Event[],
): string | null => {
  const { replacement } = domain
  if (replacement === undefined) return null
  for (const event of events) {
    const digest = replacement.digest(event)
    if (digest !== null && archived(digest) === undefined) return digest
  }
  return null
}

const replaceState = <View, Draft, Event extends AnyEvent>(
  { replacement }: Fold<View, Draft, Event>,
  open: OpenFold<View, Draft, Event>,
  event: Event,
): void => {
  const digest = replacement?.digest(event) ?? null
  if (replacement === undefined || digest === null) return
  const view = open.archived(digest)
  invariant(view !== undefined, `the archive ${digest} is at hand`)
  open.draft = replacement.draft(open.draft, view)
  open.replaced = true
}

/** Moves the fold to an entry whose events are folded. */
export const passEntry = <View, Draft, Event>(
  open: OpenFold<View, Draft, Event>,
  entry: Entry,
  at: number,
  events: readonly Event[],
): void => {
  open.index = entry.index
  open.term = entry.term
  open.at = at
  open.hash = entry.hash
  if (entry.configuration !== null) {
    open.configuration = entry.configuration
    open.configurationIndex = entry.index
  }
  open.entries?.push({ index: entry.index, term: entry.term, at, events })
}

/** Decodes the next entry and folds it. The Right is what was decoded. */
export const foldEntry = <View, Draft, Event extends AnyEvent>(
  domain: Fold<View, Draft, Event>,
  openEntry: OpenEntry,
  open: OpenFold<View, Draft, Event>,
  entry: Entry,
): E.Either<FoldFault, OpenedEntry> => {
  const { index } = entry
  if (index !== open.index + 1) return E.left({ index, what: `Entry ${index} does not follow entry ${open.index}` })
  const opened = openEntry(entry.bytes)
  if (E.isLeft(opened)) return E.left({ index, what: `Damaged at byte ${opened.left.offset}: ${opened.left.what}` })
  const { header, events: stored } = opened.right
  const events = decodeAll(domain.codec, stored)
  if (E.isLeft(events)) return E.left({ index, what: events.left })
  const archive = missingArchive(domain, open.archived, events.right)
  if (archive !== null)
    return E.left({ index, what: `The archived state ${archive} that it names is missing`, archive })
  evolveAll(domain, open, events.right, { index, at: header.at })
  passEntry(open, entry, header.at, events.right)
  return opened
}

/** Decodes the events of an entry; the Left names the first that this build cannot fold. */
export const decodeAll = <Event extends AnyEvent>(
  codec: EventCodec<Event>,
  stored: readonly StoredEvent[],
): E.Either<string, readonly Event[]> => {
  const events: Event[] = []
  for (const event of stored) {
    const decoded = event.redacted ? placeholder(codec, event) : codec.decode(event.type, event.version, event.payload)
    if (E.isLeft(decoded))
      return E.left(`Event '${event.type}' version ${event.version} cannot be folded: ${decoded.left}`)
    events.push(decoded.right)
  }
  return E.right(events)
}

const placeholder = <Event extends AnyEvent>(codec: EventCodec<Event>, event: StoredEvent): E.Either<string, Event> =>
  codec.redacted === undefined ? E.left('it was redacted') : codec.redacted(event.type, event.version)
