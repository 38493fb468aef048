/** Servers of the toy domain on test stores and virtual time. */
import * as E from 'fp-ts/lib/Either.js'
import type { LogFault } from '../../src/log/driver/fault.ts'
import { openReplicatedLog } from '../../src/log/replicated-log.ts'
import type { LogOptions, RunningLog } from '../../src/log/replicated-log.ts'
import type { Message } from '../../src/log/raft/types.ts'
import type { CommittedBatch, ExecuteError, Executed, Request } from '../../src/log/types.ts'
import { TestDisk, TestStore } from './test-store.ts'
import { aRequest, toyDomain } from './toy-domain.ts'
import type { ToyCommand, ToyEvent, ToyRejection, ToyView, ToyWorld } from './toy-domain.ts'
import { rest, VirtualTime } from './virtual-env.ts'

export type ToyLog = RunningLog<ToyView, ToyCommand, ToyEvent, ToyRejection>
export type ToyLogOptions = LogOptions<ToyWorld, ToyCommand, ToyRejection>
type Outcome = E.Either<ExecuteError<ToyRejection>, Executed>

export const timing = { heartbeatIntervalMs: 50, electionTimeoutMs: 500, leaseMs: 300 }

/** Options of a server; the cluster is what `bootstrap` lists. */
export const toyOptions = (id: string, change: Partial<ToyLogOptions> = {}): ToyLogOptions => ({
  raft: {
    clusterId: 'c',
    id,
    ...timing,
    maxEntriesPerMessage: 64,
    maxBytesPerMessage: 1024 * 1024,
    maxInflight: 4,
    snapshotChunkBytes: 512,
    memoryEntries: 64,
    memoryBytes: 1024 * 1024,
  },
  node: `node-${id}`,
  bootstrap: [{ id, address: `${id}:8300`, suffrage: 'voter' }],
  firstCommand: (epoch) => ({ type: 'Begin', epoch }),
  mayOf: () => () => true,
  tooLarge: (bytes) => ({ type: 'TooLarge', bytes }),
  send: () => undefined,
  onFatal: (fault) => {
    throw new Error(`unexpected fault: ${JSON.stringify(fault)}`)
  },
  tickMs: 10,
  ...change,
})

/** A running server and everything the test sees of it. */
export class ToyServer {
  readonly batches: CommittedBatch<ToyView, ToyEvent>[] = []
  readonly leadership: boolean[] = []
  readonly faults: LogFault[]
  readonly log: ToyLog
  readonly store: TestStore
  readonly disk: TestDisk
  readonly time: VirtualTime

  constructor(log: ToyLog, store: TestStore, disk: TestDisk, context: { time: VirtualTime; faults: LogFault[] }) {
    this.log = log
    this.store = store
    this.disk = disk
    this.time = context.time
    this.faults = context.faults
    log.onBatch((batch) => this.batches.push(batch))
    log.onLeadership((leads) => this.leadership.push(leads))
  }

  /** Asks and lets everything come to rest, without time passing. */
  async execute(command: ToyCommand, requestId: string | null = null, change: Partial<Request> = {}): Promise<Outcome> {
    const answer = this.log.execute(command, aRequest(requestId, change))
    await rest()
    return answer
  }

  /** Asks; the outcome stands in the result when it has come. */
  ask(command: ToyCommand, requestId: string | null = null): { outcome: Outcome | null } {
    const asked: { outcome: Outcome | null } = { outcome: null }
    void this.log.execute(command, aRequest(requestId)).then((outcome) => {
      asked.outcome = outcome
    })
    return asked
  }
}

/** Opens a server on a disk. It neither ticks nor hears anything before time passes. */
export const openOn = async (disk: TestDisk, time: VirtualTime, options: ToyLogOptions): Promise<ToyServer> => {
  const store = new TestStore(disk)
  const faults: LogFault[] = []
  const opened = await openReplicatedLog(
    toyDomain,
    { ...options, onFatal: (fault) => faults.push(fault) },
    time.env(),
    store,
  )
  if (E.isLeft(opened)) throw new Error(`cannot open: ${JSON.stringify(opened.left)}`)
  return new ToyServer(opened.right, store, disk, { time, faults })
}

/** A lone voter that leads and has begun its log's life. */
export const openOne = async (
  change: Partial<ToyLogOptions> = {},
  disk = new TestDisk(),
  time = new VirtualTime(),
): Promise<ToyServer> => {
  const server = await openOn(disk, time, toyOptions('s1', change))
  await rest()
  return server
}

/** Passes messages between servers; links can be cut. */
export class Network {
  readonly servers = new Map<string, ToyServer>()
  readonly cut = new Set<string>()
  /** Told of every message before it is delivered; false drops it. */
  filter: (message: Message) => boolean = () => true

  send = (message: Message): void => {
    setImmediate(() => {
      const { from, to } = message
      if (this.cut.has(from) || this.cut.has(to) || !this.filter(message)) return
      this.servers.get(to)?.log.receive(message)
    })
  }
}
