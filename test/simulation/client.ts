/**
 * A simulated client: one operation after the other, each tried on several servers with one request id until it is
 * answered or given up. It tells apart what certainly did not happen and what may have happened.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { KvWrite } from '../../src/domain/commands/kv.ts'
import type { Command } from '../../src/domain/commands/all.ts'
import type { Rejection } from '../../src/domain/decide/rejection.ts'
import type { Consistency } from '../../src/net/backend.ts'
import type { ExecuteError, Executed } from '../../src/log/types.ts'
import type { KvInput, KvOutput } from './checkers/kv-model.ts'
import type { Findings } from './checkers/violation.ts'
import { outputOf } from './client-output.ts'
import type { History } from './history.ts'
import type { Network } from './network.ts'
import type { SimOptions } from './options.ts'
import type { Prng } from './prng.ts'
import { cellsOf, nameOf, queryOf } from './read-cells.ts'
import type { Target } from './read-cells.ts'
import type { Scheduler } from './scheduler.ts'
import type { SimServer } from './server.ts'
import type { Situation, Situations } from './situations.ts'
import { workload } from './workload.ts'
import type { Intent, Memory } from './workload.ts'

export type Surroundings = {
  readonly options: SimOptions
  readonly clock: Scheduler
  readonly net: Network
  readonly servers: () => readonly SimServer[]
  readonly history: History
  readonly situations: Situations
  readonly findings: Findings
  readonly knowsLeader: (server: SimServer) => boolean
  /** The newest term in which somebody was seen to lead. */
  readonly newestTerm: () => number
  /** Called with each read's index as a client sees it, and with each answered operation. */
  readonly answered: (server: SimServer, query: string, index: number) => void
}

/** Ways in which one attempt on one server ends. */
type Attempt =
  | { readonly type: 'Answered'; readonly output: KvOutput; readonly stateIndex: number | null }
  | { readonly type: 'NotDone'; readonly leader: string | null } // certainly without effect
  | { readonly type: 'Unknown' }

const attemptMs = 1500
const attemptsCount = 8

/** Runs one client until `goOn` is false. Resolves when its last operation has ended. */
export const runClient = async (
  name: string,
  around: Surroundings,
  random: Prng,
  goOn: () => boolean,
): Promise<void> => {
  const { clock, options } = around
  const load = workload(options, name, random.fork('workload'))
  const memory: Memory = { indexes: new Map(), sessions: [] }
  // Half of the time is for waiting: answers take theirs, the longer the more is broken.
  const pauseMs = (0.5 * options.safetyMs * options.clientsCount) / options.operationsCount
  await clock.sleep(random.next() * pauseMs)
  while (goOn()) {
    const startedAt = clock.now()
    await operation(name, around, random, memory, load.next(memory), goOn)
    await clock.sleep(Math.max(0, startedAt + random.next() * 2 * pauseMs - clock.now()))
  }
}

const operation = async (
  name: string,
  around: Surroundings,
  random: Prng,
  memory: Memory,
  intent: Intent,
  goOn: () => boolean,
): Promise<void> => {
  const { clock, history, situations } = around
  const requestId = Buffer.from(random.bytes(16)).toString('hex')
  const input = inputOf(intent)
  const call = input === null ? null : history.call(intent.group, input, clock.now(), requestId)
  let mayHaveHappened = false
  let target = pickServer(around, random, null)
  for (let tries = 0; tries < attemptsCount; tries++) {
    if (tries > 0 && !isRead(intent)) situations.met('request retried with its id')
    const attempt = await attemptOn(target, name, around, intent, requestId, random)
    if (attempt.type === 'Answered') {
      if (mayHaveHappened && !settles(attempt.output)) break // an earlier attempt may still do what this one refused
      call?.answered(clock.now(), attempt.output, attempt.stateIndex)
      remember(memory, intent, attempt.output)
      return
    }
    if (attempt.type === 'Unknown') mayHaveHappened = true
    if (!goOn() && tries > 2) break
    await clock.sleep(random.next() * 100)
    target = pickServer(around, random, attempt.type === 'NotDone' ? attempt.leader : null)
  }
  if (mayHaveHappened) situations.met('outcome stayed unknown')
  else call?.notDone()
}

/** Whether an answer settles the operation although an earlier attempt is still open: only what changed something does. */
const settles = (output: KvOutput): boolean =>
  output.type === 'Cells' || output.type === 'Transacted' || (output.type === 'Changed' && output.ok)

const isRead = (intent: Intent) => intent.type === 'Get' || intent.type === 'List'

