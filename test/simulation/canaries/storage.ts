/** Planted bugs of storage: what is said to be durable is not, or a checkpoint lies about its place. */
import * as E from 'fp-ts/lib/Either.js'
import type { CheckpointMeta, LogStore } from '../../../src/log/store/types.ts'
import type { Canary } from './canary.ts'

const durable = Promise.resolve(E.right(undefined))

/** The vote is never written: a restarted server may vote twice in one term. */
export const voteNotSynced: Canary = {
  name: 'vote not synced',
  laws: ['election safety', 'state machine safety', 'leader completeness', 'P1', 'P2', 'no server stops itself'],
  knownSeed: 3,
  plants: {
    store: (store) => ({
      ...store,
      append: (batch) => (batch.entries.length === 0 ? durable : store.append({ ...batch, hardState: null })),
    }),
  },
}

/** Entries are acknowledged when the write begins. */
export const answeredBeforeSync: Canary = {
  name: 'answered before the sync',
  laws: ['P1', 'P2', 'leader completeness', 'state machine safety', 'no server stops itself'],
  knownSeed: 4,
  plants: {
    store: (store) => ({
      ...store,
      append: (batch) => {
        void store.append(batch)
        return durable
      },
    }),
  },
  focus: {
    serversCount: 3,
    syncMs: 5,
    faults: ['power-loss', 'power-loss-everywhere', 'slow-disk', 'partition'],
    faultGapMs: 300,
  },
}

/** New and renamed files are not made durable in their directory. */
export const directoryNotSynced: Canary = {
  name: 'directory not synced',
  laws: ['P1', 'P2', 'leader completeness', 'state machine safety', 'election safety', 'no server stops itself'],
  knownSeed: 1,
  plants: { disk: (disk) => ({ ...disk, syncDir: () => Promise.resolve() }) },
  focus: { faults: ['power-loss', 'power-loss-everywhere'], faultGapMs: 300 },
}

/** A checkpoint holds a state that is newer than the index it names: entries after that index are folded twice. */
export const checkpointWithoutItsIndex: Canary = {
  name: 'snapshot without its last index',
  laws: ['P7', 'P8', 'P3', 'no server stops itself'],
  knownSeed: 2,
  plants: {
    store: (store): LogStore => {
      let before: Omit<CheckpointMeta, 'bytes' | 'digest'> | null = null
      return {
        ...store,
        writeCheckpoint: (meta, rows) => {
          const named = before ?? meta
          before = meta
          return store.writeCheckpoint(named, rows)
        },
      }
    },
  },
  focus: {
    checkpointEntries: 16,
    segmentBytes: 4096,
    faults: ['kill', 'power-loss', 'isolated-leader'],
    faultGapMs: 300,
  },
}
