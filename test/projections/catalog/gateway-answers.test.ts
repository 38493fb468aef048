import { describe, expect, test } from '@jest/globals'
import { isBadFilter } from '../../../src/projections/catalog/select.ts'
import { topics } from '../../../src/projections/views.ts'
import { aProxy, aService, register } from './builders.ts'
import * as ask from './queries.ts'
import { story } from './story.ts'

/** A service, its proxy and an instance that calls itself an ingress gateway: nothing binds them. */
const unbound = () => {
  const told = story()
  const events = told.tell(
    register({ service: aService() }),
    register({ service: aProxy('web') }),
    register({ service: aService({ name: 'front', kind: 'ingress-gateway' }) }),
  )
  return { told, events }
}

describe('gateways that nothing is bound to', () => {
  test('expose no service, whatever is registered', () => {
    const { told } = unbound()
    expect(told.answer(ask.gateway('front'))).toMatchObject({ index: 1, result: null, absent: true })
    expect(told.answer(ask.ingress('web'))).toMatchObject({ index: 1, result: [], absent: true })
    expect(told.answer(ask.health('web')).result).toHaveLength(1)
  })
  test('are waited for under a topic of their own, in any case, that registrations do not touch', () => {
    const { told, events } = unbound()
    const waited = told.answer(ask.gateway('FRONT')).topics
    expect(waited).toEqual([{ view: 'gateway', key: 'front', subtree: false }])
    expect(told.answer(ask.ingress('Front')).topics).toEqual(waited)
    const touched = events.flatMap((event) => [...topics(event, told.views())])
    expect(touched.filter(({ view }) => view === 'gateway')).toEqual([])
  })
  test('refuse a filter that instances do not know', () => {
    const { told } = unbound()
    expect(isBadFilter(told.answer(ask.ingress('web', 'Bogus == 1')).result)).toBe(true)
    expect(told.answer(ask.ingress('web', 'Service.Port == 80')).result).toEqual([])
  })
})
