/** What the checkers are told of a running cluster. */
import type { LogFault } from '../../src/log/driver/fault.ts'
import type { Event } from '../../src/domain/events/all.ts'
import type { Message } from '../../src/log/raft/types.ts'
import type { AppendBatch, LogStore } from '../../src/log/store/types.ts'
import type { CommittedBatch } from '../../src/log/types.ts'
import type { Views } from '../../src/projections/views.ts'
import type { SimServer } from './server.ts'

export type Taps = {
  readonly sent: (message: Message) => void
  readonly delivered: (server: SimServer, message: Message) => void
  readonly appended: (server: string, batch: AppendBatch) => void
  readonly readFromStore: (server: string) => void
  readonly compacted: (server: string) => void
  readonly opened: (server: string, store: LogStore) => void
  readonly published: (server: SimServer, batch: CommittedBatch<Views, Event>) => void
  readonly crashing: (server: SimServer) => void
  /** The log stopped itself, or did not open. */
  readonly fatal: (server: SimServer, fault: Fault) => void
}

export type Fault = LogFault | { readonly type: 'Open'; readonly what: string }
