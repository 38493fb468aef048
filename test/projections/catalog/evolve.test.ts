import { describe, expect, test } from '@jest/globals'
import type { CatalogEvent } from '../../../src/domain/events/catalog.ts'
import { encodeCatalog } from '../../../src/projections/catalog/checkpoint.ts'
import { evolveCatalog } from '../../../src/projections/catalog/evolve.ts'
import { draftCatalog, emptyCatalog, forkCatalog, publishCatalog } from '../../../src/projections/catalog/state.ts'
import { catalogTopics, catalogTouched } from '../../../src/projections/catalog/touched.ts'
import { aCheck, aProxy, aService, deregister, register } from './builders.ts'
import { story } from './story.ts'

const populated = () => {
  const told = story()
  told.tell(
    register({
      node: { id: 'aaaaaaaa-0000-0000-0000-00000000000A', meta: [['k', 'v']] },
      service: aService({ tags: ['t'] }),
    }),
    register({ checks: [aCheck({ serviceId: 'web', status: 'warning', output: 'slow' })], skipNodeUpdate: true }),
    register({ node: { node: 'N2' }, service: aProxy('web'), checks: [aCheck({ name: 'disk' })] }),
    register({ node: { node: 'N3' }, service: aService({ name: 'db' }) }),
    deregister('n3'),
  )
  return told
}

/** The event of a type in the last entry. */
const lastEvent = (told: ReturnType<typeof story>, type: CatalogEvent['type']): CatalogEvent => {
  const found = told
    .entries()
    .at(-1)
    ?.find((event) => event.type === type)
  if (found === undefined || !('node' in found) || !found.type.match(/^(Node|Service|Check)/)) throw new Error(type)
  return found as CatalogEvent
}

describe('The view after a story', () => {
  test('as rows of a checkpoint', () => {
    const rows = [...encodeCatalog(populated().views().catalog)].map(({ table, data }) => [table, data])
    expect(rows).toEqual([
      ['nodes', [1, 'aaaaaaaa-0000-0000-0000-00000000000A', 'n1', '10.0.0.1', 'dc1', null, [['k', 'v']], null, 1, 1]],
      ['nodes', [3, '', 'N2', '10.0.0.1', 'dc1', null, null, null, 3, 3]],
      [
        'services',
        [
          'n1',
          '',
          'web',
          'web',
          ['t'],
          '',
          null,
          null,
          0,
          '',
          { passing: 1, warning: 1 },
          false,
          null,
          null,
          null,
          1,
          1,
        ],
      ],
      [
        'services',
        [
          'N2',
          'connect-proxy',
          'web-sidecar',
          'web-sidecar',
          null,
          '',
          null,
          null,
          0,
          '',
          { passing: 1, warning: 1 },
          false,
          '{"DestinationServiceName":"web","Mode":"transparent"}',
          null,
          null,
          3,
          3,
        ],
      ],
      ['checks', ['n1', 'c', 'c', 'warning', '', 'slow', 'web', 'web', ['t'], '', '', '', 0, null, 2, 2]],
      ['checks', ['N2', 'disk', 'disk', 'passing', '', '', '', '', null, '', '', '', 0, null, 3, 3]],
      ['serviceIndexes', ['web', 2]],
      ['serviceIndexes', ['web-sidecar', 3]],
      ['connectIndexes', ['web', 3]],
      ['indexes', [5, 5, 3, 0, 5, 5]],
    ])
  })
  test('without events is the view it was', () => {
    const { catalog } = populated().views()
    expect(publishCatalog(draftCatalog(catalog))).toBe(catalog)
    expect(publishCatalog(draftCatalog(emptyCatalog))).toBe(emptyCatalog)
  })
  test('a fork sees what the draft has folded and leaves it alone', () => {
    const draft = draftCatalog(populated().views().catalog)
    evolveCatalog(draft, { type: 'NodeDeregistered', node: 'n1', id: '' }, { index: 9, at: 0 })
    const fork = forkCatalog(draft)
    evolveCatalog(fork, { type: 'NodeDeregistered', node: 'N2', id: '' }, { index: 10, at: 0 })
    expect([...publishCatalog(draft).nodes.keys()]).toEqual(['n2'])
    expect([...publishCatalog(fork).nodes.keys()]).toEqual([])
  })
  test('the fold is total: events about what is not there change only indexes', () => {
    const draft = draftCatalog(emptyCatalog)
    const strays: readonly CatalogEvent[] = [
      { type: 'NodeDeregistered', node: 'x', id: '' },
      { type: 'ServiceDeregistered', node: 'x', id: 'y', name: 'z', cause: 'request' },
      { type: 'CheckDeregistered', node: 'x', checkId: 'y', serviceId: '', serviceName: '', cause: 'request' },
    ]
    for (const event of strays) evolveCatalog(draft, event, { index: 7, at: 0 })
    expect([...encodeCatalog(publishCatalog(draft))]).toEqual([
      { view: 'catalog', table: 'indexes', data: [7, 7, 7, 0, 0, 7] },
    ])
  })
})

