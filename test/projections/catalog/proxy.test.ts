import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { connectTarget, isConnectNative, proxyOf } from '../../../src/projections/catalog/proxy.ts'
import { aProxy, aService } from './builders.ts'

describe('Whom an instance stands for over Connect', () => {
  test.each([
    ['a proxy: its target', aProxy('db'), 'db'],
    ['a native service: itself', aService({ connect: '{"Native":true}' }), 'web'],
    ['a plain service: nobody', aService(), null],
    ['a service whose document says no', aService({ connect: '{"Native":false}' }), null],
    ['a proxy without a target', aService({ kind: 'connect-proxy', proxy: '{}' }), null],
    ['a proxy without a document', aService({ kind: 'connect-proxy' }), null],
    ['a gateway', aService({ kind: 'mesh-gateway', proxy: '{"DestinationServiceName":"db"}' }), null],
  ])('%s', (_, service, target) => {
    expect(connectTarget(service)).toBe(target)
  })
})

describe('Stored documents', () => {
  test('are read once per record', () => {
    const service = aProxy('db')
    expect(proxyOf(service)).toBe(proxyOf(service))
  })
  test('of any shape are read without complaint', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (document) => {
        const service = aService({ kind: 'connect-proxy', proxy: document, connect: document })
        expect(typeof proxyOf(service).destinationServiceName).toBe('string')
        expect(typeof isConnectNative(service)).toBe('boolean')
      }),
    )
  })
  test('count what has another type as not given', () => {
    const proxy = JSON.stringify({
      DestinationServiceName: ['db'],
      LocalServicePort: 1.5,
      MeshGateway: 'local',
      TransparentProxy: null,
      Upstreams: [null, { DestinationName: 3 }],
    })
    expect(proxyOf(aService({ proxy }))).toMatchObject({
      destinationServiceName: '',
      localServicePort: 0,
      meshGatewayMode: '',
      outboundListenerPort: 0,
      upstreams: [{ destinationName: '' }, { destinationName: '' }],
    })
  })
})
