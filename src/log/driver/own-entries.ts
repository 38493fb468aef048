/** Seals the entries that Raft itself appends: no-ops and configurations. */
import * as E from 'fp-ts/lib/Either.js'
import { policyActor } from '../../domain/actor.ts'
import { invariant } from '../../domain/invariant.ts'
import { configurationEvent } from '../configuration-event.ts'
import type { Machine } from '../leader/machine.ts'
import { entriesFrom, lastIndex } from '../raft/raft.ts'
import type { Raft } from '../raft/state.ts'
import type { RaftOptions } from '../raft/types.ts'
import { openHeader, sealEntry } from '../stored-entry.ts'
import type { AnyEvent } from '../types.ts'

/** What an entry takes over from the one before it. */
export type Stamp = { readonly at: number; readonly epoch: string; readonly featureLevel: number }

/** The core's `seal`: `bytes` are fresh random ones, `before` is the stamp of the log's last entry. */
export const sealOwn =
  (by: {
    readonly node: string
    readonly wall: () => number
    readonly bytes: (count: number) => Uint8Array
    readonly before: () => Stamp
  }): RaftOptions['seal'] =>
  ({ index, term, kind, configuration }, previousHash) => {
    const { at, epoch, featureLevel } = by.before()
    const header = {
      index,
      term,
      kind,
      at: Math.max(Math.trunc(by.wall()), at),
      epoch,
      featureLevel,
      requestId: Buffer.from(by.bytes(16)).toString('hex'),
      actor: policyActor('raft', by.node),
      cause: null,
      note: null,
      previousHash,
      reply: null,
    }
    const events = configuration === null ? [] : [configurationEvent(configuration, by.bytes(16))]
    return sealEntry(header, events, configuration)
  }

/** The stamp at the end of the whole log, committed or not: time never falls along it. */
export const stampAtEnd = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  raft: Raft,
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
): Stamp => {
  const end = lastIndex(raft)
  const { root, featureLevel } = machine.tip
  if (root.index === end) return { at: root.at, epoch: root.epoch, featureLevel }
  const [last] = entriesFrom(raft, end, { entries: 1, bytes: 1 })
  invariant(last !== undefined, 'The last entry is in memory')
  const header = openHeader(last.bytes)
  invariant(E.isRight(header), 'The last entry can be read')
  return header.right.header
}
