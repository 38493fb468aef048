import type { ByteString } from './bytes.ts'

/**
 * Something that can be waited for. `key` null is the whole view; `subtree` makes `key` a prefix: a tree delete of `a/`
 * touches the subtree `a/` and thereby every key and every prefix below and above it.
 */
export type Topic = { readonly view: string; readonly key: ByteString | null; readonly subtree: boolean }

/** An exact topic. */
export const topic = (view: string, key: ByteString): Topic => ({ view, key, subtree: false })

/** All topics of a view whose key begins with `prefix`. */
export const subtree = (view: string, prefix: ByteString): Topic => ({ view, key: prefix, subtree: true })

/** A view as a whole. */
export const wholeView = (view: string): Topic => ({ view, key: null, subtree: true })
