/**
 * Which members wait for which topics of one view: a radix trie over topic keys. Each node holds those that wait for
 * exactly its key and those that wait for the subtree below it. Rules, with w waited for and t touched:
 *
 * | w \ t     | exact t                | subtree t                                  |
 * |-----------|------------------------|--------------------------------------------|
 * | exact w   | w = t                  | w begins with t                            |
 * | subtree w | t begins with w        | either begins with the other               |
 *
 * Costs: add, remove and an exact touch O(key length) plus the members found; a subtree touch also visits what lies
 * below it. Memory: one node per distinct key that is waited for, plus the forks.
 */
import type { ByteString } from '../domain/bytes.ts'

export type TopicTrie<M> = {
  readonly exact: Set<M>
  readonly below: Set<M>
  /** By the first character of the edge. */
  readonly edges: Map<number, Edge<M>>
}

type Edge<M> = { readonly label: ByteString; readonly node: TopicTrie<M> }

export const emptyTrie = <M>(): TopicTrie<M> => ({ exact: new Set(), below: new Set(), edges: new Map() })

/** Where a member waits: at the key itself, or at all that begins with it. */
export type Place = { readonly key: ByteString; readonly subtree: boolean }

export const addWaiter = <M>(root: TopicTrie<M>, place: Place, member: M): void => {
  const node = nodeFor(root, place.key)
  if (place.subtree) node.below.add(member)
  else node.exact.add(member)
}

export const removeWaiter = <M>(root: TopicTrie<M>, place: Place, member: M): void => {
  const path = pathTo(root, place.key)
  if (path === null) return
  const node = path.at(-1)?.edge.node ?? root
  if (place.subtree) node.below.delete(member)
  else node.exact.delete(member)
  prune(path)
}

/** Adds to `found` every member that a touched topic concerns. */
export const collectTouched = <M>(root: TopicTrie<M>, touched: Place, found: Set<M>): void => {
  let node = root
  let rest = touched.key
  while (rest !== '') {
    addAll(node.below, found)
    const edge: Edge<M> | undefined = node.edges.get(rest.charCodeAt(0))
    if (edge === undefined) return
    if (!rest.startsWith(edge.label)) {
      if (touched.subtree && edge.label.startsWith(rest)) collectAll(edge.node, found)
      return
    }
    node = edge.node
    rest = rest.slice(edge.label.length)
  }
  if (touched.subtree) collectAll(node, found)
  else {
    addAll(node.below, found)
    addAll(node.exact, found)
  }
}

/** True when nobody waits anywhere. */
export const isEmptyTrie = <M>(node: TopicTrie<M>): boolean =>
  node.exact.size === 0 && node.below.size === 0 && node.edges.size === 0

const addAll = <M>(members: Set<M>, found: Set<M>): void => {
  for (const member of members) found.add(member)
}

const collectAll = <M>(top: TopicTrie<M>, found: Set<M>): void => {
  const open = [top]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    addAll(node.exact, found)
    addAll(node.below, found)
    for (const edge of node.edges.values()) open.push(edge.node)
  }
}

const nodeFor = <M>(root: TopicTrie<M>, key: ByteString): TopicTrie<M> => {
  let node = root
  let rest = key
  while (rest !== '') {
    const first = rest.charCodeAt(0)
    const edge: Edge<M> | undefined = node.edges.get(first)
    if (edge === undefined) {
      const leaf = emptyTrie<M>()
      node.edges.set(first, { label: rest, node: leaf })
      return leaf
    }
    const shared = sharedLength(edge.label, rest)
    node = shared === edge.label.length ? edge.node : split(node, edge, shared)
    rest = rest.slice(shared)
  }
  return node
}

/** Puts a node into the middle of an edge and answers it. */
const split = <M>(parent: TopicTrie<M>, edge: Edge<M>, at: number): TopicTrie<M> => {
  const middle = emptyTrie<M>()
  middle.edges.set(edge.label.charCodeAt(at), { label: edge.label.slice(at), node: edge.node })
  parent.edges.set(edge.label.charCodeAt(0), { label: edge.label.slice(0, at), node: middle })
  return middle
}

const sharedLength = (a: string, b: string): number => {
  const end = Math.min(a.length, b.length)
  let i = 0
  while (i < end && a.charCodeAt(i) === b.charCodeAt(i)) i++
  return i
}

/** One step down: from `parent` over `edge`. */
type Step<M> = { readonly parent: TopicTrie<M>; readonly edge: Edge<M> }

/** The steps from the root to the key; null when nobody waits there. */
const pathTo = <M>(root: TopicTrie<M>, key: ByteString): readonly Step<M>[] | null => {
  const path: Step<M>[] = []
  let parent = root
  let rest = key
  while (rest !== '') {
    const edge: Edge<M> | undefined = parent.edges.get(rest.charCodeAt(0))
    if (edge === undefined || !rest.startsWith(edge.label)) return null
    path.push({ parent, edge })
    parent = edge.node
    rest = rest.slice(edge.label.length)
  }
  return path
}

/** Takes away, from the bottom up, nodes that serve nobody: empty leaves, and forks that no longer fork. */
const prune = <M>(path: readonly Step<M>[]): void => {
  for (const { parent, edge } of path.toReversed()) {
    const { node, label } = edge
    if (node.exact.size > 0 || node.below.size > 0 || node.edges.size > 1) return
    const [only] = node.edges.values()
    if (only === undefined) parent.edges.delete(label.charCodeAt(0))
    else parent.edges.set(label.charCodeAt(0), { label: label + only.label, node: only.node })
  }
}
