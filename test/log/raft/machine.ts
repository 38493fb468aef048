/** One machine and its messages by hand, for tests that play all the others. */
import type { Entry } from '../../../src/log/entry.ts'
import { createRaft } from '../../../src/log/raft/raft.ts'
import type { Raft } from '../../../src/log/raft/state.ts'
import { step } from '../../../src/log/raft/step.ts'
import type {
  HardState,
  Input,
  Message,
  MessageBody,
  MessageOf,
  Output,
  RaftOptions,
} from '../../../src/log/raft/types.ts'
import { configurationOf, logOf, testOptions } from './cluster.ts'
import { diskWith, restoredFrom } from './server.ts'

export type Machine = {
  readonly raft: Raft
  /** Feeds an input; every write becomes durable at once. Returns all outputs. */
  readonly feed: (input: Input) => readonly Output[]
  /** The same, but writes stay under way. */
  readonly only: (input: Input) => readonly Output[]
  readonly receive: (from: string, term: number, body: MessageBody) => readonly Output[]
  /** Lets time pass without messages. */
  readonly pass: (ms: number) => readonly Output[]
  nowMs: number
}

export type MachineOptions = {
  readonly voters?: readonly string[]
  readonly learners?: readonly string[]
  readonly terms?: readonly number[]
  readonly hardState?: HardState
  readonly options?: Partial<RaftOptions>
}

/** Server 1 of a cluster whose log has the given terms; time begins when nothing is sticky any more. */
export const machine = (given: MachineOptions = {}): Machine => {
  const { voters = ['1', '2', '3'], learners = [], terms = [1] } = given
  const entries = logOf(terms, configurationOf(voters, learners))
  const hardState = given.hardState ?? { currentTerm: terms.at(-1) ?? 0, votedFor: null }
  const options = testOptions('1', given.options)
  const raft = createRaft(options, restoredFrom(diskWith(entries, hardState), options, 0))
  const only = (input: Input) => step(raft, input)
  const feed = (input: Input) => settled(raft, only(input))
  const self: Machine = {
    raft,
    feed,
    only,
    receive: (from, term, body) => feed({ type: 'Received', message: messageTo1(from, term, body), nowMs: self.nowMs }),
    pass: (ms) => {
      const outputs: Output[] = []
      for (const until = self.nowMs + ms; self.nowMs < until;) {
        self.nowMs = Math.min(until, self.nowMs + 10)
        outputs.push(...feed({ type: 'Tick', nowMs: self.nowMs }))
      }
      return outputs
    },
    nowMs: 100,
  }
  return self
}

/** A leader of term `lastTerm + 1` whose no-op is not yet acknowledged by anybody. */
export const leader = (given: MachineOptions = {}): Machine => {
  const self = machine(given)
  const voters = given.voters ?? ['1', '2', '3']
  self.pass(200)
  const term = self.raft.currentTerm + 1
  for (const voter of voters.slice(1))
    self.receive(voter, term - 1, { type: 'PreVoteReply', granted: true, requestTerm: term })
  for (const voter of voters.slice(1)) self.receive(voter, term, { type: 'RequestVoteReply', granted: true })
  if (self.raft.role !== 'leader') throw new Error('server 1 was not elected')
  return self
}

export const messageTo1 = (from: string, term: number, body: MessageBody): Message => ({
  clusterId: 'test',
  from,
  to: '1',
  term,
  ...body,
})

export const append = (
  prev: { readonly index: number; readonly term: number },
  entries: readonly Entry[],
  commitIndex = 0,
): MessageBody => ({
  type: 'AppendEntries',
  session: 1,
  prevIndex: prev.index,
  prevTerm: prev.term,
  prevHash: null,
  entries,
  commitIndex,
  sentAt: 0,
  round: 0,
})

/** A success of a peer; `session` is what the leader gave it: 1 for the first peer, 2 for the second … */
export const ack = (session: number, matchIndex: number, sentAt = 0, round = 0): MessageBody => ({
  type: 'AppendReply',
  session,
  success: true,
  matchIndex,
  rejectedIndex: 0,
  hintIndex: 0,
  hintTerm: 0,
  sentAt,
  round,
})

export const heartbeat = (commitIndex = 0): MessageBody => ({
  type: 'Heartbeat',
  session: 1,
  commitIndex,
  sentAt: 0,
  round: 0,
})

/** Messages of one kind among outputs. */
export const sent = <T extends Message['type']>(outputs: readonly Output[], type: T): readonly MessageOf<T>[] =>
  outputs.flatMap((output) => (output.type === 'Send' && isOf(output.message, type) ? [output.message] : []))

export const outputsOf = <T extends Output['type']>(
  outputs: readonly Output[],
  type: T,
): readonly Extract<Output, { readonly type: T }>[] =>
  outputs.filter((output): output is Extract<Output, { readonly type: T }> => output.type === type)

const isOf = <T extends Message['type']>(message: Message, type: T): message is MessageOf<T> => message.type === type

const settled = (raft: Raft, first: readonly Output[]): readonly Output[] => {
  const outputs = [...first]
  for (let at = 0; at < outputs.length; at++) {
    const output = outputs[at]
    if (output?.type === 'Persist') outputs.push(...step(raft, { type: 'Persisted', persistId: output.persistId }))
  }
  return outputs
}