const pickServer = ({ servers }: Surroundings, random: Prng, hint: string | null): SimServer => {
  const all = servers()
  const hinted = hint === null ? undefined : all.find((server) => server.id === hint)
  if (hinted !== undefined && random.chance(0.8)) return hinted
  const believed = all.filter((server) => server.log()?.leads() === true)
  return believed.length > 0 && random.chance(0.75) ? random.pick(believed) : random.pick(all)
}

/** One attempt: request over the network, work on the server, answer over the network; each part may get lost. */
const attemptOn = (
  server: SimServer,
  name: string,
  around: Surroundings,
  intent: Intent,
  requestId: string,
  random: Prng,
): Promise<Attempt> =>
  new Promise((resolve) => {
    const { clock, net } = around
    let state: 'travels' | 'works' | 'over' = 'travels'
    const finish = (attempt: Attempt) => {
      if (state === 'over') return
      state = 'over'
      resolve(attempt)
    }
    const deadline = attemptMs * (0.5 + random.next())
    // A request that has not reached the server when the client gives up is never handled: its connection is closed.
    clock.after(deadline, () => finish(state === 'travels' ? { type: 'NotDone', leader: null } : { type: 'Unknown' }))
    net.send(name, server.id, () =>
      server.enter(() => {
        if (state !== 'travels') return
        state = 'works'
        void handle(server, around, intent, requestId).then((attempt) => {
          net.send(server.id, name, () => finish(attempt))
        })
      }),
    )
  })

const handle = async (server: SimServer, around: Surroundings, intent: Intent, requestId: string): Promise<Attempt> => {
  if (intent.type === 'Get' || intent.type === 'List') return handleRead(server, around, intent)
  const [backend, log] = [server.backend(), server.log()]
  if (backend === null || log === null) return { type: 'NotDone', leader: null }
  const { role, term, lastIndex: knownIndex } = log.status()
  if (role === 'leader' && around.newestTerm() > term)
    around.situations.met('old leader was asked to write while a new one led')
  const result = await backend.execute(commandOf(intent), { ...anonymous, requestId })
  if (E.isLeft(result)) return failed(around, intent, result.left)
  noteSuccess(around, server, intent, result.right, requestId, knownIndex)
  return { type: 'Answered', output: outputOf(intent, result.right), stateIndex: result.right.index }
}

const anonymous = {
  actor: { token: 'anonymous', node: 'sim', address: '', via: 'http' },
  note: null,
  cause: null,
} as const

const failed = ({ situations, findings }: Surroundings, intent: Intent, error: ExecuteError<Rejection>): Attempt => {
  switch (error.type) {
    case 'NotLeader':
      return { type: 'NotDone', leader: error.leader }
    case 'Overloaded':
      return { type: 'NotDone', leader: null }
    case 'OutcomeUnknown':
      return { type: 'Unknown' }
    case 'Failed':
      findings.found('no decider breaks', error.why)
      return { type: 'NotDone', leader: null }
    case 'Rejected': {
      const { rejection } = error
      if (rejection.type === 'InvalidSession' && intent.type === 'Change')
        return { type: 'Answered', output: { type: 'InvalidSession' }, stateIndex: null }
      if (rejection.type === 'TransactionFailed') {
        situations.met('transaction rolled back')
        const opIndexes = rejection.errors.map(({ opIndex }) => opIndex)
        return { type: 'Answered', output: { type: 'RolledBack', opIndexes }, stateIndex: null }
      }
      findings.found('no unexpected refusal', `${intent.type} was refused: ${JSON.stringify(rejection)}`)
      return { type: 'NotDone', leader: null }
    }
  }
}

/** What is checked of each acknowledged write later: it stands in the log, under its request id. */
const noteSuccess = (
  { history, situations, clock }: Surroundings,
  server: SimServer,
  intent: Intent,
  { index, reply }: Executed,
  requestId: string,
  knownIndex: number,
): void => {
  if (intent.type === 'Change' && reply === false) {
    situations.met(refusalOf(server, intent.op))
    return
  }
  // These always append when they succeed: their values are unique, a session is created once.
  const appends = intent.type === 'CreateSession' || (intent.type === 'Change' && appending.has(intent.op.verb))
  if (appends) history.acknowledged({ requestId, index, at: clock.now() })
  if (appends && index <= knownIndex) situations.met('retry answered from the table of request ids')
}

const refusalOf = (server: SimServer, op: KvWrite): Situation => {
  if (op.verb !== 'lock') return 'compare-and-set refused'
  const view = server.log()?.committed().view
  const held = view?.kv.entries.get(op.key)?.session != null
  return held ? 'lock refused because it was held' : 'lock refused during its delay'
}

