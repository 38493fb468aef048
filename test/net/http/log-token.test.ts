import { expect, test } from '@jest/globals'
import { logEvent } from '../../../src/net/http/render/log-entry.ts'
import { queryDefined } from '../../prepared-query-builders.ts'

const entry = {
  index: 7,
  term: 1,
  kind: 'events',
  atMs: 0,
  epoch: '',
  actor: { token: 'anonymous', node: 'n1', address: '', via: 'http' },
  note: null,
  cause: null,
  hash: new Uint8Array(32),
  previousHash: new Uint8Array(32),
  bodyDigest: new Uint8Array(32),
  events: [],
} as const

test.each([
  ['secret', '"Token":"<hidden>"'],
  ['', '"Token":""'],
])('The log shows no token of a prepared query: %j', (token, expected) => {
  const payload = queryDefined('q1', { token })
  const shown = logEvent(entry, 0, { type: payload.type, payload, topics: [] })
    .replaceAll('\\u003c', '<')
    .replaceAll('\\u003e', '>')
  expect(shown).toContain(expected)
  expect(shown).not.toContain('secret')
})
