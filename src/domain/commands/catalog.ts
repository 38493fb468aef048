import * as t from 'io-ts'
import { nullable } from '../events/declare.ts'
import { JsonText, Locality, StringMap, Strings, TaggedAddresses, Weights } from '../records.ts'

/** A node as a request gives it. */
export const NodeInput = t.readonly(
  t.type({
    id: t.string,
    node: t.string,
    address: t.string,
    datacenter: t.string,
    taggedAddresses: nullable(StringMap),
    meta: nullable(StringMap),
    locality: nullable(Locality),
  }),
  'NodeInput',
)

/** A service instance as a request gives it. `weights` null: the default 1/1. */
export const ServiceInput = t.readonly(
  t.type({
    kind: t.string,
    id: t.string, // '' means: the name
    name: t.string,
    tags: nullable(Strings),
    address: t.string,
    taggedAddresses: nullable(TaggedAddresses),
    meta: nullable(StringMap),
    port: t.number,
    socketPath: t.string,
    weights: nullable(Weights),
    enableTagOverride: t.boolean,
    proxy: nullable(JsonText),
    connect: nullable(JsonText),
    locality: nullable(Locality),
  }),
  'ServiceInput',
)

/** A check as a request gives it. `node` '' means: the request's node. */
export const CheckInput = t.readonly(
  t.type({
    node: t.string,
    checkId: t.string, // '' means: the name
    name: t.string,
    status: t.string, // '' means: critical
    notes: t.string,
    output: t.string,
    serviceId: t.string,
    serviceName: t.string,
    serviceTags: nullable(Strings),
    checkType: t.string,
    interval: t.string,
    timeout: t.string,
    exposedPort: t.number,
    definition: nullable(JsonText),
  }),
  'CheckInput',
)

export type NodeInput = t.TypeOf<typeof NodeInput>
export type ServiceInput = t.TypeOf<typeof ServiceInput>
export type CheckInput = t.TypeOf<typeof CheckInput>

const verb = <const V extends string, P extends t.Props>(kind: V, fields: P) =>
  t.readonly(t.type({ kind: t.literal(kind), ...fields }), kind)
/** get, set, cas, delete, delete-cas; other names are refused by the decider. `index` is the compare index. */
const common = { verb: t.string, index: t.number }

/** Transaction verbs on the catalog. */
export const NodeOp = verb('node', { ...common, node: NodeInput })
export const ServiceOp = verb('service', { ...common, node: t.string, service: ServiceInput })
export const CheckOp = verb('check', { ...common, check: CheckInput })
export type NodeOp = t.TypeOf<typeof NodeOp>
export type ServiceOp = t.TypeOf<typeof ServiceOp>
export type CheckOp = t.TypeOf<typeof CheckOp>
