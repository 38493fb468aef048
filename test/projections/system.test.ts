import { expect, test } from '@jest/globals'
import type { Event } from '../../src/domain/events/all.ts'
import { topic } from '../../src/domain/topic.ts'
import { emptySystem } from '../../src/projections/system.ts'
import { draft, epoch, featureLevel, topics, touched, emptyViews } from '../../src/projections/views.ts'
import { folded } from '../domain/decide/given.ts'

const system = (...events: Event[]) => folded(events).system
const started = { type: 'EpochStarted', epoch: 'e1', featureLevel: 1 } as const

test('an empty log has no epoch and the first feature level', () => {
  expect(emptySystem).toEqual({ epoch: '', featureLevel: 1, servers: [], replacements: [] })
})

test('the epoch changes with a restore, the feature level when it is raised, the servers when they are configured', () => {
  const servers = [{ id: 'a', address: '127.0.0.1:8300', suffrage: 'voter' as const }]
  expect(
    system(
      started,
      { type: 'FeatureLevelRaised', featureLevel: 2 },
      { type: 'StateReplaced', epoch: 'e2', digest: 'd1', bytes: 1, fromIndex: null },
      { type: 'EventRedacted', index: 1, ordinal: 0, reason: 'secret' },
      { type: 'ServersConfigured', servers },
    ),
  ).toEqual({ epoch: 'e2', featureLevel: 2, servers, replacements: [{ index: 3, digest: 'd1' }] })
})

test('the log asks a draft for both', () => {
  const open = draft(folded([started, { type: 'FeatureLevelRaised', featureLevel: 3 }]))
  expect([epoch(open), featureLevel(open)]).toEqual(['e1', 3])
})

test('its events have topics and record keys of their own', () => {
  expect(topics(started, emptyViews)).toEqual([topic('system', 'EpochStarted')])
  expect(touched(started, emptyViews)).toEqual(['system\0EpochStarted'])
})
