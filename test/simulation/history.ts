/** What clients saw, as the checkers need it. */
import type { Consistency } from '../../src/net/backend.ts'
import type { KvInput, KvOperation, KvOutput } from './checkers/kv-model.ts'
import type { Cells, Target } from './read-cells.ts'

/** A read with the state that it was answered from. */
export type ReadRecord = {
  readonly server: string
  readonly consistency: Consistency
  readonly at: number
  /** Index of the committed state. */
  readonly stateIndex: number
  readonly target: Target
  readonly cells: Cells
}

/** A write that was answered with success and appended an entry, or found that its request id had appended one. */
export type AcknowledgedWrite = { readonly requestId: string; readonly index: number; readonly at: number }

export type Call = {
  readonly answered: (at: number, output: KvOutput) => void
  /** It certainly was not done: a history in which it shows after all is a violation. */
  readonly notDone: () => void
}

export type History = {
  /** Begins an operation; until it ends its outcome is unknown. */
  readonly call: (group: number, input: KvInput, at: number) => Call
  readonly read: (record: ReadRecord) => void
  readonly acknowledged: (write: AcknowledgedWrite) => void
  /** Operations by group. Writes that never ended are open; reads that never ended say nothing and are left out. */
  readonly groups: () => ReadonlyMap<number, readonly KvOperation[]>
  readonly reads: () => readonly ReadRecord[]
  readonly writes: () => readonly AcknowledgedWrite[]
  readonly callsCount: () => number
}

export const history = (): History => {
  const groups = new Map<number, (KvOperation | null)[]>()
  const reads: ReadRecord[] = []
  const writes: AcknowledgedWrite[] = []
  let nextId = 1
  return {
    call: (group, input, calledAt) => {
      const operations = groups.get(group) ?? []
      groups.set(group, operations)
      const id = nextId++
      const place = operations.push({ id, input, calledAt, returned: null }) - 1
      return {
        answered: (at, output) => (operations[place] = { id, input, calledAt, returned: { at, output } }),
        notDone: () => (operations[place] = null),
      }
    },
    read: (record) => reads.push(record),
    acknowledged: (write) => writes.push(write),
    groups: () =>
      new Map(
        [...groups].map(([group, operations]) => [group, operations.filter((one) => one !== null).filter(matters)]),
      ),
    reads: () => reads,
    writes: () => writes,
    callsCount: () => nextId - 1,
  }
}

const matters = ({ input, returned }: KvOperation) =>
  returned !== null || (input.type !== 'Get' && input.type !== 'List')
