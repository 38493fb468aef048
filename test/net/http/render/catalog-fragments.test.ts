import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CommandOf } from '../../../../src/domain/commands/all.ts'
import { array } from '../../../../src/net/json/write.ts'
import { catalogFragments } from '../../../../src/net/http/render/catalog-fragments.ts'
import type { CatalogFragments } from '../../../../src/net/http/render/catalog-fragments.ts'
import { once } from '../../../../src/net/http/render/once.ts'
import type { Keep } from '../../../../src/net/http/render/once.ts'
import { isBadFilter } from '../../../../src/projections/catalog/select.ts'
import { aCheck, aNodeRecord, aProxy, aService, deregister, register } from '../../../projections/catalog/builders.ts'
import * as ask from '../../../projections/catalog/queries.ts'
import { story } from '../../../projections/catalog/story.ts'
import type { Story } from '../../../projections/catalog/story.ts'

/** Keeps as the server does, and counts what is rendered. */
const counting = () => {
  let encodes = 0
  const keep: Keep = (render) =>
    once((record) => {
      encodes += 1
      return render(record)
    })
  return {
    keep,
    /** Encodes since it was last asked. */
    encodes: () => {
      const count = encodes
      encodes = 0
      return count
    },
  }
}

/** The one that keeps nothing. */
const afresh: Keep = (render) => render

const listOf = <R>(result: readonly R[] | { readonly type: 'BadFilter' }): readonly R[] => {
  if ('type' in result || isBadFilter(result)) throw new Error('the filter was refused')
  return result
}

const healthOf = (told: Story, { healthEntry }: CatalogFragments): string =>
  array(listOf(told.answer(ask.health('web')).result).map(healthEntry))

const instancesOf = (told: Story, { catalogService }: CatalogFragments): string =>
  array(listOf(told.answer(ask.service('web')).result).map(catalogService))

const web = (node: string, over: Parameters<typeof aCheck>[0] = {}): CommandOf<'Register'> =>
  register({
    node: { node },
    service: aService({ id: 'w' }),
    checks: [aCheck({ serviceId: 'w', ...over }), aCheck({ checkId: 'up', name: 'up' })],
  })

const threeNodes = () => {
  const told = story()
  told.tell(web('n1'), web('n2'), web('n3'))
  return told
}

describe('health/service', () => {
  test('a first answer encodes each entry with its node, its service and its checks', () => {
    const { keep, encodes } = counting()
    healthOf(threeNodes(), catalogFragments(keep))
    expect(encodes()).toBe(3 * 5)
  })
  test('after a change elsewhere nothing is encoded again', () => {
    const { keep, encodes } = counting()
    const fragments = catalogFragments(keep)
    const told = threeNodes()
    const before = healthOf(told, fragments)
    encodes()
    told.tell(register({ node: { node: 'n4' }, service: aService({ name: 'db' }) }), deregister('n4'))
    expect(healthOf(told, fragments)).toBe(before)
    expect(encodes()).toBe(0)
  })
  test('a check that turns costs that check and its entry', () => {
    const { keep, encodes } = counting()
    const fragments = catalogFragments(keep)
    const told = threeNodes()
    const before = healthOf(told, fragments)
    encodes()
    told.tell(web('n2', { status: 'critical' }))
    const after = healthOf(told, fragments)
    expect(encodes()).toBe(2)
    expect(after).not.toBe(before)
    expect(after).toContain('"Status":"critical"')
  })
  test('a node that changes costs the node and its entry', () => {
    const { keep, encodes } = counting()
    const fragments = catalogFragments(keep)
    const told = threeNodes()
    healthOf(told, fragments)
    encodes()
    told.tell(register({ node: { node: 'n3', address: '10.9.9.9' } }))
    expect(healthOf(told, fragments)).toContain('10.9.9.9')
    expect(encodes()).toBe(2)
  })
})

describe('catalog/service', () => {
  test('checks do not matter to it; a service that changes costs its own row', () => {
    const { keep, encodes } = counting()
    const fragments = catalogFragments(keep)
    const told = threeNodes()
    instancesOf(told, fragments)
    expect(encodes()).toBe(3)
    told.tell(web('n2', { status: 'critical' }))
    instancesOf(told, fragments)
    expect(encodes()).toBe(0)
    told.tell(register({ node: { node: 'n1' }, service: aService({ id: 'w', port: 81 }) }))
    expect(instancesOf(told, fragments)).toContain('"ServicePort":81')
    expect(encodes()).toBe(1)
  })
})

test('records that are equal but not the same are not taken for each other', () => {
  const { keep, encodes } = counting()
  const { node } = catalogFragments(keep)
  const one = aNodeRecord()
  expect([node(one), node(aNodeRecord({ address: '10.0.0.2' })), node(one)].map((text) => text.includes('.2'))).toEqual(
    [false, true, false],
  )
  expect(encodes()).toBe(2)
})

const text = fc.constantFrom('', 'a', '"quoted" <b>', '\xc3\xa4\xff', '\n')
const pairs = fc.constantFrom(null, [], [['k', 'v<'] as const])
const serviceInput = fc.oneof(
  fc
    .record({
      id: fc.constantFrom('s1', 's2'),
      name: fc.constantFrom('web', 'WEB', 'db'),
      port: fc.constantFrom(0, 80),
      tags: fc.constantFrom(null, [], ['a', '&']),
      meta: pairs,
      socketPath: fc.constantFrom('', '/s'),
      connect: fc.constantFrom(null, '{"Native":true}'),
      locality: fc.constantFrom(null, { region: 'r', zone: 'z' }),
    })
    .map(aService),
  fc.constantFrom('web', 'db').map((target) => aProxy(target, { id: 'p' })),
)
const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        node: fc.record({
          node: fc.constantFrom('n1', 'n2'),
          address: fc.constantFrom('10.0.0.1', '10.0.0.2'),
          meta: pairs,
        }),
        service: serviceInput,
        status: fc.constantFrom('passing', 'critical'),
        output: text,
      })
      .map(({ node, service, status, output }) => register({ node, service, checks: [aCheck({ status, output })] })),
  },
  { weight: 1, arbitrary: fc.constantFrom('n1', 'n2').map((node) => deregister(node)) },
)

/** Every list that is made of fragments, as the renderers show it. */
const everything = (told: Story, fragments: CatalogFragments): readonly string[] => [
  ...['web', 'db', 'web-sidecar'].flatMap((name) => [
    array(listOf(told.answer(ask.health(name)).result).map(fragments.healthEntry)),
    array(listOf(told.answer(ask.health(name)).result).map(fragments.queryEntry)),
    array(listOf(told.answer(ask.service(name, { connect: true })).result).map(fragments.catalogService)),
  ]),
  array(listOf(told.answer(ask.nodes()).result).map(fragments.node)),
  array(listOf(told.answer(ask.state('any')).result).map(fragments.healthCheck)),
  array(listOf(told.answer(ask.uiServices()).result).map(fragments.serviceSummary)),
  ...listOf(told.answer(ask.uiNodes()).result).flatMap(({ node, services, checks }) => [
    fragments.dumpedNode(node),
    array(services.map(fragments.bareService)),
    array(checks.map(fragments.bareCheck)),
  ]),
]

test('whatever happened, kept and fresh answers are the same bytes', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
      const kept = catalogFragments(once)
      const fresh = catalogFragments(afresh)
      const told = story()
      for (const one of commands) {
        told.tell(one)
        expect(everything(told, kept)).toEqual(everything(told, fresh))
      }
    }),
    { numRuns: 60 },
  )
})
