/** Answers to health queries over the catalog; orders are those of node name, service id and check id, in lower case. */
import type { QueryOf } from '../../domain/queries/all.ts'
import { foldCase } from '../../domain/utf8.ts'
import type { Answered } from '../answered.ts'
import type { Test } from '../filter/field.ts'
import { checkTable, entryTable } from '../filter/tables.ts'
import { valuesWithPrefix } from '../tree.ts'
import { selection } from './catalog-answers.ts'
import { instancesOf, passingOf } from './instances.ts'
import { groupKey } from './key.ts'
import { both, hasMeta, selected, withFilter } from './select.ts'
import type { BadFilter } from './select.ts'
import type { Catalog, CheckRecord, HealthEntry } from './state.ts'
import { tableTopic } from './touched.ts'

export const healthNode = (
  catalog: Catalog,
  query: QueryOf<'health.node'>,
): Answered<readonly CheckRecord[] | BadFilter> =>
  withFilter(checkTable, query.filter, (test: Test<CheckRecord> | null) =>
    ofChecks(catalog, selected(valuesWithPrefix(catalog.checks, groupKey(foldCase(query.node))), test)),
  )

/** Checks bound to instances of a service. */
export const healthChecks = (
  catalog: Catalog,
  query: QueryOf<'health.checks'>,
): Answered<readonly CheckRecord[] | BadFilter> =>
  withFilter(checkTable, query.filter, (test: Test<CheckRecord> | null) => {
    const { lists, index, topic } = instancesOf(catalog, query.service, false, true)
    const byMeta = query.nodeMeta.length > 0
    const entries = selected(lists?.entries ?? [], byMeta ? ({ node }) => hasMeta(node, query.nodeMeta) : null)
    const result = selected(serviceChecks(entries), test)
    // Selected by node, the list depends on nodes too: the service's own index covers both.
    return byMeta ? { index, result, topics: [topic], absent: lists === undefined } : ofChecks(catalog, result)
  })

/** Checks in one status, or `any`. A status that no check has gives an empty list. */
export const healthState = (
  catalog: Catalog,
  query: QueryOf<'health.state'>,
): Answered<readonly CheckRecord[] | BadFilter> =>
  withFilter(checkTable, query.filter, (test: Test<CheckRecord> | null) => {
    const checks = selected(inState(catalog, query.state), test)
    if (query.nodeMeta.length === 0) return ofChecks(catalog, checks)
    return {
      index: Math.max(1, catalog.indexes.checks, catalog.indexes.checkedNodes),
      result: checks.filter((check) => {
        const node = catalog.nodes.get(foldCase(check.node))?.node
        return node !== undefined && hasMeta(node, query.nodeMeta)
      }),
      topics: [tableTopic('checks'), tableTopic('checkedNodes')],
      absent: false,
    }
  })

/** Instances with their checks. `passing` is applied after the filter and may change the order. */
export const healthService = (
  catalog: Catalog,
  query: QueryOf<'health.service'>,
): Answered<readonly HealthEntry[] | BadFilter> =>
  withFilter(entryTable, query.filter, (filter: Test<HealthEntry> | null) => {
    const { lists, index, topic } = instancesOf(catalog, query.service, query.connect, true)
    const test = both<HealthEntry>(selection(query), filter)
    const result =
      test === null
        ? ((query.passing ? lists?.passing : lists?.entries) ?? [])
        : passingIf(query.passing, selected(lists?.entries ?? [], test))
    return { index, result, topics: [topic], absent: lists === undefined }
  })

const passingIf = (passing: boolean, entries: readonly HealthEntry[]): readonly HealthEntry[] =>
  passing ? passingOf(entries) : entries

const ofChecks = (catalog: Catalog, result: readonly CheckRecord[]): Answered<readonly CheckRecord[]> => ({
  index: Math.max(1, catalog.indexes.checks),
  result,
  topics: [tableTopic('checks')],
  absent: false,
})

const inState = (catalog: Catalog, state: string): readonly CheckRecord[] => {
  if (state !== 'any' && state !== 'passing') return valuesWithPrefix(catalog.troubled, groupKey(state))
  const all = [...catalog.checks.values()]
  return state === 'any' ? all : all.filter((check) => check.status === 'passing')
}

/** Instances come by node and id; the checks of several instances on one node go by check id among themselves. */
const serviceChecks = (entries: readonly HealthEntry[]): readonly CheckRecord[] => {
  const result: CheckRecord[] = []
  let node: HealthEntry['node'] | undefined
  let ofNode: CheckRecord[] = []
  const flush = () => {
    result.push(...ofNode.sort((a, b) => (foldCase(a.checkId) < foldCase(b.checkId) ? -1 : 1)))
    ofNode = []
  }
  for (const entry of entries) {
    if (entry.node !== node) flush()
    node = entry.node
    for (const check of entry.checks) if (check.serviceId !== '') ofNode.push(check)
  }
  flush()
  return result
}
