/**
 * Keys of the catalog's tables: folded names in a row. Every name but the last ends with two zero bytes, and a zero
 * byte inside it is followed by 0x01, so that keys sort as their names do and different names make different keys.
 */
import { foldCase } from '../../domain/utf8.ts'
import type { ByteString } from '../../domain/bytes.ts'

/** A name under which records are found and ordered: lower case, see `foldCase`. */
export type Folded = ByteString

/** The beginning that all keys of a group share, such as those of a node. */
export const groupKey = (name: Folded): string => `${name.includes('\0') ? name.replaceAll('\0', '\0\x01') : name}\0\0`

/** The key of something on a node: a service instance or a check. */
export const onNodeKey = (node: ByteString, id: ByteString): string => groupKey(foldCase(node)) + foldCase(id)

/** A key in a group, such as a service's instances by node and id. */
export const inGroupKey = (group: ByteString, key: string): string => groupKey(foldCase(group)) + key
