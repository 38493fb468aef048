import { describe, expect, test } from '@jest/globals'
import { selfRegistration } from '../../../src/domain/policies/self-registration.ts'
import type { OwnServer } from '../../../src/domain/policies/self-registration.ts'
import { aCheck, aNode, deregister, register } from '../../projections/catalog/builders.ts'
import { story } from '../../projections/catalog/story.ts'
import type { Story } from '../../projections/catalog/story.ts'

const own: OwnServer = {
  node: aNode({
    id: 'aaaaaaaa-0000-0000-0000-000000000001',
    node: 'server-1',
    taggedAddresses: [['lan', '10.0.0.1']],
    meta: [['consul-network-segment', '']],
  }),
  rpcPort: 8300,
  serviceMeta: [['raft_version', '3']],
}
const due = (told: Story, server = own) => selfRegistration(told.world().catalog, server)
const kept = () => {
  const told = story()
  told.tell(...due(told))
  return told
}

describe('A server keeps its own records', () => {
  test('node, serfHealth and the consul service in one registration', () => {
    const { catalog } = kept().world()
    expect(catalog.node('server-1')).toMatchObject(own.node)
    expect(catalog.checksOf('server-1')).toMatchObject([
      {
        checkId: 'serfHealth',
        name: 'Serf Health Status',
        status: 'passing',
        output: 'Agent alive and reachable',
        serviceId: '',
        checkType: '',
      },
    ])
    expect(catalog.servicesOf('server-1')).toMatchObject([
      { id: 'consul', name: 'consul', port: 8300, address: '', tags: null, meta: [['raft_version', '3']] },
    ])
  })
  test('and then there is nothing to do', () => {
    expect(due(kept())).toEqual([])
  })
  test.each([
    ['the address', { ...own, node: { ...own.node, address: '10.0.0.2' } }],
    ['the UUID', { ...own, node: { ...own.node, id: 'aaaaaaaa-0000-0000-0000-000000000002' } }],
    ['the port', { ...own, rpcPort: 8301 }],
    ['the versions', { ...own, serviceMeta: [] }],
  ])('until %s changes', (_, changed) => {
    const told = kept()
    expect(due(told, changed)).toMatchObject([{ type: 'Register', node: changed.node }])
  })
  test.each([
    ['the check turned', register({ node: own.node, checks: [aCheck({ name: 'serfHealth', status: 'critical' })] })],
    ['the check went', deregister('server-1', '', 'serfHealth')],
    ['the service went', deregister('server-1', 'consul')],
    ['the node went', deregister('server-1')],
  ])('or %s', (_, command) => {
    const told = kept()
    told.tell(command)
    told.tell(...due(told))
    expect(due(told)).toEqual([])
    expect(told.world().catalog.check('server-1', 'serfHealth')?.status).toBe('passing')
  })
})
