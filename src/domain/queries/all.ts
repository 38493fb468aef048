import * as t from 'io-ts'
import { nullable } from '../events/declare.ts'
import { StringMap, Strings } from '../records.ts'
import { KvRead, KvUnknown } from '../commands/kv.ts'
import { CheckOp, NodeOp, ServiceOp } from '../commands/catalog.ts'

const query = <const T extends string, P extends t.Props>(type: T, fields: P) =>
  t.readonly(t.type({ type: t.literal(type), ...fields }), type)

/** Selection shared by catalog and health lists. `nodeMeta`: all pairs must match; `filter` null: none. */
const selection = { nodeMeta: StringMap, near: t.string, filter: nullable(t.string) }

export const Query = t.union([
  query('kv.get', { key: t.string }),
  query('kv.list', { prefix: t.string }),
  query('kv.keys', { prefix: t.string, separator: t.string }),
  query('session.get', { id: t.string }),
  query('session.node', { node: t.string }),
  query('session.list', {}),
  query('transaction.read', {
    ops: t.readonlyArray(
      t.union([
        t.readonly(t.type({ kind: t.literal('kv'), op: t.union([KvRead, KvUnknown]) })),
        NodeOp,
        ServiceOp,
        CheckOp,
      ]),
    ),
  }),
  query('catalog.nodes', selection),
  query('catalog.services', selection),
  query('catalog.service', { service: t.string, tags: Strings, connect: t.boolean, ...selection }),
  query('catalog.node', { node: t.string, filter: nullable(t.string) }),
  query('catalog.gateway', { gateway: t.string }),
  query('health.node', { node: t.string, filter: nullable(t.string) }),
  query('health.checks', { service: t.string, ...selection }),
  query('health.state', { state: t.string, ...selection }),
  query('health.service', { service: t.string, tags: Strings, connect: t.boolean, passing: t.boolean, ...selection }),
  query('health.ingress', { service: t.string, filter: nullable(t.string) }),
  query('query.list', {}),
  query('query.get', { id: t.string }),
  // `query`: an id, a name, or what a template answers for; `agent`: the node whose agent was asked
  query('query.explain', { query: t.string }),
  query('query.execute', { query: t.string, connect: t.boolean, near: t.string, agent: t.string, ip: t.string }),
  query('operator.autopilot', {}),
  query('operator.usage', {}),
  query('config.get', { kind: t.string, name: t.string }),
  query('config.list', { kind: nullable(t.string), filter: nullable(t.string) }), // kind null: all
  query('intention.list', { filter: nullable(t.string) }),
  query('intention.exact', { source: t.string, destination: t.string }),
  query('intention.get', { id: t.string }),
  query('intention.match', { by: t.keyof({ source: null, destination: null }), names: Strings }),
  // `byDefault`: the answer where no intention matches
  query('intention.check', { source: t.string, destination: t.string, byDefault: t.boolean }),
  query('ui.nodes', { filter: nullable(t.string) }),
  query('ui.node', { node: t.string }),
  query('ui.services', { filter: nullable(t.string) }),
])
export type Query = t.TypeOf<typeof Query>
export type QueryOf<T extends Query['type']> = Extract<Query, { readonly type: T }>
