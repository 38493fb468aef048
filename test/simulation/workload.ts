/**
 * What a client does next. Each operation stays within one group of keys, so that groups can be checked apart; each
 * written value is unique, so that a value names its write.
 */
import type { KvOp, KvWrite } from '../../src/domain/commands/kv.ts'
import type { Consistency } from '../../src/net/backend.ts'
import type { SimOptions } from './options.ts'
import type { Prng } from './prng.ts'

export type Intent =
  | { readonly type: 'Get'; readonly group: number; readonly key: string; readonly consistency: Consistency }
  | { readonly type: 'List'; readonly group: number; readonly prefix: string; readonly consistency: Consistency }
  | { readonly type: 'Change'; readonly group: number; readonly op: KvWrite }
  | { readonly type: 'Transact'; readonly group: number; readonly ops: readonly KvOp[] }
  | {
      readonly type: 'CreateSession'
      readonly group: number
      readonly session: string
      readonly behavior: 'release' | 'delete'
      readonly lockDelayMs: number
      readonly ttl: string
    }
  | { readonly type: 'DestroySession'; readonly group: number; readonly session: string }
  | { readonly type: 'RenewSession'; readonly group: number; readonly session: string }

/** What one client remembers: indexes it saw, sessions it made. */
export type Memory = {
  readonly indexes: Map<string, number>
  readonly sessions: { readonly id: string; readonly group: number }[]
}

export type Workload = { readonly next: (memory: Memory) => Intent }

export const groupPrefix = (group: number) => `g${group}/`
export const keyName = (group: number, key: number) => `${groupPrefix(group)}k${key}`

/** The workload of one client. */
export const workload = (options: SimOptions, client: string, random: Prng): Workload => {
  let writes = 0
  const value = () => `${client}-${writes++}`
  const key = (group: number) => keyName(group, random.int(0, options.keysPerGroup - 1))
  const seen = (memory: Memory, name: string) =>
    random.chance(0.15) ? 0 : (memory.indexes.get(name) ?? 0) + (random.chance(0.1) ? 1 : 0)

  const operation = (group: number, memory: Memory): KvOp => {
    const name = key(group)
    const write = { key: name, value: value(), flags: 0n }
    return pickWeighted<() => KvOp>(random, [
      [8, () => ({ verb: 'set', ...write })],
      [4, () => ({ verb: 'cas', ...write, index: seen(memory, name) })],
      [3, () => ({ verb: 'get', key: name })],
      [2, () => ({ verb: 'check-index', key: name, index: seen(memory, name) })],
      [1, () => ({ verb: 'check-not-exists', key: name })],
      [2, () => ({ verb: 'delete', key: name })],
      [1, () => ({ verb: 'delete-cas', key: name, index: seen(memory, name) })],
      [1, () => ({ verb: 'get-tree', key: groupPrefix(group) })],
    ])()
  }
  const sessionOf = (memory: Memory, group: number) => {
    const own = memory.sessions.filter((session) => session.group === group)
    return own.length === 0 ? undefined : random.pick(own).id
  }
  const lockOrCreate = (memory: Memory, group: number, verb: 'lock' | 'unlock'): Intent => {
    const session = sessionOf(memory, group)
    if (session === undefined) return createSession(group)
    return { type: 'Change', group, op: { verb, key: key(group), value: value(), flags: 0n, session } }
  }
  const createSession = (group: number): Intent => ({
    type: 'CreateSession',
    group,
    session: uuidOf(random),
    behavior: random.chance(0.3) ? 'delete' : 'release',
    lockDelayMs: random.pick([0, 300, 1500]),
    ttl: random.chance(0.4) ? `${options.sessionTtlMs}ms` : '',
  })
  const onSession = (memory: Memory, group: number, type: 'DestroySession' | 'RenewSession'): Intent => {
    const session = sessionOf(memory, group)
    return session === undefined ? createSession(group) : { type, group, session }
  }
  const next = (memory: Memory): Intent => {
    const group = random.int(0, options.groupsCount - 1)
    const name = key(group)
    const read = (consistency: Consistency): Intent =>
      random.chance(0.25)
        ? { type: 'List', group, prefix: groupPrefix(group), consistency }
        : { type: 'Get', group, key: name, consistency }
    const change = (op: Extract<Intent, { type: 'Change' }>['op']): Intent => ({ type: 'Change', group, op })
    const write = { key: name, value: value(), flags: 0n }
    return pickWeighted<() => Intent>(random, [
      [16, () => read('consistent')],
      [12, () => read('default')],
      [8, () => read('stale')],
      [18, () => change({ verb: 'set', ...write })],
      [14, () => change({ verb: 'cas', ...write, index: seen(memory, name) })],
      [6, () => change({ verb: 'delete', key: name })],
      [3, () => change({ verb: 'delete-cas', key: name, index: seen(memory, name) })],
      [1, () => change({ verb: 'delete-tree', key: groupPrefix(group) })],
      [9, () => lockOrCreate(memory, group, 'lock')],
      [4, () => lockOrCreate(memory, group, 'unlock')],
      [
        8,
        () => ({
          type: 'Transact',
          group,
          ops: Array.from({ length: random.int(1, 4) }, () => operation(group, memory)),
        }),
      ],
      [2, () => createSession(group)],
      [2, () => onSession(memory, group, 'DestroySession')],
      [2, () => onSession(memory, group, 'RenewSession')],
    ])()
  }
  return { next }
}

const pickWeighted = <A>(random: Prng, choices: readonly (readonly [number, A])[]): A => {
  let left = random.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, choice] of choices) {
    left -= weight
    if (left < 0) return choice
  }
  return random.pick(choices)[1]
}

/** A session id in the form that the border draws. */
const uuidOf = (random: Prng): string => {
  const hex = Buffer.from(random.bytes(16)).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
