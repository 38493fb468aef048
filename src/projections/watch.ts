/**
 * Who waits for what: a pure machine. Topics and deadlines go in, wake-ups come out; the timer and the sockets belong
 * to its driver. A waiter is woken once and is then forgotten: by the first batch that touches one of its topics (see
 * the rules in topic-trie.ts), or by its deadline.
 *
 * Bounded by the number of waiters and of topics a waiter; keys are as long as requests may be.
 */
import { deadlines } from '../domain/deadlines.ts'
import type { Topic } from '../domain/topic.ts'
import { addWaiter, collectTouched, emptyTrie, isEmptyTrie, removeWaiter } from './topic-trie.ts'
import type { Place, TopicTrie } from './topic-trie.ts'

export type WatchLimits = { readonly waiters: number; readonly topicsEach: number }

export type Watch<W> = {
  /** False, and nothing is kept, when a bound is reached. `deadline` in ms of the driver's clock; null: none. */
  readonly register: (waiter: W, topics: readonly Topic[], deadline: number | null) => boolean
  /** Forgets a waiter that went away; unknown ones too. */
  readonly remove: (waiter: W) => void
  /** One batch of commits: the waiters that it wakes, each once, in the order of registration. */
  readonly touch: (topics: Iterable<Topic>) => readonly W[]
  /** The state was replaced: everybody. */
  readonly touchAll: () => readonly W[]
  /** The waiters whose deadline is at or before `now`. */
  readonly expire: (now: number) => readonly W[]
  /** When to call `expire` again: no deadline is earlier. Null when there is none. */
  readonly nextDeadline: () => number | null
  readonly size: () => number
}

/** An empty machine. Waiters are told apart by identity (objects) or value (ids). */
export const watch = <W>(limits: WatchLimits): Watch<W> => {
  const waiting = new Map<W, Waiting>()
  const views = new Map<string, TopicTrie<W>>()
  const timers = deadlines<W>()
  let registrations = 0

  const remove = (waiter: W): void => {
    const entry = waiting.get(waiter)
    if (entry === undefined) return
    for (const topic of entry.topics) {
      const trie = views.get(topic.view)
      if (trie === undefined) continue
      removeWaiter(trie, placeOf(topic), waiter)
      if (isEmptyTrie(trie)) views.delete(topic.view)
    }
    timers.delete(waiter)
    waiting.delete(waiter)
  }
  const take = (found: Iterable<W>): readonly W[] => {
    const order = (waiter: W) => waiting.get(waiter)?.order ?? 0
    const woken = [...found].sort((a, b) => order(a) - order(b))
    for (const waiter of woken) remove(waiter)
    return woken
  }
  return {
    register: (waiter, topics, deadline) => {
      remove(waiter)
      if (waiting.size >= limits.waiters || topics.length > limits.topicsEach) return false
      for (const topic of topics) addWaiter(trieOf(views, topic.view), placeOf(topic), waiter)
      if (deadline !== null) timers.set(waiter, deadline)
      waiting.set(waiter, { topics, order: registrations++ })
      return true
    },
    remove,
    touch: (topics) => {
      const found = new Set<W>()
      for (const topic of topics) {
        const trie = views.get(topic.view)
        if (trie !== undefined) collectTouched(trie, placeOf(topic), found)
      }
      return take(found)
    },
    touchAll: () => take(waiting.keys()),
    expire: (now) => take(timers.due(now)),
    nextDeadline: timers.next,
    size: () => waiting.size,
  }
}

type Waiting = { readonly topics: readonly Topic[]; readonly order: number }

const trieOf = <W>(views: Map<string, TopicTrie<W>>, view: string): TopicTrie<W> => {
  const known = views.get(view)
  if (known !== undefined) return known
  const made = emptyTrie<W>()
  views.set(view, made)
  return made
}

/** The whole view is the subtree of the empty key. */
const placeOf = (topic: Topic): Place =>
  topic.key === null ? { key: '', subtree: true } : { key: topic.key, subtree: topic.subtree }
