import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { operatorInfo } from '../../../src/cli/agent/operator-info.ts'
import type { OperatorDeps } from '../../../src/cli/agent/operator-info.ts'
import type { OwnNode } from '../../../src/cli/agent/own-node.ts'
import type { RefusedReason } from '../../../src/log/raft/types.ts'
import type { LogStatus } from '../../../src/log/types.ts'

const node: OwnNode = {
  id: 's1',
  name: 'n1',
  datacenter: 'dc1',
  address: '10.0.0.1',
  wanAddress: '10.0.0.1',
  taggedAddresses: [],
  meta: [['consul-network-segment', '']],
  ports: { server: 8300, serfLan: 8301, serfWan: 8302 },
  server: true,
  bootstrap: true,
}

const status = (over: Partial<LogStatus> = {}): LogStatus => ({
  id: 's1',
  role: 'leader',
  term: 3,
  leader: 's1',
  lastIndex: 50,
  lastTerm: 3,
  commitIndex: 50,
  appliedIndex: 50,
  configuration: {
    servers: [
      { id: 's1', address: '10.0.0.1:8300', suffrage: 'voter' },
      { id: 's2', address: '10.0.0.2:8300', suffrage: 'learner' },
    ],
  },
  configurationIndex: 4,
  lastContactMs: 0,
  pending: 0,
  store: {
    firstIndex: 1,
    lastIndex: 50,
    durableIndex: 50,
    bytes: 0,
    segments: 1,
    checkpoints: [],
    failed: null,
  } as never,
  ...over,
})

type Elected = (leads: boolean) => void

/** The operator's functions over a log whose answers are given. */
const operator = (refusal: RefusedReason | null = null, now: LogStatus = status()) => {
  const elected: Elected[] = []
  const asked: unknown[] = []
  let wall = 1_000
  const answer = <A>(value: A, question: unknown) => {
    asked.push(question)
    return Promise.resolve(refusal === null ? E.right(value) : E.left(refusal))
  }
  const log: OperatorDeps['log'] = {
    status: () => now,
    onLeadership: (listener) => {
      elected.push(listener)
      return () => undefined
    },
    changeConfiguration: (change) => answer({ index: 9 }, change),
    transfer: (target) => answer(undefined, target),
  }
  const info = operatorInfo({ node, log, wallMs: () => wall })
  const elect = (at: number): void => {
    wall = at
    for (const listener of elected) listener(true)
  }
  return { info, asked, elect }
}

describe('The pool of servers', () => {
  test('is what Raft holds; of others than itself a server knows no more', () => {
    expect(operator().info.pool()).toEqual({
      servers: [
        {
          ...{ id: 's1', address: '10.0.0.1:8300', voter: true, leader: true, name: 'n1', version: '1.16.3' },
          ...{ meta: [['consul-network-segment', '']], alive: true, lastContactMs: 0, lastTerm: 3, lastIndex: 50 },
          stableSinceMs: 1_000,
        },
        {
          ...{ id: 's2', address: '10.0.0.2:8300', voter: false, leader: false, name: '', version: '', meta: [] },
          ...{ alive: false, lastContactMs: null, lastTerm: 0, lastIndex: 0, stableSinceMs: 1_000 },
        },
      ],
      configurationIndex: 4,
      lastTerm: 3,
      lastIndex: 50,
    })
  })

  test('is in no term without a leader, and stable since the last election', () => {
    const { info, elect } = operator(null, status({ leader: null }))
    elect(2_000)
    expect(info.pool()).toMatchObject({ lastTerm: 0, servers: [{ leader: false, stableSinceMs: 2_000 }, {}] })
  })
})

describe('An operator', () => {
  test('changes the servers of the log', async () => {
    const { info, asked } = operator()
    expect(await info.remove('s2')).toEqual(E.right(undefined))
    expect(await info.transferLeader('s2')).toEqual(E.right(undefined))
    expect(await info.transferLeader(null)).toEqual(E.right(undefined))
    expect(asked).toEqual([{ type: 'Remove', id: 's2' }, 's2', null])
  })

  test.each<[RefusedReason, string]>([
    ['NotLeader', 'NotLeader'],
    ['NotReady', 'NotReady'],
    ['InProgress', 'InProgress'],
    ['LastVoter', 'LastVoter'],
    ['NotVoter', 'NotVoter'],
    ['UnknownServer', 'UnknownServer'],
    ['Self', 'AlreadyLeader'],
    ['Timeout', 'Failed'],
    ['Overloaded', 'Failed'],
    ['InvalidServer', 'Failed'],
    ['OutcomeUnknown', 'Failed'],
  ])('is told %s as %s', async (refusal, problem) => {
    const { info } = operator(refusal)
    expect(await info.remove('s1')).toEqual(E.left(problem))
    expect(await info.transferLeader('s1')).toEqual(E.left(problem))
  })

  test('cannot hand over leadership where there is nobody else', async () => {
    expect(await operator('UnknownServer').info.transferLeader(null)).toEqual(E.left('Alone'))
  })
})
