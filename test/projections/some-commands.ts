/** Random commands over few names, so that they meet: keys, sessions, two nodes with checks, transactions. */
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { defaultAutopilot } from '../../src/domain/autopilot/configuration.ts'
import type { Command } from '../../src/domain/commands/all.ts'
import type { KvOp, KvWrite } from '../../src/domain/commands/kv.ts'
import { decide, defaultDecideSettings } from '../../src/domain/decide/decide.ts'
import type { Decision } from '../../src/domain/decide/decision.ts'
import type { Event } from '../../src/domain/events/all.ts'
import { draft, emptyViews, evolve, publish, world } from '../../src/projections/views.ts'
import type { Views } from '../../src/projections/views.ts'
import { ctx, now } from '../domain/decide/given.ts'
import { aQuery } from '../prepared-query-builders.ts'

export const keys = ['a', 'a/', 'a/1', 'a/1/x', 'a/2', 'b', 'b/1'] as const
export const prefixes = ['', 'a', 'a/', 'a/1', 'b', 'c'] as const
export const sessionIds = ['s1', 's2', 's3'] as const
const nodes = ['n1', 'N2'] as const

const key = fc.constantFrom(...keys)
const session = fc.constantFrom(...sessionIds)
const index = fc.nat(40)
const write = fc.record({ key, value: fc.constantFrom('', 'v', 'w'), flags: fc.constantFrom(0n, 7n) })

const kvWrite: fc.Arbitrary<KvWrite> = fc.oneof(
  { weight: 4, arbitrary: write.map((w) => ({ verb: 'set' as const, ...w })) },
  { weight: 2, arbitrary: fc.tuple(write, index).map(([w, i]) => ({ verb: 'cas' as const, ...w, index: i })) },
  { weight: 4, arbitrary: fc.tuple(write, session).map(([w, s]) => ({ verb: 'lock' as const, ...w, session: s })) },
  { weight: 2, arbitrary: fc.tuple(write, session).map(([w, s]) => ({ verb: 'unlock' as const, ...w, session: s })) },
  { weight: 2, arbitrary: key.map((k) => ({ verb: 'delete' as const, key: k })) },
  { weight: 1, arbitrary: fc.tuple(key, index).map(([k, i]) => ({ verb: 'delete-cas' as const, key: k, index: i })) },
  { weight: 1, arbitrary: fc.constantFrom(...prefixes).map((k) => ({ verb: 'delete-tree' as const, key: k })) },
)

const kvOp: fc.Arbitrary<KvOp> = fc.oneof(
  { weight: 4, arbitrary: kvWrite },
  { weight: 1, arbitrary: key.map((k) => ({ verb: 'get-or-empty' as const, key: k })) },
)

const createSession: fc.Arbitrary<Command> = fc
  .record({
    id: session,
    node: fc.constantFrom(...nodes),
    lockDelayMs: fc.constantFrom(0, 2),
    behavior: fc.constantFrom('release', 'delete'),
    ttl: fc.constantFrom('', '10s'),
    nodeChecks: fc.constantFrom<readonly string[]>([], ['alive']),
  })
  .map((given) => ({ type: 'CreateSession', name: '', serviceChecks: null, checks: null, ...given }))

const register: fc.Arbitrary<Command> = fc
  .record({
    node: fc.constantFrom(...nodes),
    address: fc.constantFrom('10.0.0.1', '10.0.0.2'),
    status: fc.constantFrom('passing', 'passing', 'warning', 'critical', null),
  })
  .map(({ node, address, status }) => ({
    type: 'Register',
    node: { id: '', node, address, datacenter: 'dc1', taggedAddresses: null, meta: null, locality: null },
    skipNodeUpdate: false,
    service: null,
    checks: status === null ? [] : [aliveCheck(node, status)],
  }))

export const queryIds = ['q1', 'q2'] as const

const definition = fc
  .record({
    name: fc.constantFrom('', 'web', 'geo-'),
    session: fc.constantFrom('', ...sessionIds),
    type: fc.constantFrom('', 'name_prefix_match'),
  })
  .map(({ type, ...over }) => aQuery({ ...over, template: { type, regexp: '', removeEmptyTags: false } }))

const queryCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...queryIds), definition)
      .map(([id, given]): Command => ({ type: 'CreateQuery', id, givenId: '', definition: given })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...queryIds), definition)
      .map(([id, given]): Command => ({ type: 'UpdateQuery', id, definition: given })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...queryIds).map((id): Command => ({ type: 'RemoveQuery', id })) },
)