const appending: ReadonlySet<string> = new Set(['set', 'cas', 'lock', 'unlock'])

const handleRead = (
  server: SimServer,
  around: Surroundings,
  intent: Extract<Intent, { type: 'Get' | 'List' }>,
): Promise<Attempt> =>
  new Promise((resolve) => {
    const backend = server.backend()
    const log = server.log()
    const { situations, clock, history } = around
    if (backend === null || log === null) {
      resolve({ type: 'NotDone', leader: null })
      return
    }
    if (!log.ready()) situations.met('read before the first apply')
    const target = targetOf(intent)
    const leads = log.leads()
    backend.read(queryOf(target), intent.consistency, (result) => {
      if (E.isLeft(result)) {
        situations.met('read refused')
        resolve({ type: 'NotDone', leader: log.status().leader })
        return
      }
      const { index, stateIndex } = result.right
      const cells = cellsOf(result.right.result)
      if (!around.knowsLeader(server))
        around.findings.found('P3 no answer before a word of a leader', `${server.id} answered at index ${stateIndex}`)
      noteRead(around, intent.consistency, leads, stateIndex)
      history.read({ server: server.id, consistency: intent.consistency, at: clock.now(), stateIndex, target, cells })
      around.answered(server, nameOf(target), index)
      resolve({ type: 'Answered', output: { type: 'Cells', cells }, stateIndex })
    })
  })

const targetOf = (intent: Extract<Intent, { type: 'Get' | 'List' }>): Target =>
  intent.type === 'Get' ? { exact: intent.key } : { prefix: intent.prefix }

const noteRead = (
  { situations, servers }: Surroundings,
  consistency: Consistency,
  leads: boolean,
  stateIndex: number,
): void => {
  const newest = Math.max(...servers().map((other) => other.log()?.committed().index ?? 0))
  if (consistency === 'default' && leads) situations.met('default read within the lease')
  if (consistency === 'consistent' && !leads) situations.met('follower confirmed a consistent read')
  if (consistency === 'stale' && stateIndex < newest) situations.met('stale read from a server that was behind')
}

/** The operation as the model knows it; null for what the model does not hold. */
const inputOf = (intent: Intent): KvInput | null => {
  switch (intent.type) {
    case 'Get':
      return intent.consistency === 'stale' ? null : { type: 'Get', key: intent.key }
    case 'List':
      return intent.consistency === 'stale' ? null : { type: 'List', prefix: intent.prefix }
    case 'Change':
      return { type: 'Change', op: intent.op }
    case 'Transact':
      return { type: 'Transact', ops: intent.ops }
    case 'CreateSession': {
      const { session, behavior, lockDelayMs, ttl } = intent
      const rules = { deletes: behavior === 'delete', delays: lockDelayMs > 0, expires: ttl !== '' }
      return { type: 'CreateSession', session, ...rules }
    }
    case 'DestroySession':
      return { type: 'EndSession', session: intent.session }
    case 'RenewSession':
      return null
  }
}

const commandOf = (intent: Exclude<Intent, { type: 'Get' | 'List' }>): Command => {
  switch (intent.type) {
    case 'Change':
      return { type: 'ChangeKey', op: intent.op }
    case 'Transact':
      return { type: 'Transact', ops: intent.ops.map((op) => ({ kind: 'kv', op })) }
    case 'CreateSession':
      return {
        type: 'CreateSession',
        id: intent.session,
        name: '',
        node: simNode,
        lockDelayMs: intent.lockDelayMs,
        behavior: intent.behavior,
        ttl: intent.ttl,
        nodeChecks: [],
        serviceChecks: null,
        checks: null,
      }
    case 'DestroySession':
      return { type: 'DestroySession', id: intent.session }
    case 'RenewSession':
      return { type: 'RenewSession', id: intent.session }
  }
}

/** The node that all sessions are bound to. */
export const simNode = 'node-1'

const remember = (memory: Memory, intent: Intent, output: KvOutput): void => {
  if (output.type === 'Cells') for (const [key, cell] of output.cells) memory.indexes.set(key, cell.modifyIndex)
  if (output.type === 'Changed' && output.ok && intent.type === 'Change')
    memory.indexes.set(intent.op.key, output.index)
  if (output.type === 'Transacted')
    for (const { key, modifyIndex } of output.results) memory.indexes.set(key, modifyIndex)
  if (intent.type === 'CreateSession') memory.sessions.push({ id: intent.session, group: intent.group })
  if (memory.sessions.length > 20) memory.sessions.shift()
}
