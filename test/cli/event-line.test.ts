import { describe, expect, test } from '@jest/globals'
import { eventHeadline, eventLine, whatHappened } from '../../src/cli/event-line.ts'
import { parseJson } from '../../src/cli/json.ts'
import { allEvents } from '../../src/domain/events/all.ts'
import type { Tree } from '../../src/cli/tree.ts'

/** An event as `/v1/log` gives it. */
const anEvent = (type: string, payload: object | null, more: object = {}): Tree => {
  const event = {
    Index: 5,
    Ordinal: 0,
    Time: '2026-11-23T10:02:11.123Z',
    Type: type,
    Key: 'the key',
    Actor: { Token: 'anonymous', Node: 'n1', Address: '127.0.0.1', Via: 'http' },
    Note: '',
    Cause: '',
    Payload: payload,
    ...more,
  }
  const parsed = parseJson(JSON.stringify(event))
  return parsed.ok ? parsed.tree : null
}

const value = (text: string | Buffer) => Buffer.from(text).toString('base64')
const id = '4a2c1111-2222-3333-4444-555555555555'

describe('What happened, in words', () => {
  test.each<[string, object, string]>([
    ['KeySet', { Key: 'app/greeting', Value: value('hello') }, 'app/greeting = "hello"'],
    ['KeySet', { Key: 'k', Value: '' }, 'k = ""'],
    ['KeySet', { Key: 'k', Value: value('x'.repeat(41)) }, `k = "${'x'.repeat(40)}…"`],
    ['KeySet', { Key: 'k', Value: value('a\nb') }, 'k = "a\\nb"'],
    ['KeySet', { Key: 'k', Value: value(Buffer.from([0xff, 0])) }, 'k = (2 bytes)'],
    ['KeySet', { Key: 'k', Value: value('\u001b[31m') }, 'k = (5 bytes)'],
    ['KeySet', { Key: 'a\u001b[31mb', Value: '' }, 'a [31mb = ""'],
    ['KeyLocked', { Key: 'app/leader', Session: id }, 'app/leader by 4a2c…'],
    ['PreparedQueryDefined', { ID: id, Name: 'geo-', Service: { Service: 'web' } }, 'geo- for service web'],
    ['PreparedQueryRemoved', { ID: id, Name: '', Cause: 'session' }, '4a2c… because of its session'],
    [
      'AutopilotConfigured',
      { LastContactThresholdMs: 200, MaxTrailingLogs: 250, MinQuorum: 0 },
      'last contact 200 ms, trailing 250, quorum 0',
    ],
    ['KeyUnlocked', { Key: 'k', Cause: 'request', LockDelayUntil: null }, 'k'],
    [
      'KeyUnlocked',
      { Key: 'app/leader', Cause: 'session', LockDelayUntil: 1795428206000 },
      'app/leader because of its session, free again after 10:03:26',
    ],
    ['KeyDeleted', { Key: 'k', Cause: 'session', LockDelayUntil: null }, 'k because of its session'],
    ['TreeDeleted', { Prefix: 'a/', KeysCount: 3 }, 'a/* (3 keys)'],
    ['TombstonesReaped', { UpTo: 9 }, 'up to index 9'],
    ['SessionCreated', { ID: id, Node: 'n1', TTL: '15s' }, '4a2c… on node n1, ttl 15s'],
    ['SessionCreated', { ID: id, Node: 'n1', TTL: '' }, '4a2c… on node n1'],
    [
      'SessionDestroyed',
      { ID: id, Cause: 'ttl', LastRenewalAt: 1795428161000 },
      '4a2c… because of ttl, last renewal 10:02:41',
    ],
    ['NodeRegistered', { Node: 'n1', Address: '10.0.0.1' }, 'n1 at 10.0.0.1'],
    ['NodeDeregistered', { Node: 'n1' }, 'n1'],
    [
      'ServiceRegistered',
      { ServiceName: 'web', ServiceID: 'web-1', Node: 'n1', Port: 80 },
      'web (web-1) on n1, port 80',
    ],
    [
      'ServiceDeregistered',
      { ServiceName: 'web', ServiceID: 'w', Node: 'n1', Cause: 'node' },
      'web (w) on n1 because of its node',
    ],
    ['CheckRegistered', { CheckID: 'c', Node: 'n1', Status: 'passing' }, 'c on n1: passing'],
    [
      'CheckStatusChanged',
      { CheckID: 'c', Node: 'n1', PreviousStatus: 'passing', Status: 'critical' },
      'c on n1: passing -> critical',
    ],
    ['CheckDeregistered', { CheckID: 'c', Node: 'n1', Cause: 'request' }, 'c on n1'],
    ['EpochStarted', { Epoch: 'abcdef', FeatureLevel: 1 }, 'abcd…, feature level 1'],
    ['FeatureLevelRaised', { FeatureLevel: 2 }, 'to 2'],
    ['StateReplaced', { Epoch: 'abcdef', Bytes: 7 }, 'by a backup of 7 bytes, epoch abcd…'],
    ['EventRedacted', { Index: 3, Ordinal: 1, Reason: 'secret' }, '3.1: secret'],
    ['ServersConfigured', { Servers: [{ ID: id, Address: '10.0.0.1:8300' }] }, '4a2c… 10.0.0.1:8300'],
    ['SomethingNew', { X: 1 }, 'the key'],
  ])('%s %j', (type, payload, words) => expect(whatHappened(anEvent(type, payload))).toBe(words))

  test('redacted events have none', () => expect(whatHappened(anEvent('KeySet', null))).toBe('(redacted)'))

  test('notes follow', () => {
    expect(whatHappened(anEvent('NodeDeregistered', { Node: 'n1' }, { Note: 'cleaning up' }))).toBe('n1 (cleaning up)')
  })
})

test('A line stands under the headline', () => {
  const line = eventLine(anEvent('KeySet', { Key: 'app/greeting', Value: value('hello') }))
  expect(`${eventHeadline}\n${line}`).toBe(
    'INDEX  TIME                  EVENT                 WHAT                                            ACTOR\n' +
      '    5  2026-11-23T10:02:11Z  KeySet                app/greeting = "hello"                          anonymous@127.0.0.1',
  )
})

test.each(Object.keys(allEvents))('%s fits its column', (type) => {
  const line = eventLine(anEvent(type, null))
  expect(line.indexOf('(redacted)')).toBe(eventHeadline.indexOf('WHAT'))
})

test('A policy is named as the actor', () => {
  const Actor = { Token: 'anonymous', Node: 'n1', Address: '', Via: 'policy:session-ttl' }
  expect(eventLine(anEvent('NodeDeregistered', { Node: 'n1' }, { Actor }))).toMatch(/ policy:session-ttl$/)
})
