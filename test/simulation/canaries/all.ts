import {
  dedupeLost,
  emptyAnswer,
  indexReset,
  leaseTooLong,
  readNotConfirmed,
  refusalNotConfirmed,
  watcherNotWoken,
} from './answers.ts'
import type { Canary } from './canary.ts'
import { applyBeforeCommit, oldTermCommitted, wrongQuorum } from './consensus.ts'
import { foldNotAFunction, lockDelayIgnored, lockDoubleGrant, sessionKeepsLocks } from './rules.ts'
import { answeredBeforeSync, checkpointWithoutItsIndex, directoryNotSynced, voteNotSynced } from './storage.ts'

/** Every planted bug. */
export const canaries: readonly Canary[] = [
  voteNotSynced,
  answeredBeforeSync,
  directoryNotSynced,
  checkpointWithoutItsIndex,
  applyBeforeCommit,
  oldTermCommitted,
  wrongQuorum,
  leaseTooLong,
  readNotConfirmed,
  refusalNotConfirmed,
  dedupeLost,
  emptyAnswer,
  indexReset,
  watcherNotWoken,
  lockDoubleGrant,
  lockDelayIgnored,
  sessionKeepsLocks,
  foldNotAFunction,
]
