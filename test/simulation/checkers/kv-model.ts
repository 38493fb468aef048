/**
 * The sequential specification of the key-value store with sessions, locks and transactions, written from the
 * interface's rules and sharing no code with the system. Written values are unique, so two writes never cancel out.
 *
 * - An operation with an unknown outcome has no known index: what it writes carries the index `unknown`, which matches
 *   any index that a client saw and is bound by the first read that shows a number.
 * - A session with a TTL may end unseen at any moment. It matters only to operations that meet a key it holds or name
 *   it, so each of those is tried with the session alive and with the session ended just before.
 * - The index of a write is its place in the order: a write that changes something has a higher one than all before.
 */
import type { KvOp } from '../../../src/domain/commands/kv.ts'
import type { Model, Operation } from './linearizability.ts'

export type Cell = {
  readonly value: string
  readonly session: string | null
  readonly lockIndex: number
  readonly createIndex: number
  readonly modifyIndex: number
}

export type KvInput =
  | { readonly type: 'Get'; readonly key: string }
  | { readonly type: 'List'; readonly prefix: string }
  | { readonly type: 'Change'; readonly op: KvOp }
  | { readonly type: 'Transact'; readonly ops: readonly KvOp[] }
  | ({ readonly type: 'CreateSession'; readonly session: string } & SessionRules)
  | { readonly type: 'EndSession'; readonly session: string }

/** What happens to held keys when the session ends, and whether it ends by itself. */
export type SessionRules = { readonly deletes: boolean; readonly delays: boolean; readonly expires: boolean }

export type KvOutput =
  | { readonly type: 'Cells'; readonly cells: readonly (readonly [string, Cell])[] } // Get: none or one
  | { readonly type: 'Changed'; readonly ok: boolean; readonly index: number }
  | { readonly type: 'InvalidSession' }
  | {
      readonly type: 'Transacted'
      readonly index: number
      readonly results: readonly { readonly key: string; readonly value: string | null; readonly modifyIndex: number }[]
    }
  | { readonly type: 'RolledBack'; readonly opIndexes: readonly number[] }

export type KvOperation = Operation<KvInput, KvOutput>

export type KvState = {
  readonly cells: Table<Cell>
  readonly sessions: Table<SessionRules>
  /** Keys that a session's end released: a lock may be refused for a while. */
  readonly delayed: readonly string[]
  /** Index of the newest write. */
  readonly newest: number
}

/** Sorted by key. */
type Table<A> = readonly (readonly [string, A])[]

const unknown = -1

/** Model of one group of keys; operations of different groups do not influence each other. */
export const kvModel: Model<KvState, KvInput, KvOutput> = {
  initial: { cells: [], sessions: [], delayed: [], newest: 0 },
  step: (state, input, output) => {
    const states = expiries(state, concerned(state, input))
    return states
      .flatMap((before) => answer(before, input, output).map((after) => ordered(before, after, output)))
      .filter((after) => after !== null)
  },
  harmless: (before, after, output) =>
    output.type === 'Cells' ? onlyBound(before, after) : after === before && !mayWrite(output),
  key: (state) => JSON.stringify([state.newest, state.cells, state.sessions, state.delayed]),
}

/** A read learned indexes and found no session ended. */
const onlyBound = (before: KvState, after: KvState) => after.sessions === before.sessions

const mayWrite = (output: KvOutput) => output.type === 'Transacted' || (output.type === 'Changed' && output.ok)

/** Null when the operation changed something although a later one was before it. */
const ordered = (before: KvState, after: KvState, output: KvOutput | null): KvState | null => {
  const wrote = after.cells !== before.cells && (output?.type === 'Changed' || output?.type === 'Transacted')
  if (!wrote) return after
  return output.index > before.newest ? { ...after, newest: output.index } : null
}

