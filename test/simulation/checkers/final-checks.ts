/** What is checked when a run is over and all faults are healed. */
import * as E from 'fp-ts/lib/Either.js'
import { logDomain } from '../../../src/cli/agent/log-domain.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import { openEntry, openHeader } from '../../../src/log/stored-entry.ts'
import type { Committed } from '../../../src/log/types.ts'
import type { History } from '../history.ts'
import type { Observer } from '../observer.ts'
import { matches, nameOf } from '../read-cells.ts'
import type { SimServer } from '../server.ts'
import type { Watcher } from '../watcher.ts'
import { eventFold } from './event-fold.ts'
import type { EventFold } from './event-fold.ts'
import { kvModel } from './kv-model.ts'
import { checkLinearizable } from './linearizability.ts'
import { lockLaws } from './lock-laws.ts'
import { digestOf } from './state-digest.ts'
import type { Findings } from './violation.ts'

export type FinalParts = {
  readonly observer: Observer
  readonly history: History
  readonly findings: Findings
  readonly members: readonly SimServer[]
  readonly watchers: readonly Watcher[]
}

/** Runs all final checks; findings are reported as they come. */
export const finalChecks = async (parts: FinalParts): Promise<void> => {
  const entries = [...parts.observer.committed().values()].sort((a, b) => a.index - b.index)
  const fold = eventFold()
  const locks = lockLaws(parts.findings)
  for (const entry of entries) {
    fold.push(entry)
    locks(entry)
  }
  checkStates(parts, entries)
  checkReads(parts, fold)
  checkWrites(parts)
  checkWatchers(parts, fold)
  checkHistories(parts)
  for (const member of parts.members) await checkChain(parts.findings, member)
}

/** P7 and state-machine equality: what any server published at an index is the fold of the log up to it. */
const checkStates = ({ observer, findings, members }: FinalParts, entries: readonly Committed<Event>[]): void => {
  const domain = logDomain({ sessionTtlMinMs: 0 })
  const wanted = new Map<number, { readonly server: string; readonly digest: string }[]>()
  for (const sample of observer.samples()) wanted.set(sample.index, [...(wanted.get(sample.index) ?? []), sample])
  let view = domain.empty
  let expected = 0
  for (const entry of entries) {
    const draft = domain.draft(view)
    for (const event of entry.events) domain.evolve(draft, event, { index: entry.index, at: entry.at })
    view = domain.publish(draft)
    if (expected > 0 && entry.index !== expected)
      findings.found('no gap in the log', `entry ${expected} was never seen`)
    expected = entry.index + 1
    for (const { server, digest } of wanted.get(entry.index) ?? [])
      if (digest !== digestOf(view))
        findings.found(
          'P7 view equals fold',
          `${server} at index ${entry.index}: ${digest}, the fold ${digestOf(view)}`,
        )
  }
  for (const member of members) {
    const root = member.log()?.committed()
    if (root !== undefined && digestOf(root.view) !== digestOf(view))
      findings.found('P7 view equals fold', `${member.id} at the end, index ${root.index} of ${expected - 1}`)
  }
}

/** P3: every answer shows exactly the state at the index that it names. */
const checkReads = ({ history, findings }: FinalParts, fold: EventFold): void => {
  for (const read of history.reads()) {
    const shown = JSON.stringify(read.cells)
    const held = JSON.stringify(fold.at(read.stateIndex, matches(read.target)))
    if (shown !== held)
      findings.found(
        'P3 reads show a state of the log',
        `${read.server} ${read.consistency} ${nameOf(read.target)} at ${read.stateIndex}: ${shown}, the log says ${held}`,
      )
  }
}

/** P1: every acknowledged write stands in the committed log under its request id. */
const checkWrites = ({ observer, history, findings }: FinalParts): void => {
  for (const { requestId, index, at } of history.writes()) {
    const place = observer.committed().get(index)
    const entry = place === undefined ? undefined : observer.entry(index, place.term)
    const opened = entry === undefined ? null : openEntry(entry.bytes)
    const found = opened !== null && E.isRight(opened) ? opened.right.header.requestId : 'nothing'
    if (found !== requestId)
      findings.found(
        'P1 acknowledged writes stay',
        `request ${requestId}, answered at ${at} ms: ${index} holds ${found}`,
      )
  }
}

/** P5: after the last change every watcher has seen the final state. */
const checkWatchers = ({ watchers, members, findings }: FinalParts, fold: EventFold): void => {
  for (const watcher of watchers) {
    if (!members.includes(watcher.server)) continue
    const seen = JSON.stringify(watcher.seen())
    const final = JSON.stringify(fold.at(fold.lastIndex(), matches(watcher.target)))
    if (seen !== final)
      findings.found(
        'P5 watchers see the final state',
        `${watcher.name} on ${watcher.server.id}: ${seen}, final ${final}`,
      )
  }
}

const stepLimit = 200_000

/** P2. */
const checkHistories = ({ observer, history, findings }: FinalParts): void => {
  const indexes = new Map<string, number>()
  for (const { index, term } of observer.committed().values()) {
    const entry = observer.entry(index, term)
    const header = entry === undefined ? null : openHeader(entry.bytes)
    if (header !== null && E.isRight(header)) indexes.set(header.right.header.requestId, index)
  }
  for (const [group, operations] of history.groups((requestId) => indexes.get(requestId))) {
    const verdict = checkLinearizable(kvModel, operations, stepLimit)
    // A sound history is decided along the places that the log claims: an endless search is as bad as a violation.
    if (verdict.type === 'Undecided')
      findings.found('P2 linearizable', `group ${group}: no order found in ${verdict.stepsCount} steps`)
    if (verdict.type === 'Violation') {
      const stuck = verdict.stuck.map((one) => JSON.stringify(one, bigintsAsText)).join('\n    ')
      findings.found('P2 linearizable', `group ${group}, after ${verdict.longest.length} operations:\n    ${stuck}`)
    }
  }
}

const bigintsAsText = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)

/** P8: each retained entry is whole and follows the one before. */
const checkChain = async (findings: Findings, member: SimServer): Promise<void> => {
  const store = member.store()
  if (store === null) return
  const { firstIndex, lastIndex } = store.status()
  let previous: Uint8Array | null = null
  for (let next = firstIndex; next <= lastIndex;) {
    const read: Awaited<ReturnType<typeof store.read>> = await store.read(next, { entries: 64, bytes: 1 << 20 })
    if (E.isLeft(read) || read.right.length === 0) {
      findings.found('P8 hash chain', `${member.id}: entry ${next} of ${firstIndex}–${lastIndex} cannot be read`)
      return
    }
    for (const entry of read.right) {
      const opened = openEntry(entry.bytes)
      const whole = E.isRight(opened) && opened.right.header.index === next && same(opened.right.hash, entry.hash)
      const follows = E.isRight(opened) && (previous === null || same(opened.right.header.previousHash, previous))
      if (!whole || !follows) findings.found('P8 hash chain', `${member.id}: entry ${next} breaks the chain`)
      previous = entry.hash
      next++
    }
  }
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
