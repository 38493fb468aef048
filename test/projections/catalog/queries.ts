/** Queries with the values that most tests do not care about. */
import type { QueryOf } from '../../../src/domain/queries/all.ts'

const selection = { nodeMeta: [], near: '', filter: null }

export const nodes = (over: Partial<QueryOf<'catalog.nodes'>> = {}): QueryOf<'catalog.nodes'> => ({
  type: 'catalog.nodes',
  ...selection,
  ...over,
})
export const services = (over: Partial<QueryOf<'catalog.services'>> = {}): QueryOf<'catalog.services'> => ({
  type: 'catalog.services',
  ...selection,
  ...over,
})
export const service = (name: string, over: Partial<QueryOf<'catalog.service'>> = {}): QueryOf<'catalog.service'> => ({
  type: 'catalog.service',
  service: name,
  tags: [],
  connect: false,
  ...selection,
  ...over,
})
export const node = (name: string, filter: string | null = null): QueryOf<'catalog.node'> => ({
  type: 'catalog.node',
  node: name,
  filter,
})
export const healthNode = (name: string, filter: string | null = null): QueryOf<'health.node'> => ({
  type: 'health.node',
  node: name,
  filter,
})
export const checks = (name: string, over: Partial<QueryOf<'health.checks'>> = {}): QueryOf<'health.checks'> => ({
  type: 'health.checks',
  service: name,
  ...selection,
  ...over,
})
export const state = (name: string, over: Partial<QueryOf<'health.state'>> = {}): QueryOf<'health.state'> => ({
  type: 'health.state',
  state: name,
  ...selection,
  ...over,
})
export const health = (name: string, over: Partial<QueryOf<'health.service'>> = {}): QueryOf<'health.service'> => ({
  type: 'health.service',
  service: name,
  tags: [],
  connect: false,
  passing: false,
  ...selection,
  ...over,
})
export const uiNodes = (filter: string | null = null): QueryOf<'ui.nodes'> => ({ type: 'ui.nodes', filter })
export const uiNode = (name: string): QueryOf<'ui.node'> => ({ type: 'ui.node', node: name })
export const uiServices = (filter: string | null = null): QueryOf<'ui.services'> => ({ type: 'ui.services', filter })
export const gateway = (name: string): QueryOf<'catalog.gateway'> => ({ type: 'catalog.gateway', gateway: name })
export const ingress = (name: string, filter: string | null = null): QueryOf<'health.ingress'> => ({
  type: 'health.ingress',
  service: name,
  filter,
})