/** Sessions with a TTL that the operation could find ended. */
const concerned = (state: KvState, input: KvInput): readonly string[] => {
  const holders = (matches: (key: string) => boolean) =>
    state.cells.flatMap(([key, { session }]) => (session !== null && matches(key) ? [session] : []))
  const touched = (op: KvOp): readonly string[] => [
    ...('session' in op ? [op.session] : []),
    ...holders((key) =>
      op.verb === 'delete-tree' || op.verb === 'get-tree' ? key.startsWith(op.key) : key === op.key,
    ),
  ]
  const named = (): readonly string[] => {
    switch (input.type) {
      case 'Get':
        return holders((key) => key === input.key)
      case 'List':
        return holders((key) => key.startsWith(input.prefix))
      case 'Change':
        return input.op.verb === 'unknown' ? [] : touched(input.op)
      case 'Transact':
        return input.ops.flatMap(touched)
      case 'EndSession':
        return [input.session]
      case 'CreateSession':
        return []
    }
  }
  return [...new Set(named())].filter((session) => find(state.sessions, session)?.expires === true)
}

/** The state as it is, and with every choice of those sessions ended. */
const expiries = (state: KvState, sessions: readonly string[]): readonly KvState[] =>
  sessions.reduce<readonly KvState[]>(
    (states, session) => [...states, ...states.map((before) => endSession(before, session, unknown))],
    [state],
  )

const answer = (state: KvState, input: KvInput, output: KvOutput | null): readonly KvState[] => {
  switch (input.type) {
    case 'Get':
      return read(state, (key) => key === input.key, output)
    case 'List':
      return read(state, (key) => key.startsWith(input.prefix), output)
    case 'Change':
      return change(state, input.op, output)
    case 'Transact':
      return transact(state, input.ops, output)
    case 'CreateSession': {
      if (output !== null && !(output.type === 'Changed' && output.ok)) return []
      const { session, deletes, delays, expires } = input
      return [{ ...state, sessions: put(state.sessions, session, { deletes, delays, expires }) }]
    }
    case 'EndSession':
      if (output !== null && !(output.type === 'Changed' && output.ok)) return []
      return [endSession(state, input.session, output === null ? unknown : output.index)]
  }
}

/** A read must show exactly the matching cells; symbolic indexes take the numbers that it shows. */
const read = (state: KvState, matches: (key: string) => boolean, output: KvOutput | null): readonly KvState[] => {
  if (output === null) return [state]
  if (output.type !== 'Cells') return []
  const expected = state.cells.filter(([key]) => matches(key))
  if (expected.length !== output.cells.length) return []
  let bound = state
  for (const [i, [key, cell]] of expected.entries()) {
    const shown = output.cells[i]
    if (shown === undefined || shown[0] !== key || !shows(cell, shown[1])) return []
    if (cell.createIndex < 0 || cell.modifyIndex < 0) bound = { ...bound, cells: put(bound.cells, key, shown[1]) }
  }
  return [bound]
}

const shows = (cell: Cell, shown: Cell): boolean =>
  cell.value === shown.value &&
  cell.session === shown.session &&
  cell.lockIndex === shown.lockIndex &&
  sameIndex(cell.createIndex, shown.createIndex) &&
  sameIndex(cell.modifyIndex, shown.modifyIndex)

/** A symbolic index may be any index that a client names, but never 0. */
const sameIndex = (held: number, named: number) => (held < 0 ? named > 0 : held === named)

const change = (state: KvState, op: KvOp, output: KvOutput | null): readonly KvState[] => {
  if (output?.type === 'InvalidSession') return op.verb === 'lock' && !has(state.sessions, op.session) ? [state] : []
  if (output !== null && output.type !== 'Changed') return []
  const outcomes = apply(state, op, output?.index ?? unknown)
  return outcomes
    .filter((outcome) => output === null || (outcome.type === 'Done') === output.ok)
    .filter((outcome) => output === null || outcome.type !== 'Invalid')
    .map((outcome) => (outcome.type === 'Done' ? outcome.state : state))
}

