import type { CheckInput, NodeInput, ServiceInput } from '../../../src/domain/commands/catalog.ts'
import type { CommandOf } from '../../../src/domain/commands/all.ts'
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../src/domain/decide/world.ts'

export const aNode = (fields: Partial<NodeInput> = {}): NodeInput => ({
  id: '',
  node: 'n1',
  address: '10.0.0.1',
  datacenter: 'dc1',
  taggedAddresses: null,
  meta: null,
  locality: null,
  ...fields,
})

export const aService = (fields: Partial<ServiceInput> = {}): ServiceInput => ({
  kind: '',
  id: '',
  name: 'web',
  tags: null,
  address: '',
  taggedAddresses: null,
  meta: null,
  port: 0,
  socketPath: '',
  weights: null,
  enableTagOverride: false,
  proxy: null,
  connect: null,
  locality: null,
  ...fields,
})

export const aCheck = (fields: Partial<CheckInput> = {}): CheckInput => ({
  node: '',
  checkId: '',
  name: 'c',
  status: 'passing',
  notes: '',
  output: '',
  serviceId: '',
  serviceName: '',
  serviceTags: null,
  checkType: '',
  interval: '',
  timeout: '',
  exposedPort: 0,
  definition: null,
  ...fields,
})

export const aProxy = (target: string, fields: Partial<ServiceInput> = {}): ServiceInput =>
  aService({
    kind: 'connect-proxy',
    name: `${target}-sidecar`,
    proxy: JSON.stringify({ DestinationServiceName: target, Mode: 'transparent' }),
    ...fields,
  })

export type RegisterParts = {
  readonly node?: Partial<NodeInput>
  readonly service?: ServiceInput
  readonly checks?: readonly CheckInput[]
  readonly skipNodeUpdate?: boolean
}

export const register = (parts: RegisterParts = {}): CommandOf<'Register'> => ({
  type: 'Register',
  node: aNode(parts.node),
  skipNodeUpdate: parts.skipNodeUpdate ?? false,
  service: parts.service ?? null,
  checks: parts.checks ?? [],
})

export const deregister = (node: string, serviceId = '', checkId = ''): CommandOf<'Deregister'> => ({
  type: 'Deregister',
  node,
  serviceId,
  checkId,
})

export const aNodeRecord = (fields: Partial<NodeRecord> = {}): NodeRecord => ({
  ...aNode(),
  createIndex: 1,
  modifyIndex: 1,
  ...fields,
})

export const aServiceRecord = (fields: Partial<ServiceRecord> = {}): ServiceRecord => ({
  ...aService(),
  node: 'n1',
  id: 'web',
  weights: { passing: 1, warning: 1 },
  createIndex: 1,
  modifyIndex: 1,
  ...fields,
})

export const aCheckRecord = (fields: Partial<CheckRecord> = {}): CheckRecord => ({
  ...aCheck(),
  node: 'n1',
  checkId: 'c',
  createIndex: 1,
  modifyIndex: 1,
  ...fields,
})
