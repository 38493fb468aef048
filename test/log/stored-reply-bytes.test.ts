import { expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { policyActor } from '../../src/domain/actor.ts'
import { openHeader, sealEntry } from '../../src/log/stored-entry.ts'

test('the reply of a transaction that read a long value and large flags comes back from the log as it was', () => {
  const value = new Uint8Array(2_000).fill(7)
  const reply = {
    results: [
      {
        KV: { LockIndex: 0, Key: 'a\u00ff', Flags: 0xffff_ffff_ffff_ffffn, Value: value, Session: '', ModifyIndex: 0 },
      },
      { KV: { LockIndex: 0, Key: 'b', Flags: 0n, Value: null, Session: '', ModifyIndex: null } },
    ],
  }
  const entry = sealEntry(
    {
      index: 1,
      term: 1,
      kind: 'events',
      at: 1,
      epoch: '00'.repeat(16),
      featureLevel: 1,
      requestId: '11'.repeat(16),
      actor: policyActor('test', 'n1'),
      cause: null,
      note: null,
      previousHash: new Uint8Array(32),
      reply,
    },
    [],
    null,
  )
  const opened = openHeader(entry.bytes)
  expect(E.isRight(opened) && opened.right.header.reply).toEqual(reply)
})
