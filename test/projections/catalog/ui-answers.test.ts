import { describe, expect, test } from '@jest/globals'
import { aCheck, aProxy, aService, register } from './builders.ts'
import * as ask from './queries.ts'
import { story } from './story.ts'

const populated = () => {
  const told = story()
  told.tell(
    register({ checks: [aCheck({ name: 'serfHealth' })] }),
    register({ service: aService({ id: 'w1', tags: ['b', 'a'], meta: [['external-source', 'k8s']] }) }),
    register({
      service: aService({ id: 'w2', tags: ['c'] }),
      checks: [aCheck({ serviceId: 'w2', status: 'critical' })],
    }),
    register({ service: aProxy('web'), checks: [aCheck({ name: 'p', serviceId: 'web-sidecar', status: 'warning' })] }),
    register({ node: { node: 'n0' }, service: aProxy('ghost', { kind: 'connect-proxy' }) }),
  )
  return told
}

describe('internal/ui/services', () => {
  test('a row per service by name; a sidecar’s checks count for its target too, a node’s check once', () => {
    const { result } = populated().answer(ask.uiServices())
    expect(result).toMatchObject([
      { name: 'ghost', instanceCount: 0, nodes: [], connectedWithProxy: true, datacenter: '' },
      { name: 'ghost-sidecar', kind: 'connect-proxy', nodes: ['n0'] },
      {
        name: 'web',
        kind: '',
        datacenter: 'dc1',
        tags: ['a', 'b', 'c'],
        nodes: ['n1', 'n1'],
        externalSources: ['k8s'],
        instanceCount: 2,
        checksPassing: 1,
        checksWarning: 1,
        checksCritical: 1,
        transparentProxy: true,
        connectedWithProxy: true,
        connectNative: false,
      },
      { name: 'web-sidecar', checksPassing: 1, checksWarning: 1, checksCritical: 0, tags: null, externalSources: null },
    ])
  })
  test('the filter sees entries; a service without any left is not shown', () => {
    expect(populated().answer(ask.uiServices('Service.ID == w1')).result).toMatchObject([
      { name: 'web', instanceCount: 1, checksCritical: 0, connectedWithProxy: false },
    ])
  })
  test('a row follows its service', () => {
    const told = story()
    told.tell(register({ service: aService({ connect: '{"Native":true}' }) }))
    expect(told.answer(ask.uiServices()).result).toMatchObject([{ connectNative: true, connectedWithProxy: false }])
    told.tell(register({ service: aService(), checks: [aCheck({ serviceId: 'web', status: 'warning' })] }))
    expect(told.answer(ask.uiServices()).result).toMatchObject([{ connectNative: false, checksWarning: 1 }])
  })
})

describe('internal/ui/nodes and node', () => {
  test('nodes by name with their services and checks by id', () => {
    const { result, index } = populated().answer(ask.uiNodes())
    expect(result).toMatchObject([
      { node: { node: 'n0' }, services: [{ id: 'ghost-sidecar' }], checks: [] },
      {
        node: { node: 'n1' },
        services: [{ id: 'w1' }, { id: 'w2' }, { id: 'web-sidecar' }],
        checks: [{ checkId: 'c' }, { checkId: 'p' }, { checkId: 'serfHealth' }],
      },
    ])
    expect(index).toBe(5)
  })
  test('filtered by what is on them', () => {
    expect(populated().answer(ask.uiNodes('Checks.Status == critical')).result).toMatchObject([
      { node: { node: 'n1' } },
    ])
  })
  test('one node in any case, or none', () => {
    expect(populated().answer(ask.uiNode('N0'))).toMatchObject({ result: { node: { node: 'n0' } }, absent: false })
    expect(populated().answer(ask.uiNode('none'))).toMatchObject({ result: null, absent: true, index: 5 })
  })
})
