/**
 * The catalog as rows of a checkpoint, and back. Rows are arrays: their order is the storage format. Entries and lists
 * are not stored, they follow from the records; the counters are.
 */
import * as t from 'io-ts'
import * as E from 'fp-ts/lib/Either.js'
import { invariant } from '../../domain/invariant.ts'
import { checkFields, nodeFields, serviceFields } from '../../domain/records.ts'
import { foldCase } from '../../domain/utf8.ts'
import type { ViewRow } from '../answered.ts'
import { putCheck, putNode, putService } from './evolve.ts'
import { onNodeKey } from './key.ts'
import { checkRecord, nodeRecord, serviceRecord } from './record.ts'
import { draftCatalog, emptyCatalog, publishCatalog } from './state.ts'
import type { CatalogDraft, CatalogView } from './state.ts'

/** All rows, lazily: a node before its services, those before their checks, counters last. */
export function* encodeCatalog(catalog: CatalogView): Iterable<ViewRow & { readonly view: 'catalog' }> {
  const row = (table: string, data: unknown) => ({ view: 'catalog', table, data }) as const
  for (const { node, index } of catalog.nodes.values()) yield row('nodes', [index, ...pick(node, nodeColumns)])
  for (const service of catalog.services.values()) yield row('services', pick(service, serviceColumns))
  for (const check of catalog.checks.values()) yield row('checks', pick(check, checkColumns))
  const { serviceIndexes, connectIndexes } = catalog
  for (const name of serviceIndexes.keys()) yield row('serviceIndexes', [name, serviceIndexes.get(name)?.index ?? 0])
  for (const name of connectIndexes.keys()) yield row('connectIndexes', [name, connectIndexes.get(name)?.index ?? 0])
  yield row('indexes', pick(catalog.indexes, indexColumns))
}

/** Collects rows into a view. A row that cannot be read is our bug: checkpoints are verified before they are read. */
export const catalogLoader = (): {
  readonly row: (table: string, data: unknown) => void
  readonly done: () => CatalogView
} => {
  const draft = draftCatalog(emptyCatalog)
  draft.clean = null
  const nodeIndexes: [string, number][] = []
  return {
    row: (table, data) => {
      load(draft, nodeIndexes, table, data)
    },
    done: () => {
      for (const [name, index] of nodeIndexes) {
        const state = draft.nodes.get(name)
        if (state !== undefined) draft.nodes.set(name, { ...state, index })
      }
      return publishCatalog(draft)
    },
  }
}

const nodeColumns = [
  'id',
  'node',
  'address',
  'datacenter',
  'taggedAddresses',
  'meta',
  'locality',
  'createIndex',
  'modifyIndex',
] as const
const serviceColumns = [
  'node',
  'kind',
  'id',
  'name',
  'tags',
  'address',
  'taggedAddresses',
  'meta',
  'port',
  'socketPath',
  'weights',
  'enableTagOverride',
  'proxy',
  'connect',
  'locality',
  'createIndex',
  'modifyIndex',
] as const
const checkColumns = [
  'node',
  'checkId',
  'name',
  'status',
  'notes',
  'output',
  'serviceId',
  'serviceName',
  'serviceTags',
  'checkType',
  'interval',
  'timeout',
  'exposedPort',
  'definition',
  'createIndex',
  'modifyIndex',
] as const
const indexColumns = ['nodes', 'services', 'checks', 'checkedNodes', 'serviceExtinction', 'nodeExtinction'] as const

const modifyIndex = { modifyIndex: t.number }
const NodeRow = t.type({ ...nodeFields, ...modifyIndex })
const ServiceRow = t.type({ ...serviceFields, ...modifyIndex })
const CheckRow = t.type({ ...checkFields, ...modifyIndex })
const CounterRow = t.tuple([t.string, t.number])
const IndexesRow = t.type({
  nodes: t.number,
  services: t.number,
  checks: t.number,
  checkedNodes: t.number,
  serviceExtinction: t.number,
  nodeExtinction: t.number,
})

/** Records enter as in the fold, at index 0; the counters that this leaves are replaced by the rows that hold them. */
const load = (draft: CatalogDraft, nodeIndexes: [string, number][], table: string, data: unknown): void => {
  switch (table) {
    case 'nodes': {
      const node = read(NodeRow, table, named(nodeColumns, data, 1))
      putNode(draft, nodeRecord(node, node.modifyIndex), 0)
      nodeIndexes.push([foldCase(node.node), read(t.number, table, Array.isArray(data) ? data[0] : null)])
      break
    }
    case 'services': {
      const service = read(ServiceRow, table, named(serviceColumns, data, 0))
      const node = draft.nodes.get(foldCase(service.node))?.node
      putService(draft, serviceRecord(service, service.modifyIndex, node), 0)
      break
    }
    case 'checks': {
      const check = read(CheckRow, table, named(checkColumns, data, 0))
      const service = draft.services.get(onNodeKey(check.node, check.serviceId))
      putCheck(draft, checkRecord(check, check.modifyIndex, service), 0)
      break
    }
    case 'serviceIndexes':
    case 'connectIndexes': {
      const [name, index] = read(CounterRow, table, data)
      draft[table].set(name, { index })
      break
    }
    default: {
      invariant(table === 'indexes', `the catalog has no table ${table}`)
      draft.indexes = read(IndexesRow, table, named(indexColumns, data, 0))
    }
  }
}

const pick = <R, K extends keyof R>(record: R, columns: readonly K[]): readonly R[K][] =>
  columns.map((column) => record[column])

const named = (columns: readonly string[], data: unknown, from: number): unknown =>
  Array.isArray(data) && data.length === columns.length + from
    ? Object.fromEntries(columns.map((column, i): [string, unknown] => [column, data[i + from]]))
    : null

const read = <A>(codec: t.Decoder<unknown, A>, table: string, data: unknown): A => {
  const decoded = codec.decode(data)
  invariant(E.isRight(decoded), `a row of catalog ${table} is malformed`)
  return decoded.right
}