const configureAutopilot: fc.Arbitrary<Command> = fc.tuple(fc.nat(2), fc.option(index)).map(([minQuorum, cas]) => ({
  type: 'ConfigureAutopilot',
  configuration: { ...defaultAutopilot, minQuorum },
  cas,
}))

const aliveCheck = (node: string, status: string) => ({
  node,
  checkId: 'alive',
  name: 'alive',
  status,
  notes: '',
  output: '',
  serviceId: '',
  serviceName: '',
  serviceTags: null,
  checkType: '',
  interval: '',
  timeout: '',
  exposedPort: 0,
  definition: null,
})

export const aCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: kvWrite.map((op): Command => ({ type: 'ChangeKey', op })) },
  {
    weight: 3,
    arbitrary: fc
      .array(kvOp, { minLength: 1, maxLength: 4 })
      .map((ops): Command => ({ type: 'Transact', ops: ops.map((op) => ({ kind: 'kv', op })) })),
  },
  { weight: 4, arbitrary: createSession },
  { weight: 1, arbitrary: session.map((id): Command => ({ type: 'DestroySession', id })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(session, index)
      .map(([id, createIndex]): Command => ({ type: 'ExpireSession', id, createIndex, lastRenewalAt: 0 })),
  },
  { weight: 3, arbitrary: register },
  {
    weight: 1,
    arbitrary: fc
      .record({ node: fc.constantFrom(...nodes), checkId: fc.constantFrom('', 'alive') })
      .map((given): Command => ({ type: 'Deregister', serviceId: '', ...given })),
  },
  { weight: 1, arbitrary: index.map((upTo): Command => ({ type: 'ReapTombstones', upTo })) },
  { weight: 3, arbitrary: queryCommand },
  { weight: 1, arbitrary: configureAutopilot },
)

/** Both nodes and two sessions are there at first, so that locks can be taken at once. */
export const someCommands = fc
  .array(aCommand, { minLength: 10, maxLength: 60, size: 'max' })
  .map((commands): readonly Command[] => [
    ...nodes.map(plainNode),
    plainSession('s1', 'n1', 'release'),
    plainSession('s2', 'N2', 'delete'),
    ...commands,
  ])

const plainSession = (id: string, node: string, behavior: string): Command => ({
  type: 'CreateSession',
  id,
  name: '',
  node,
  lockDelayMs: 2,
  behavior,
  ttl: '',
  nodeChecks: ['alive'],
  serviceChecks: null,
  checks: null,
})

const plainNode = (node: string): Command => ({
  type: 'Register',
  node: { id: '', node, address: '10.0.0.1', datacenter: 'dc1', taggedAddresses: null, meta: null, locality: null },
  skipNodeUpdate: false,
  service: null,
  checks: [aliveCheck(node, 'passing')],
})

/** One decided command that changed something. */
export type Entry = { readonly index: number; readonly at: number; readonly events: readonly Event[] }

export type Decided = { readonly before: Views; readonly after: Views; readonly entry: Entry | null }

/** Decides commands one after the other, a ms apart, each on what the ones before it left. */
export function* deciding(commands: readonly Command[]): Iterable<Decided & { readonly command: Command }> {
  let views = emptyViews
  let last = 0
  for (const [i, command] of commands.entries()) {
    const before = views
    const decision = decideOn(before, command, now + i)
    if (decision === null || decision.events.length === 0) {
      yield { command, before, after: before, entry: null }
      continue
    }
    last += 1
    const entry = { index: last, at: now + i, events: decision.events }
    views = foldAll(before, [entry])
    yield { command, before, after: views, entry }
  }
}

/** Null for a refusal. */
export const decideOn = (views: Views, command: Command, at: number): Decision<Event> | null => {
  const decision = decide(world(draft(views)), command, ctx({ now: at }), defaultDecideSettings)
  return E.isRight(decision) ? decision.right : null
}

export const entriesOf = (commands: readonly Command[]): readonly Entry[] =>
  [...deciding(commands)].flatMap(({ entry }) => (entry === null ? [] : [entry]))

/** One batch. */
export const foldAll = (views: Views, entries: readonly Entry[]): Views => {
  const open = draft(views)
  for (const { index: at, at: ms, events } of entries)
    for (const event of events) evolve(open, event, { index: at, at: ms })
  return publish(open)
}
