/** Config entries and intentions as the API shows them. */
import { createHash } from 'node:crypto'
import type { ByteString } from '../../../domain/bytes.ts'
import { precedence } from '../../../domain/config-entry/intention.ts'
import type { Intention } from '../../../domain/config-entry/intention.ts'
import type { Source } from '../../../domain/config-entry/record.ts'
import type { ConfigEntryRecord } from '../../../domain/decide/world.ts'
import type { StringMap } from '../../../domain/records.ts'
import { array, quote, stringMap } from '../../json/write.ts'

/** A whole entry; its content is JSON already. */
export const configEntry = ({
  kind,
  name,
  content,
  sources,
  createIndex,
  modifyIndex,
}: ConfigEntryRecord): ByteString =>
  objectOf([
    `"Kind":${quote(kind)},"Name":${quote(name)}`,
    content.slice(1, -1),
    sources === null ? '' : `"Sources":${array(sources.map((source) => sourceOf(source, name)))}`,
    `"CreateIndex":${createIndex},"ModifyIndex":${modifyIndex}`,
  ])

/** One source of a destination's entry, in the shape of the API of intentions. */
export const intention = ({ source, destination, createIndex, modifyIndex }: Intention): ByteString => {
  const { legacy } = source
  const what = objectOf([
    legacy === null ? '' : `"ID":"${legacy.id}"`,
    source.description === '' ? '' : `"Description":${quote(source.description)}`,
    `"SourceNS":"default","SourceName":${quote(source.name)}`,
    `"DestinationNS":"default","DestinationName":${quote(destination)},"SourceType":"consul"`,
    verdict(source),
    metadata('Meta', legacy?.meta ?? null),
    `"Precedence":${precedence(source.name, destination)}`,
  ])
  const history =
    legacy === null
      ? ''
      : `"CreatedAt":"${time(legacy.createdAt)}","UpdatedAt":"${time(legacy.updatedAt)}","Hash":"${hashOf(what)}"`
  return objectOf([
    what.slice(1, -1),
    history,
    `"SourcePartition":"default","DestinationPartition":"default"`,
    `"CreateIndex":${createIndex},"ModifyIndex":${modifyIndex}`,
  ])
}

const sourceOf = (source: Source, destination: ByteString): ByteString => {
  const { legacy } = source
  return objectOf([
    `"Name":${quote(source.name)}`,
    verdict(source),
    `"Precedence":${precedence(source.name, destination)}`,
    legacy === null ? '' : `"LegacyID":"${legacy.id}"`,
    '"Type":"consul"',
    source.description === '' ? '' : `"Description":${quote(source.description)}`,
    metadata('LegacyMeta', legacy?.meta ?? null),
    legacy === null
      ? ''
      : `"LegacyCreateTime":"${time(legacy.createdAt)}","LegacyUpdateTime":"${time(legacy.updatedAt)}"`,
  ])
}

const verdict = ({ action, permissions }: Source): ByteString =>
  permissions === null ? `"Action":${quote(action)}` : `"Permissions":${permissions}`

const metadata = (name: string, meta: StringMap | null): ByteString =>
  meta === null || meta.length === 0 ? '' : `"${name}":${stringMap(meta)}`

const time = (ms: number): string => new Date(ms).toISOString()

/** Tells versions of an intention apart. */
const hashOf = (text: ByteString): string => createHash('sha256').update(text, 'latin1').digest('base64')

const objectOf = (parts: readonly ByteString[]): ByteString => `{${parts.filter((part) => part !== '').join(',')}}`