describe('What an event touches', () => {
  const touched = (
    told: ReturnType<typeof story>,
    command: ReturnType<typeof register>,
    type: CatalogEvent['type'],
  ) => {
    const before = told.views().catalog
    told.tell(command)
    const event = lastEvent(told, type)
    const topics = catalogTopics(event, before).map(({ view, key, subtree }) => [view, key, subtree])
    expect(topics.every(([, , subtree]) => subtree === false)).toBe(true)
    return { topics: topics.map(([view, key]) => `${view}:${key}`), keys: catalogTouched(event, before) }
  }

  test('a node record: its table, itself, its services, and tables selected by its metadata if it has checks', () => {
    expect(touched(populated(), register({ node: { node: 'n2', address: '1.1.1.1' } }), 'NodeRegistered')).toEqual({
      topics: ['catalog:nodes', 'node:n2', 'service:web-sidecar', 'connect:web', 'catalog:checkedNodes'],
      keys: ['nodes\0n2', 'services\0web-sidecar'],
    })
  })
  test('a rename also belongs to the story of the old name', () => {
    const id = 'aaaaaaaa-0000-0000-0000-00000000000A'
    expect(touched(populated(), register({ node: { node: 'n9', id } }), 'NodeRegistered').keys).toEqual([
      'nodes\0n9',
      'nodes\0n1',
    ])
  })
  test('a service: its table, its node, its name and the one it answers for, old and new', () => {
    const moved = register({ node: { node: 'N2' }, service: aProxy('db', { id: 'web-sidecar' }), skipNodeUpdate: true })
    expect(touched(populated(), moved, 'ServiceRegistered')).toEqual({
      topics: ['catalog:services', 'node:n2', 'service:db-sidecar', 'connect:db', 'service:web-sidecar', 'connect:web'],
      keys: ['nodes\0n2', 'services\0db-sidecar', 'services\0web-sidecar'],
    })
  })
  test('a check of a service: its table, itself, that service', () => {
    const turned = register({ checks: [aCheck({ serviceId: 'web', status: 'critical' })], skipNodeUpdate: true })
    expect(touched(populated(), turned, 'CheckStatusChanged')).toEqual({
      topics: ['catalog:checks', 'check:n1\0\0c', 'service:web'],
      keys: ['nodes\0n1', 'checks\0n1\0\0c', 'services\0web'],
    })
  })
  test('a check of a node: every service on it', () => {
    const turned = register({ node: { node: 'n2' }, checks: [aCheck({ name: 'disk', output: 'x' })] })
    expect(touched(populated(), turned, 'CheckStatusChanged').topics).toEqual([
      'catalog:checks',
      'check:n2\0\0disk',
      'service:web-sidecar',
      'connect:web',
    ])
  })
})
