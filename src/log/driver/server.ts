/** One server's log, put together: core, leader machine, storage, snapshots and checkpoints around one driver. */
import { policyActor } from '../../domain/actor.ts'
import type { Folded } from '../leader/folded.ts'
import { createMachine, defaultLimits } from '../leader/machine.ts'
import type { LeaderOptions, Machine } from '../leader/machine.ts'
import type { RequestIds } from '../leader/request-ids.ts'
import { createRaft } from '../raft/raft.ts'
import type { Raft } from '../raft/state.ts'
import type { LogStore } from '../store/types.ts'
import { openEntry, sealEntry } from '../stored-entry.ts'
import type { AnyEvent, CommittedBatch, Domain } from '../types.ts'
import { collectContent, rowsOf } from './checkpoint-rows.ts'
import { Checkpointer, defaultCheckpointPolicy } from './checkpointer.ts'
import { Driver } from './driver.ts'
import { EntryWindow } from './entry-window.ts'
import type { Env } from './env.ts'
import type { LogOptions } from './options.ts'
import { sealOwn, stampAtEnd } from './own-entries.ts'
import { randomPool } from './random-pool.ts'
import { SnapshotReceiver, SnapshotSender } from './snapshot-transfer.ts'
import type { Received, SnapshotSource } from './snapshot-transfer.ts'
import { Snapshots } from './snapshots.ts'

/** What a start found in the store. */
export type Found<View> = {
  readonly restored: LogStore['restored']
  readonly folded: Folded<View>
  readonly requestIds: RequestIds
}

/** The parts of a server's log, wired; nothing runs before `driver.start`. */
export type Parts<View, Draft, World, Command, Event extends AnyEvent, Rejection> = {
  readonly raft: Raft
  readonly machine: Machine<View, Draft, World, Command, Event, Rejection>
  readonly driver: Driver<View, Draft, World, Command, Event, Rejection>
  readonly checkpointer: Checkpointer<View>
  readonly batchListeners: Set<(batch: CommittedBatch<View, Event>) => void>
  readonly leadershipListeners: Set<(leads: boolean) => void>
}

/** Entries kept in memory until they are folded; more is read back from the store. */
const windowBounds = { entries: 65_536, bytes: 128 * 1024 * 1024 }
const defaultDecideMs = 10
const minTickMs = 5

/** Puts a server's log together on what its store holds. */
export const assemble = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  domain: Domain<View, Draft, World, Command, Event, Rejection>,
  options: LogOptions<World, Command, Rejection>,
  env: Env,
  store: LogStore,
  found: Found<View>,
): Parts<View, Draft, World, Command, Event, Rejection> => {
  const batchListeners: Parts<View, Draft, World, Command, Event, Rejection>['batchListeners'] = new Set()
  const leadershipListeners: Parts<View, Draft, World, Command, Event, Rejection>['leadershipListeners'] = new Set()
  const bytes = randomPool(env.random)
  const published = (batch: CommittedBatch<View, Event>) => {
    let events = 0
    for (const entry of batch.entries) events += entry.events.length
    checkpointer.passed(events, 0)
    for (const listener of batchListeners) listener(batch)
  }
  const machine = createMachine(domain, leaderOptions(options, bytes, published), found.folded, found.requestIds)
  const before = () => stampAtEnd(raft, machine)
  const seal = sealOwn({ node: options.node, wall: env.wall, bytes, before })
  const seed = new DataView(Uint8Array.from(env.random(4)).buffer).getUint32(0)
  const raft: Raft = createRaft({ ...options.raft, seal, seed }, { ...found.restored, nowMs: env.now() })
  const window = new EntryWindow(windowBounds)
  window.extend(
    null,
    found.restored.tail.filter((entry) => entry.index > found.folded.root.index),
  )
  const checkpointer = new Checkpointer(store, options.checkpoints ?? defaultCheckpointPolicy, {
    committed: () => machine.committed,
    rows: ({ root }) => rowsOf(domain, root.view, machine.requestIds, root.index),
    wall: env.wall,
    durable: (index) => driver.whenDurable(index),
    compacted: (firstIndex) => driver.accept({ type: 'Compacted', firstIndex }),
    failed: (error) => options.onCheckpointFailed?.(error),
  })
  const transfer = transferParts(domain, machine, env, { bytes, firstIndex: () => raft.log.firstIndex })
  const snapshots = new Snapshots({ machine, store, window, ...transfer }, () => ({
    feed: (input) => driver.accept(input),
    broken: (thrown) => driver.broken(thrown),
    running: () => driver.running,
    persister: driver.persister,
    applier: driver.applier,
    installed: (index) => checkpointer.installed(index),
  }))
  const tickMs = options.tickMs ?? Math.max(minTickMs, options.raft.heartbeatIntervalMs / 10)
  const driver: Driver<View, Draft, World, Command, Event, Rejection> = new Driver(
    { raft, machine, store, window, snapshots },
    env,
    { id: options.raft.id, tickMs, decideMs: options.decideMs ?? defaultDecideMs },
    {
      send: options.send,
      onFatal: options.onFatal,
      onLeadership: (leads) => leadershipListeners.forEach((listener) => listener(leads)),
      onApplied: (_, passedBytes) => {
        checkpointer.passed(0, passedBytes)
        if (checkpointer.due) checkpointer.write().catch((thrown: unknown) => driver.broken(thrown))
      },
    },
  )
  return { raft, machine, driver, checkpointer, batchListeners, leadershipListeners }
}

/** What makes pieces of a snapshot, takes them, and turns a received one into rows. */
const transferParts = <View, Draft, World, Command, Event extends AnyEvent, Rejection>(
  domain: Domain<View, Draft, World, Command, Event, Rejection>,
  machine: Machine<View, Draft, World, Command, Event, Rejection>,
  env: Env,
  log: { readonly bytes: (count: number) => Uint8Array; readonly firstIndex: () => number },
) => {
  const source: SnapshotSource<View> = {
    newest: () => machine.committed,
    rows: ({ root }) => rowsOf(domain, root.view, machine.requestIds, root.index),
    usable: (index) => index + 1 >= log.firstIndex(),
    nonce: () => Buffer.from(log.bytes(8)).toString('hex'),
  }
  return {
    sender: new SnapshotSender(source, env),
    receiver: new SnapshotReceiver(() => collectContent(domain, machine.requestIds.bounds)),
    rows: ({ folded, content }: Received<View>) => rowsOf(domain, content.view, content.requestIds, folded.root.index),
  }
}

const leaderOptions = <View, World, Command, Event extends AnyEvent, Rejection>(
  options: LogOptions<World, Command, Rejection>,
  bytes: (count: number) => Uint8Array,
  published: (batch: CommittedBatch<View, Event>) => void,
): LeaderOptions<View, World, Command, Event, Rejection> => {
  const { firstCommand } = options
  const request = { actor: policyActor('epoch', options.node), note: null, cause: null, requestId: null }
  return {
    seal: sealEntry,
    open: openEntry,
    bytes,
    mayOf: options.mayOf,
    tooLarge: options.tooLarge,
    firstCommand: firstCommand === null ? null : (epoch) => ({ command: firstCommand(epoch), request }),
    limits: { ...defaultLimits, ...options.limits },
    published,
  }
}
