/**
 * The instances of a service, or of what answers for it over Connect, with the index and the topic that go with them.
 * Lists are made once per state: the counter under a name is a new object whenever anything in its list changed.
 */
import { foldCase } from '../../domain/utf8.ts'
import type { Topic } from '../../domain/topic.ts'
import { valuesWithPrefix } from '../tree.ts'
import { groupKey } from './key.ts'
import type { Catalog, Counter, HealthEntry, ServiceInstance } from './state.ts'
import { connectTopic, serviceTopic } from './touched.ts'

export type Lists = {
  readonly entries: readonly HealthEntry[]
  readonly instances: readonly ServiceInstance[]
  /** Entries that have nothing but passing checks. */
  readonly passing: readonly HealthEntry[]
}

/** `lists` undefined: there is no instance at all. `index` counts node, service and checks of every instance. */
export type Group = { readonly lists: Lists | undefined; readonly index: number; readonly topic: Topic }

/** `withChecks`: health reads fall back to the newest of three tables when there is no instance, catalog reads of two. */
export const instancesOf = (catalog: Catalog, name: string, connect: boolean, withChecks: boolean): Group => {
  const group = foldCase(name)
  const counter = (connect ? catalog.connectIndexes : catalog.serviceIndexes).get(group)
  const topic = connect ? connectTopic(name) : serviceTopic(name)
  if (counter !== undefined) return { lists: listsOf(catalog, counter, group, connect), index: counter.index, topic }
  const { nodes, services, checks, serviceExtinction } = catalog.indexes
  const tables = Math.max(nodes, services, withChecks ? checks : 0)
  const ofService = connect ? (catalog.serviceIndexes.get(group)?.index ?? 0) : 0
  return { lists: undefined, index: Math.max(1, serviceExtinction || ofService || tables), topic }
}

/**
 * Entries without any check that is not passing. Removal swaps with the last one, which clients may see as a change of
 * order (reference: section 11).
 */
export const passingOf = (entries: readonly HealthEntry[]): readonly HealthEntry[] => {
  if (entries.every(isPassing)) return entries
  const kept = [...entries]
  let count = kept.length
  for (let i = 0; i < count;) {
    const entry = kept[i]
    const last = kept[count - 1]
    if (entry === undefined || last === undefined || isPassing(entry)) {
      i += 1
      continue
    }
    kept[i] = last
    count -= 1
  }
  return kept.slice(0, count)
}

const isPassing = (entry: HealthEntry): boolean => entry.checks.every((check) => check.status === 'passing')

/** Not state: what a counter's group looks like, made when first asked for and gone with the counter. */
const made = new WeakMap<Counter, Lists>()

const listsOf = (catalog: Catalog, counter: Counter, group: string, connect: boolean): Lists => {
  const known = made.get(counter)
  if (known !== undefined) return known
  const entries = connect ? reachedOverConnect(catalog, group) : valuesWithPrefix(catalog.instances, groupKey(group))
  const lists = { entries, instances: entries.map((entry) => entry.instance), passing: passingOf(entries) }
  made.set(counter, lists)
  return lists
}

const reachedOverConnect = (catalog: Catalog, group: string): readonly HealthEntry[] =>
  valuesWithPrefix(catalog.connect, groupKey(group)).flatMap((key) => catalog.instances.get(key) ?? [])