type Outcome =
  { readonly type: 'Done'; readonly state: KvState } | { readonly type: 'Refused' } | { readonly type: 'Invalid' }

const done = (state: KvState): Outcome => ({ type: 'Done', state })
const refused: Outcome = { type: 'Refused' }

/** All possible outcomes of one verb: two where a symbolic index or a lock delay leaves it open. */
const apply = (state: KvState, op: KvOp, index: number): readonly Outcome[] => {
  if (op.verb === 'unknown') return [{ type: 'Invalid' }]
  const cell = find(state.cells, op.key)
  const without = (keep: (key: string) => boolean): Outcome =>
    state.cells.every(([key]) => keep(key))
      ? done(state)
      : done({ ...state, cells: state.cells.filter(([key]) => keep(key)) })
  switch (op.verb) {
    case 'set':
      return [write(state, op, index, { session: cell?.session ?? null, lockIndex: 0 })]
    case 'cas':
      return compare(op.index === 0 ? cell === undefined : cell !== undefined && indexMatch(cell, op.index), () =>
        write(state, op, index, { session: cell?.session ?? null, lockIndex: 0 }),
      )
    case 'delete':
      return [without((key) => key !== op.key)]
    case 'delete-cas':
      if (cell === undefined) return [done(state)]
      return compare(indexMatch(cell, op.index), () => without((key) => key !== op.key))
    case 'delete-tree':
      return [without((key) => !key.startsWith(op.key))]
    case 'lock':
      return lock(state, op, cell, index)
    case 'unlock':
      if (cell?.session !== op.session) return [refused]
      return [write(state, op, index, { session: null, lockIndex: cell.lockIndex })]
    case 'get':
      return [cell === undefined ? refused : done(state)]
    case 'check-index':
      return compare(cell !== undefined && indexMatch(cell, op.index), () => done(state))
    case 'check-session':
      return [cell?.session === op.session ? done(state) : refused]
    case 'check-not-exists':
      return [cell === undefined ? done(state) : refused]
    case 'get-or-empty':
    case 'get-tree':
      return [done(state)]
  }
}

const lock = (
  state: KvState,
  op: Extract<KvOp, { verb: 'lock' }>,
  cell: Cell | undefined,
  index: number,
): readonly Outcome[] => {
  const delayed = state.delayed.includes(op.key)
  if (!has(state.sessions, op.session)) return delayed ? [{ type: 'Invalid' }, refused] : [{ type: 'Invalid' }]
  if (cell?.session === op.session) return [write(state, op, index, cell)]
  if (cell?.session != null) return [refused]
  const acquired = write(state, op, index, { session: op.session, lockIndex: (cell?.lockIndex ?? 0) + 1 })
  const free = acquired.type === 'Done' ? [done({ ...acquired.state, delayed: drop(state.delayed, op.key) })] : []
  return delayed ? [...free, refused] : free
}

const write = (
  state: KvState,
  op: { readonly key: string; readonly value: string | Uint8Array },
  index: number,
  held: { readonly session: string | null; readonly lockIndex: number },
): Outcome => {
  const createIndex = find(state.cells, op.key)?.createIndex ?? index
  const cell = { value: textOf(op.value), ...pickLock(held), createIndex, modifyIndex: index }
  return done({ ...state, cells: put(state.cells, op.key, cell) })
}

const pickLock = ({ session, lockIndex }: { readonly session: string | null; readonly lockIndex: number }) => ({
  session,
  lockIndex,
})

const textOf = (value: string | Uint8Array) =>
  typeof value === 'string' ? value : Buffer.from(value).toString('latin1')

/** `open`: nobody knows whether the indexes are equal. */
const indexMatch = (cell: Cell, named: number): boolean | 'open' =>
  cell.modifyIndex < 0 && named > 0 ? 'open' : cell.modifyIndex === named

const compare = (holds: boolean | 'open', then: () => Outcome): readonly Outcome[] =>
  holds === 'open' ? [then(), refused] : [holds ? then() : refused]

