import type { ByteString } from '../../domain/bytes.ts'
import { invariant } from '../../domain/invariant.ts'
import { toText } from '../../net/json/byte-string.ts'
import { parseJson } from '../json.ts'
import type { Tree } from '../tree.ts'

/** What a renderer of the HTTP interface made, as a tree. */
export const treeOf = (rendered: ByteString): Tree => {
  const parsed = parseJson(toText(rendered))
  invariant(parsed.ok, 'a renderer made text that is no JSON')
  return parsed.tree
}
