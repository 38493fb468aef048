import { describe, expect, test } from '@jest/globals'
import type { Event } from '../../../src/domain/events/all.ts'
import { topic, wholeView } from '../../../src/domain/topic.ts'
import { sessionGet, sessionList, sessionsOfNode, topicsOfSession } from '../../../src/projections/session/queries.ts'
import { sessionsWorld } from '../../../src/projections/session/state.ts'
import { folded } from '../../domain/decide/given.ts'
import { keySet, sessionCreated, sessionDestroyed } from '../../domain/decide/some-events.ts'

const sessions = (...events: Event[]) => folded(events).sessions
const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id)

describe('the session view', () => {
  test('keeps what a session was created with', () => {
    const asked = {
      name: 'lock',
      node: 'N1',
      behavior: 'delete' as const,
      ttl: '45s',
      ttlMs: 45_000,
      nodeChecks: ['serfHealth'],
      serviceChecks: [{ id: 'web', namespace: '' }],
      checks: ['old'],
    }
    expect(sessionGet(sessions(keySet('x'), sessionCreated('s', asked)), 's').result).toEqual({
      id: 's',
      lockDelayMs: 15_000,
      ...asked,
      createIndex: 2,
      modifyIndex: 2,
    })
  })

  test('finds sessions by node in any spelling, ordered by id', () => {
    const view = sessions(
      sessionCreated('b', { node: 'Web' }),
      sessionCreated('a', { node: 'Web' }),
      sessionCreated('c', { node: 'web2' }),
    )
    expect(ids(sessionsOfNode(view, 'wEB').result)).toEqual(['a', 'b'])
    expect(ids(sessionsOfNode(view, 'we').result)).toEqual([])
    expect(ids(sessionList(view).result)).toEqual(['a', 'b', 'c'])
  })

  test('finds sessions by each of their checks', () => {
    const view = sessions(
      sessionCreated('a', { nodeChecks: ['Disk'] }),
      sessionCreated('b', { checks: ['disk'], serviceChecks: [{ id: 'web', namespace: '' }] }),
      sessionCreated('c', { node: 'n2', nodeChecks: ['disk'] }),
    )
    const world = sessionsWorld(view)
    expect(ids(world.ofCheck('N1', 'disk'))).toEqual(['a', 'b'])
    expect(ids(world.ofCheck('n1', 'web'))).toEqual(['b'])
    expect(ids(world.ofCheck('n2', 'disk'))).toEqual(['c'])
    expect(ids(world.ofCheck('n1', 'dis'))).toEqual([])
  })

  test('forgets a session under every name', () => {
    const view = sessions(sessionCreated('a', { nodeChecks: ['disk'] }), sessionDestroyed('a'), sessionDestroyed('a'))
    const world = sessionsWorld(view)
    expect([world.get('a'), world.ofNode('n1'), world.ofCheck('n1', 'disk'), [...world.all()]]).toEqual([
      undefined,
      [],
      [],
      [],
    ])
  })

  test('a session that is created again is found under its new names only', () => {
    const world = sessionsWorld(
      sessions(sessionCreated('a', { nodeChecks: ['disk'] }), sessionCreated('a', { node: 'n2', nodeChecks: ['cpu'] })),
    )
    expect([world.ofNode('n1'), world.ofCheck('n1', 'disk')]).toEqual([[], []])
    expect([ids(world.ofNode('n2')), ids(world.ofCheck('n2', 'cpu'))]).toEqual([['a'], ['a']])
  })

  test('answers carry the index of the table, at least 1, and say what to wait for', () => {
    expect(sessionList(sessions())).toEqual({ index: 1, result: [], topics: [wholeView('session')], absent: false })
    const view = sessions(sessionCreated('a'), keySet('x'), sessionCreated('b'), keySet('x'))
    expect(sessionGet(view, 'a')).toMatchObject({ index: 3, topics: [topic('session', 'a')], absent: false })
    expect(sessionGet(view, 'none')).toMatchObject({ index: 3, result: null, absent: true })
    expect(sessionsOfNode(view, 'N1')).toMatchObject({ index: 3, topics: [topic('session.node', 'n1')] })
    expect(sessionList(sessions(sessionCreated('a'), sessionDestroyed('a'))).index).toBe(2)
  })

  test('both events touch the session and its node', () => {
    const topics = [topic('session', 's'), topic('session.node', 'n1')]
    expect(topicsOfSession(sessionCreated('s', { node: 'N1' }))).toEqual(topics)
    expect(topicsOfSession(sessionDestroyed('s', { node: 'n1' }))).toEqual(topics)
  })
})
