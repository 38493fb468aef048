import * as t from 'io-ts'
import { configEntryFields } from '../config-entry/record.ts'
import { event } from './declare.ts'

export const configEntryEvents = {
  ConfigEntryWritten: event(
    'ConfigEntryWritten',
    1,
    'A config entry was created or replaced as a whole; the intentions for a destination are one entry.',
    configEntryFields,
  ),
  ConfigEntryRemoved: event('ConfigEntryRemoved', 1, 'A config entry was removed, or lost its last intention.', {
    kind: t.string,
    name: t.string,
  }),
}

export type ConfigEntryEvent = t.TypeOf<(typeof configEntryEvents)[keyof typeof configEntryEvents]['codec']>
