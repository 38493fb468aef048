import { describe, expect, test } from '@jest/globals'
import { defaultAutopilot } from '../../../src/domain/autopilot/configuration.ts'
import { poolHealth } from '../../../src/domain/autopilot/health.ts'
import type { ServerStats } from '../../../src/domain/autopilot/health.ts'

const leader = { lastTerm: 2, lastIndex: 1_000 }

const aServer = (id: string, over: Partial<ServerStats> = {}): ServerStats => ({
  id,
  voter: true,
  leader: false,
  alive: true,
  lastContactMs: 0,
  lastTerm: 2,
  lastIndex: 1_000,
  ...over,
})

const judged = (servers: readonly ServerStats[]) => poolHealth(defaultAutopilot, leader, servers)

describe('A server is healthy', () => {
  test.each<[string, Partial<ServerStats>, boolean]>([
    ['when it is all the leader wants', {}, true],
    ['at the threshold of contact', { lastContactMs: 200 }, true],
    ['not beyond it', { lastContactMs: 200.5 }, false],
    ['not when it was never heard of', { lastContactMs: null }, false],
    ['with as many entries missing as allowed', { lastIndex: 750 }, true],
    ['not with one more', { lastIndex: 749 }, false],
    ['not in an older term', { lastTerm: 1 }, false],
    ['not when gossip has it failed', { alive: false }, false],
  ])('%s', (_, over, healthy) => {
    const health = judged([aServer('a'), aServer('b', over)])
    expect([health.healthyIds.has('b'), health.healthy]).toEqual([healthy, healthy])
  })

  test('only once there is a leader', () => {
    expect(poolHealth(defaultAutopilot, { lastTerm: 0, lastIndex: 0 }, [aServer('a', { lastTerm: 0 })]).healthy).toBe(
      false,
    )
  })
})

describe('A pool tolerates the loss', () => {
  const ill = { alive: false }
  test.each<[string, readonly ServerStats[], number]>([
    ['of none when there is one server', [aServer('a')], 0],
    ['of none of two', [aServer('a'), aServer('b')], 0],
    ['of one of three', [aServer('a'), aServer('b'), aServer('c')], 1],
    ['of none of three when one is ill', [aServer('a'), aServer('b'), aServer('c', ill)], 0],
    ['of none, not less, without a quorum', [aServer('a'), aServer('b', ill), aServer('c', ill)], 0],
    ['of two of five', ['a', 'b', 'c', 'd', 'e'].map((id) => aServer(id)), 2],
    [
      'of one of three voters, whoever else is there',
      [aServer('a'), aServer('b'), aServer('c'), aServer('d', { voter: false })],
      1,
    ],
  ])('%s', (_, servers, tolerance) => {
    expect(judged(servers).failureTolerance).toBe(tolerance)
  })

  test('and an empty pool is not healthy', () => {
    expect(judged([])).toEqual({ healthy: false, failureTolerance: 0, healthyIds: new Set() })
  })
})
