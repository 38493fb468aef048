/**
 * The ordered table of every view: a persistent B+ tree. A published `Tree` never changes again and shares its nodes
 * with the drafts made from it; a `TreeDraft` belongs to one fold and copies only what it touches. A draft that was
 * never written publishes the very tree that it was opened on, so identity tells whether a table changed.
 *
 * Keys are byte strings (`<` is byte order then) or numbers. This is the one import of sorted-btree.
 *
 * Costs with n entries: get, set, delete O(log n); draft, fork, publish O(1); scans O(log n + visited).
 */
import sortedBTree from 'sorted-btree'
import type { ByteString } from '../domain/bytes.ts'

export type TreeKey = string | number

/** What readers may ask. A visitor that answers `false` stops the scan. */
export type Tree<V, K extends TreeKey = ByteString> = {
  readonly size: number
  readonly get: (key: K) => V | undefined
  readonly has: (key: K) => boolean
  readonly minKey: () => K | undefined
  readonly maxKey: () => K | undefined
  /** Entries with low <= key < high, in order. */
  readonly range: (low: K, high: K, visit: Visit<V, K>) => void
  readonly each: (visit: Visit<V, K>) => void
  /** Lazily, in order; only for trees that stay as they are meanwhile. */
  readonly values: () => IterableIterator<V>
  readonly keys: () => IterableIterator<K>
  /** A private copy to write to; the original is not affected. */
  readonly draft: () => TreeDraft<V, K>
}

export type TreeDraft<V, K extends TreeKey = ByteString> = Tree<V, K> & {
  readonly set: (key: K, value: V) => void
  /** False when the key was not there. */
  readonly delete: (key: K) => boolean
  /** Deletes low <= key < high and answers how many there were. */
  readonly deleteRange: (low: K, high: K) => number
  /** What was written so far, frozen; the draft may go on, on a copy. */
  readonly publish: () => Tree<V, K>
}

export type Visit<V, K> = (value: V, key: K) => false | undefined

/** The empty table with byte string keys. */
export const emptyTree = <V>(): Tree<V> => new Published<V, ByteString>(new BTree<ByteString, V>(undefined, compare))

/** The empty table with number keys. */
export const emptyNumberTree = <V>(): Tree<V, number> =>
  new Published<V, number>(new BTree<number, V>(undefined, compareNumbers))

/** Smallest string above every byte string that begins with `prefix`: bytes end at 0xff. */
export const prefixEnd = (prefix: ByteString): string => `${prefix}\u0100`

/**
 * The beginning of the keys that belong to a group, such as a session's keys: no group's beginning is the beginning of
 * another's, whatever bytes the names hold, and what follows it keeps its order.
 */
export const groupPrefix = (...names: readonly ByteString[]): string =>
  names.map((name) => `${name.length.toString()}:${name}`).join('')

/** Entries whose key begins with `prefix`, in order. */
export const eachWithPrefix = <V>(tree: Tree<V>, prefix: ByteString, visit: Visit<V, ByteString>): void =>
  tree.range(prefix, prefixEnd(prefix), visit)

/** Values of the entries whose key begins with `prefix`, in order. */
export const valuesWithPrefix = <V>(tree: Tree<V>, prefix: ByteString): readonly V[] => {
  const found: V[] = []
  eachWithPrefix(tree, prefix, (value) => {
    found.push(value)
    return undefined
  })
  return found
}

// The package is CommonJS: Node's default import is its namespace.
const BTree = sortedBTree.default
type BTree<K, V> = InstanceType<typeof BTree<K, V>>

const compare = (a: string, b: string): number => (a < b ? -1 : a === b ? 0 : 1)
const compareNumbers = (a: number, b: number): number => a - b
const stop = { break: 0 }

class Published<V, K extends TreeKey> implements Tree<V, K> {
  protected tree: BTree<K, V>

  constructor(tree: BTree<K, V>) {
    this.tree = tree
  }

  get size(): number {
    return this.tree.size
  }

  get(key: K): V | undefined {
    return this.tree.get(key)
  }

  has(key: K): boolean {
    return this.tree.has(key)
  }

  minKey(): K | undefined {
    return this.tree.minKey()
  }

  maxKey(): K | undefined {
    return this.tree.maxKey()
  }

  range(low: K, high: K, visit: Visit<V, K>): void {
    this.tree.forRange(low, high, false, (key, value) => (visit(value, key) === false ? stop : undefined))
  }

  each(visit: Visit<V, K>): void {
    this.tree.forEachPair((key, value) => (visit(value, key) === false ? stop : undefined))
  }

  values(): IterableIterator<V> {
    return this.tree.values()
  }

  keys(): IterableIterator<K> {
    return this.tree.keys()
  }

  draft(): TreeDraft<V, K> {
    return new Draft<V, K>(this.tree, this)
  }
}

class Draft<V, K extends TreeKey> extends Published<V, K> implements TreeDraft<V, K> {
  /** The published tree that this draft still equals; undefined once written. */
  private clean: Tree<V, K> | undefined

  constructor(tree: BTree<K, V>, clean: Tree<V, K> | undefined) {
    super(tree)
    this.clean = clean
  }

  set(key: K, value: V): void {
    this.own()
    this.tree.set(key, value)
  }

  delete(key: K): boolean {
    if (!this.tree.has(key)) return false // else shared nodes would be copied for nothing
    this.own()
    return this.tree.delete(key)
  }

  deleteRange(low: K, high: K): number {
    this.own()
    return this.tree.deleteRange(low, high, false)
  }

  publish(): Tree<V, K> {
    if (this.clean === undefined) {
      this.tree.freeze()
      this.clean = new Published(this.tree)
    }
    return this.clean
  }

  override draft(): TreeDraft<V, K> {
    return this.clean === undefined ? new Draft<V, K>(this.tree.clone(), undefined) : new Draft(this.tree, this.clean)
  }

  private own(): void {
    if (this.clean === undefined) return
    this.tree = this.tree.clone()
    this.clean = undefined
  }
}
