/**
 * Every event ever released can be read: one stored sample per type and version, in `test/vectors/events`. For a new event,
 * or a new version, add it to `event-samples.ts` and run this test with `UPDATE=1`: it writes the file that is missing.
 * Only an event that no release has written yet may change its shape: then its file is deleted and made anew.
 */
import { describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { allEvents } from '../../src/domain/events/all.ts'
import type { Event } from '../../src/domain/events/all.ts'
import { upcasts } from '../../src/domain/upcasts.ts'
import { eventCodec } from '../../src/log/event-codec.ts'
import { openEntry, sealEntry } from '../../src/log/stored-entry.ts'
import { origin } from '../../src/log/store/log-state.ts'
import { eventSamples } from './event-samples.ts'
import { aDraft } from './store/entries.ts'
import { fromText, readVector, toText, writeMissing } from './vector-file.ts'

const dir = new URL('../vectors/events/', import.meta.url).pathname
const codec = eventCodec<Event>(allEvents, upcasts)
const declared = Object.values(allEvents)
const fileOf = (type: string, version: number) => `${type}.${version}.hex`

const note = (type: string, version: number, since: number) =>
  `${type}, version ${version}, feature level ${since}: as stored; never edited, every later release reads it.\n` +
  'salt, payload, event digest; then the fields as read, $uint64 and $bytes marking what JSON lacks.'

for (const { type, version, since } of declared) {
  const event = eventSamples[type]
  const salt = createHash('sha256').update(type).digest().subarray(0, 16)
  const frame = { type, version, salt, payload: codec.encode(event) }
  const opened = openEntry(sealEntry(aDraft(origin), [frame], null).bytes)
  const digest = E.isRight(opened) ? opened.right.events[0]!.digest : new Uint8Array()
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  const fields = { salt: hex(salt), payload: hex(frame.payload), digest: hex(digest), fields: toText(event) }
  writeMissing(dir + fileOf(type, version), note(type, version, since), fields)
}

describe('The corpus of stored events', () => {
  test('has a sample of every declared type and version', () => {
    const files = new Set(readdirSync(dir))
    expect(declared.filter(({ type, version }) => !files.has(fileOf(type, version)))).toEqual([])
  })

  test.each(readdirSync(dir))('%s is read as it was, and written as it is stored', (file) => {
    const [type = '', version = ''] = file.split('.')
    const vector = readVector(dir + file)!
    const payload = Buffer.from(vector.get('payload')!, 'hex')
    const event = codec.decode(type, Number(version), payload)
    expect(event).toEqual(E.right(fromText(vector.get('fields')!)))
    const current = declared.some((each) => each.type === type && each.version === Number(version))
    if (current) expect(E.map(codec.encode)(event)).toEqual(E.right(payload))
  })

  test.each(readdirSync(dir))('%s has the event digest that the format defines', (file) => {
    const [type = '', version = ''] = file.split('.')
    const vector = readVector(dir + file)!
    const of = (name: string) => Buffer.from(vector.get(name)!, 'hex')
    const digest = createHash('sha256')
      .update(of('salt'))
      .update(Buffer.from([type.length, ...Buffer.from(type, 'latin1'), Number(version) & 0xff, Number(version) >> 8]))
      .update(of('payload'))
      .digest('hex')
    expect(digest).toBe(vector.get('digest'))
  })
})