/** All or nothing: every combination of open comparisons is followed. */
const transact = (state: KvState, ops: readonly KvOp[], output: KvOutput | null): readonly KvState[] => {
  if (output !== null && output.type !== 'Transacted' && output.type !== 'RolledBack') return []
  const index = output?.type === 'Transacted' ? output.index : unknown
  let paths: { readonly state: KvState; readonly failed: readonly number[]; readonly shown: KvResult[] }[] = [
    { state, failed: [], shown: [] },
  ]
  for (const [i, op] of ops.entries()) {
    paths = paths.flatMap((path) =>
      apply(path.state, op, index).map((outcome) =>
        outcome.type === 'Done'
          ? { ...path, state: outcome.state, shown: [...path.shown, ...resultsOf(outcome.state, op)] }
          : { ...path, failed: [...path.failed, i] },
      ),
    )
  }
  return paths
    .filter(({ failed, shown }) => {
      if (output === null) return true
      if (output.type === 'RolledBack') return failed.length > 0 && failed.join() === output.opIndexes.join()
      return failed.length === 0 && sameResults(shown, output.results)
    })
    .map((path) => (path.failed.length === 0 ? path.state : state))
}

type KvResult = { readonly key: string; readonly value: string | null; readonly modifyIndex: number }

/** Which entries a verb shows, with their values or without. */
const resultsOf = (state: KvState, op: KvOp): readonly KvResult[] => {
  const of = (matches: (key: string) => boolean, value: boolean): readonly KvResult[] =>
    state.cells
      .filter(([key]) => matches(key))
      .map(([key, cell]) => ({ key, value: value ? cell.value : null, modifyIndex: cell.modifyIndex }))
  switch (op.verb) {
    case 'get':
    case 'get-or-empty':
      return of((key) => key === op.key, true)
    case 'get-tree':
      return of((key) => key.startsWith(op.key), true)
    case 'set':
    case 'cas':
    case 'lock':
    case 'unlock':
    case 'check-index':
    case 'check-session':
      return of((key) => key === op.key, false)
    case 'delete':
    case 'delete-cas':
    case 'delete-tree':
    case 'check-not-exists':
    case 'unknown':
      return []
  }
}

const sameResults = (expected: readonly KvResult[], shown: readonly KvResult[]): boolean =>
  expected.length === shown.length &&
  expected.every((result, i) => {
    const other = shown[i]
    return (
      other !== undefined &&
      result.key === other.key &&
      result.value === other.value &&
      sameIndex(result.modifyIndex, other.modifyIndex)
    )
  })

/** Releases or deletes what the session holds. Ending an unknown session changes nothing. */
const endSession = (state: KvState, session: string, index: number): KvState => {
  const ended = find(state.sessions, session)
  if (ended === undefined) return state
  const held = state.cells.filter(([, cell]) => cell.session === session).map(([key]) => key)
  const cells = ended.deletes
    ? state.cells.filter(([key]) => !held.includes(key))
    : state.cells.map(([key, cell]) =>
        held.includes(key) ? ([key, { ...cell, session: null, modifyIndex: index }] as const) : ([key, cell] as const),
      )
  const delayed = ended.delays ? [...new Set([...state.delayed, ...held])].sort() : state.delayed
  return {
    ...state,
    cells: held.length === 0 ? state.cells : cells,
    sessions: state.sessions.filter(([id]) => id !== session),
    delayed,
  }
}

const find = <A>(table: Table<A>, key: string): A | undefined => table.find(([k]) => k === key)?.[1]
const has = <A>(table: Table<A>, key: string): boolean => table.some(([k]) => k === key)
const drop = (keys: readonly string[], key: string) => keys.filter((k) => k !== key)
const put = <A>(table: Table<A>, key: string, value: A): Table<A> =>
  [...table.filter(([k]) => k !== key), [key, value] as const].sort(([a], [b]) => (a < b ? -1 : 1))
