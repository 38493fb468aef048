/** From the body of a request to a config entry or an intention. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ByteString } from '../../../domain/bytes.ts'
import type { SourceInput } from '../../../domain/config-entry/record.ts'
import { latin1 } from '../../json/byte-string.ts'
import * as decode from '../../json/decode.ts'
import { parseJson } from '../../json/parse.ts'
import { isArray, isObject } from '../../json/value.ts'
import type { JsonObject, JsonValue } from '../../json/value.ts'
import { writeValue } from '../../json/write.ts'
import { unknownKind } from '../config-problem-text.ts'
import { fieldsOf, objectOf } from './shape.ts'
import type { Problems } from './shape.ts'
import { shapes } from './shapes.ts'

export type ConfigEntryBody = {
  readonly kind: string
  readonly name: ByteString
  readonly content: ByteString
  readonly sources: readonly SourceInput[] | null
}

/** Left: what is wrong, as clients know it, a byte string. */
export const configEntryBody = (body: Uint8Array): E.Either<ByteString, ConfigEntryBody> =>
  pipe(
    parseJson(latin1(body)),
    E.chain((json) => (isObject(json) ? E.right(json) : decode.cannotUnmarshal(json, '', 'map[string]interface {}'))),
    E.chain((document) => E.chain((kind: string) => entryOf(kind, document))(kindOf(document))),
  )

const kindOf = (document: JsonObject): E.Either<string, string> => {
  const kind = document.members.findLast(([name]) => name === 'Kind' || name === 'kind')
  if (kind === undefined) return E.left('Payload does not contain a kind/Kind key at the top level')
  return typeof kind[1] === 'string' ? E.right(kind[1]) : E.left('Kind value in payload is not a string')
}

/** What stands in the record beside its content. */
const besideContent: ReadonlySet<string> = new Set(['Kind', 'Name', 'Sources', 'CreateIndex', 'ModifyIndex'])

const entryOf = (kind: string, document: JsonObject): E.Either<ByteString, ConfigEntryBody> => {
  const shape = shapes.get(kind)
  if (shape === undefined) return E.left(unknownKind(kind))
  const problems: Problems = { unknown: [], mistyped: [] }
  const fields = fieldsOf(shape, document, '', problems)
  const problem = problemText(problems)
  if (problem !== null) return E.left(problem)
  const content = objectOf(new Map([...fields].filter(([name]) => !besideContent.has(name))))
  const name = plainText(fields.get('Name'))
  return E.map((sources: readonly SourceInput[] | null) => ({ kind, name, content, sources }))(
    sourcesOf(fields.get('Sources')),
  )
}

const problemText = ({ unknown, mistyped }: Problems): ByteString | null => {
  if (mistyped.length > 0)
    return `${mistyped.length} error(s) decoding:\n\n${mistyped.map((one) => `* ${one}`).join('\n')}`
  if (unknown.length === 0) return null
  const lines = unknown.map((name) => `\t* invalid config key "${name}"\n`).join('')
  return `${unknown.length} error${unknown.length === 1 ? '' : 's'} occurred:\n${lines}\n`
}

/** The string that a canonical text holds; '' for none. */
const plainText = (canonical: ByteString | undefined): ByteString => {
  const parsed = parseJson(canonical ?? '""')
  return E.isRight(parsed) && typeof parsed.right === 'string' ? parsed.right : ''
}

const CanonicalSource = decode.record(
  {
    Name: decode.string,
    Action: decode.string,
    Permissions: decode.json,
    Type: decode.string,
    Description: decode.string,
    LegacyMeta: decode.mapOf(decode.string),
  },
  { strict: false },
)

const sourcesOf = (canonical: ByteString | undefined): E.Either<string, readonly SourceInput[] | null> =>
  canonical === undefined
    ? E.right(null)
    : pipe(
        parseJson(canonical),
        E.chain((json) => decode.decodeValue(decode.list(CanonicalSource), json, '')),
        E.map((sources) => sources?.map(inputOf) ?? null),
      )

const inputOf = (source: decode.Decoded<typeof CanonicalSource>): SourceInput => ({
  name: source.Name,
  action: source.Action,
  permissions: permissionsText(source.Permissions),
  sourceType: source.Type,
  description: source.Description,
  legacyMeta: source.LegacyMeta,
})

const permissionsText = (permissions: JsonValue): ByteString | null =>
  isArray(permissions) && permissions.length > 0 ? writeValue(permissions) : null

/** An intention by its pair of names; both names may also stand in the query. Unknown names are ignored. */
export const IntentionBody = decode.record(
  {
    ID: decode.string,
    Description: decode.string,
    SourceNS: decode.string,
    SourceName: decode.string,
    DestinationNS: decode.string,
    DestinationName: decode.string,
    SourceType: decode.string,
    Action: decode.string,
    Permissions: decode.json,
    Meta: decode.mapOf(decode.string),
  },
  { strict: false, goType: 'structs.Intention' },
)

/** The source that an intention's body describes; its permissions in canonical form. Left: what is wrong with them. */
export const sourceIn = (
  body: decode.Decoded<typeof IntentionBody>,
  name: ByteString,
): E.Either<ByteString, SourceInput> =>
  E.map((permissions: ByteString | null) => ({
    name,
    action: body.Action,
    permissions,
    sourceType: body.SourceType,
    description: body.Description,
    legacyMeta: body.Meta,
  }))(canonicalPermissions(body.Permissions))

const canonicalPermissions = (permissions: JsonValue): E.Either<ByteString, ByteString | null> => {
  const shape = shapes.get('service-intentions')
  if (shape === undefined || permissions === null) return E.right(null)
  const problems: Problems = { unknown: [], mistyped: [] }
  const source: JsonObject = { kind: 'object', members: [['Permissions', permissions]] }
  const fields = fieldsOf(shape, { kind: 'object', members: [['Sources', [source]]] }, '', problems)
  const problem = problemText(problems)
  return problem === null
    ? E.map((sources: readonly SourceInput[] | null) => sources?.[0]?.permissions ?? null)(
        sourcesOf(fields.get('Sources')),
      )
    : E.left(problem)
}
