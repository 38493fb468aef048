/** What a config entry must be by itself, in the order in which the field looks. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as J from 'fp-ts/lib/Json.js'
import * as t from 'io-ts'
import type { ByteString } from '../bytes.ts'
import { sameName, wildcard } from '../config-entry/intention.ts'
import { configEntryKinds, serviceIntentions } from '../config-entry/kinds.ts'
import type { SourceInput } from '../config-entry/record.ts'
import type { ConfigEntryProblem, SourceProblem } from './config-entry-problem.ts'

/** Longest description of an intention, bytes. */
export const maxDescriptionBytes = 512

export type EntryInput = {
  readonly kind: string
  readonly name: ByteString
  readonly content: ByteString
  readonly sources: readonly SourceInput[] | null
}

/** The entry under its real name: some kinds have one name only. */
export const named = <I extends EntryInput>(input: I): I => ({
  ...input,
  name: configEntryKinds.get(input.kind)?.name ?? input.name,
})

/** `metaAllowed`: the source metadata of intentions with ids. */
export const problemOfEntry = (entry: EntryInput, metaAllowed: boolean): ConfigEntryProblem | null => {
  const { kind, name } = entry
  if (!configEntryKinds.has(kind)) return { type: 'UnknownKind', kind }
  if (name === '') return { type: 'NoName' }
  switch (kind) {
    case 'service-router':
    case 'service-resolver':
      return name === wildcard ? { type: 'WildcardName' } : null
    case 'service-splitter':
      return name === wildcard ? { type: 'WildcardName' } : problemOfSplits(entry)
    case 'exported-services':
      return name === 'default' ? null : { type: 'ExportsName' }
    case serviceIntentions:
      return problemOfSources(name, entry.sources ?? [], metaAllowed)
    default:
      return null
  }
}

const Splits = t.type({
  Splits: t.array(
    t.intersection([t.type({ Weight: t.number }), t.partial({ Service: t.string, ServiceSubset: t.string })]),
  ),
})

/** Weights are percent and count to a hundredth. */
const problemOfSplits = ({ name, content }: EntryInput): ConfigEntryProblem | null => {
  const decoded = parsed(Splits, content)
  if (decoded === null || decoded.Splits.length === 0) return { type: 'NoSplits' }
  const seen = new Set<string>()
  let hundredths = 0
  for (const { Weight: weight, Service: service = name, ServiceSubset: subset = '' } of decoded.Splits) {
    const target = JSON.stringify([service, subset])
    if (seen.has(target)) return { type: 'SplitTwice', service, subset }
    seen.add(target)
    hundredths += Math.round(weight * 100)
  }
  return hundredths === 10_000 ? null : { type: 'SplitSum', sum: hundredths / 100 }
}

const problemOfSources = (
  destination: ByteString,
  sources: readonly SourceInput[],
  metaAllowed: boolean,
): ConfigEntryProblem | null => {
  if (isPartial(destination)) return { type: 'PartialWildcard', at: null }
  if (sources.length === 0) return { type: 'NoSources' }
  for (const [at, source] of sources.entries()) {
    const problem = problemOfSource(destination, source, at, metaAllowed)
    if (problem !== null) return problem
    const twice = sources.slice(0, at).some((earlier) => sameName(earlier.name, source.name))
    if (twice) return { type: 'SourceTwice', at, name: source.name }
  }
  return null
}

const problemOfSource = (
  destination: ByteString,
  source: SourceInput,
  at: number,
  metaAllowed: boolean,
): ConfigEntryProblem | null => {
  const bad = (why: SourceProblem): ConfigEntryProblem => ({ type: 'BadSource', at, why })
  const { action, permissions } = source
  if (source.name === '') return bad('no name')
  if (isPartial(source.name)) return { type: 'PartialWildcard', at }
  if (source.sourceType !== '' && source.sourceType !== 'consul') return bad('type')
  if (source.description.length > maxDescriptionBytes) return bad('description too long')
  if (!metaAllowed && source.legacyMeta !== null && source.legacyMeta.length > 0) return bad('metadata')
  if (permissions === null) return isVerdict(action) ? null : bad('action')
  if (action !== '') return bad('action beside permissions')
  if (destination === wildcard) return bad('permissions for every destination')
  return problemOfPermissions(permissions, at)
}

const Permissions = t.array(t.partial({ Action: t.string }))

const problemOfPermissions = (permissions: ByteString, at: number): ConfigEntryProblem | null => {
  const wrong = (parsed(Permissions, permissions) ?? [{}]).findIndex(({ Action: action }) => !isVerdict(action))
  return wrong === -1 ? null : { type: 'BadPermission', at, permission: wrong }
}

const isVerdict = (action: string | undefined): boolean => action === 'allow' || action === 'deny'

const isPartial = (name: ByteString): boolean => name !== wildcard && name.includes(wildcard)

/** Null for text of another shape. */
const parsed = <A>(codec: t.Decoder<unknown, A>, text: ByteString): A | null =>
  pipe(
    J.parse(text),
    E.chainW((json) => codec.decode(json)),
    E.getOrElseW(() => null),
  )
