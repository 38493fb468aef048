/**
 * Rules of config entries.
 *
 * - Writing replaces the whole entry; an entry that stays as it is yields no event.
 * - Compare-and-set: an index of 0 asks for absence, any other for exactly that entry.
 * - The sources of a `service-intentions` entry that is written as a whole have no ids.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../bytes.ts'
import type { CommandOf } from '../commands/all.ts'
import { sameEntry } from '../config-entry/equal.ts'
import { sortedSources } from '../config-entry/intention.ts'
import { configEntryKinds, serviceIntentions } from '../config-entry/kinds.ts'
import type { Source, SourceInput } from '../config-entry/record.ts'
import type { ConfigEntryEvent } from '../events/config-entry.ts'
import type { ConfigEntryProblem } from './config-entry-problem.ts'
import { named, problemOfEntry } from './config-entry-rules.ts'
import type { DecideContext, Decision } from './decision.ts'
import type { Rejection } from './rejection.ts'
import { denied } from './rights.ts'
import type { ConfigEntryRecord, World } from './world.ts'

export type ConfigRulesWorld = Pick<World, 'configEntries'>

export type ConfigDecided = E.Either<Rejection, Decision<ConfigEntryEvent>>

/** Reply: boolean; false when `cas` names another state. */
export const decideWriteConfigEntry = (
  world: ConfigRulesWorld,
  command: CommandOf<'WriteConfigEntry'>,
  ctx: DecideContext,
): ConfigDecided => {
  const { kind, name, content, sources } = named(command)
  const sorted = kind === serviceIntentions ? sortedSources(sources ?? [], name) : null
  const problem = problemOfEntry({ kind, name, content, sources: sorted }, false)
  if (problem !== null) return invalid(problem)
  const refused = deniedOn(kind, name, ctx)
  if (refused !== null) return E.left(refused)
  const present = world.configEntries.get(kind, name)
  if (command.cas !== null && command.cas !== (present?.modifyIndex ?? 0)) return reply(false)
  const written = sorted?.map((source) => sourceOf(source, null)) ?? null
  return E.right({ events: entryWritten(present, { kind, name, content, sources: written }), reply: true })
}

/** Reply: boolean; false when `cas` names another state. */
export const decideRemoveConfigEntry = (
  world: ConfigRulesWorld,
  { kind, name, cas }: CommandOf<'RemoveConfigEntry'>,
  ctx: DecideContext,
): ConfigDecided => {
  if (!configEntryKinds.has(kind)) return invalid({ type: 'UnknownKind', kind })
  const refused = deniedOn(kind, name, ctx)
  if (refused !== null) return E.left(refused)
  const present = world.configEntries.get(kind, name)
  if (cas !== null && cas !== present?.modifyIndex) return reply(false)
  if (present === undefined) return reply(true)
  return E.right({ events: [{ type: 'ConfigEntryRemoved', kind, name: present.name }], reply: true })
}

/** The event that makes `present` the given entry; none if it is that already. */
export const entryWritten = (
  present: ConfigEntryRecord | undefined,
  entry: Omit<ConfigEntryRecord, 'createIndex' | 'modifyIndex'>,
): readonly ConfigEntryEvent[] => {
  if (present !== undefined && sameEntry(present, entry)) return []
  return [{ type: 'ConfigEntryWritten', ...entry, createIndex: present?.createIndex ?? 0 }]
}

/** A source as it is stored. */
export const sourceOf = (input: SourceInput, legacy: Source['legacy']): Source => {
  const { name, action, permissions, description } = input
  return { name, action, permissions, description, legacy }
}

export const invalid = (problem: ConfigEntryProblem): E.Either<Rejection, never> =>
  E.left({ type: 'InvalidConfigEntry', problem })

const reply = (answer: boolean): ConfigDecided => E.right({ events: [], reply: answer })

/** Entries about one service belong to who may write the service; all others concern the whole mesh. */
const deniedOn = (kind: string, name: ByteString, ctx: DecideContext): Rejection | null => {
  if (kind === serviceIntentions) return denied(ctx, 'intention', name, 'write')
  return kind.startsWith('service-') ? denied(ctx, 'service', name, 'write') : denied(ctx, 'mesh', '', 'write')
}
