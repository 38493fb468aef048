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
  /** `stateIndex`: the state that a read or a refusal was answered from, where it is known. */
  readonly answered: (at: number, output: KvOutput, stateIndex: number | null) => void
  /** It certainly was not done: a history in which it shows after all is a violation. */
  readonly notDone: () => void
}

export type History = {
  /** Begins an operation; until it ends its outcome is unknown. */
  readonly call: (group: number, input: KvInput, at: number, requestId: string) => Call
  readonly read: (record: ReadRecord) => void
  readonly acknowledged: (write: AcknowledgedWrite) => void
  /** Operations by group, `indexOf` tells the log's index of a request. Writes that never ended are open; reads that never ended say nothing and are left out. */
  readonly groups: (indexOf: (requestId: string) => number | undefined) => ReadonlyMap<number, readonly KvOperation[]>
  readonly reads: () => readonly ReadRecord[]
  readonly writes: () => readonly AcknowledgedWrite[]
  readonly callsCount: () => number
}

export const history = (): History => {
  const groups = new Map<number, (Noted | null)[]>()
  const reads: ReadRecord[] = []
  const writes: AcknowledgedWrite[] = []
  let nextId = 1
  return {
    call: (group, input, calledAt, requestId) => {
      const operations = groups.get(group) ?? []
      groups.set(group, operations)
      const id = nextId++
      const place = operations.push({ id, input, calledAt, returned: null, requestId, stateIndex: null }) - 1
      return {
        answered: (at, output, stateIndex) =>
          (operations[place] = { id, input, calledAt, returned: { at, output }, requestId, stateIndex }),
        notDone: () => (operations[place] = null),
      }
    },
    read: (record) => reads.push(record),
    acknowledged: (write) => writes.push(write),
    groups: (indexOf) =>
      new Map(
        [...groups].map(([group, operations]) => [
          group,
          operations
            .filter((one) => one !== null)
            .filter(matters)
            .map((one) => placed(one, indexOf(one.requestId))),
        ]),
      ),
    reads: () => reads,
    writes: () => writes,
    callsCount: () => nextId - 1,
  }
}

const matters = ({ input, returned }: KvOperation) =>
  returned !== null || (input.type !== 'Get' && input.type !== 'List')

type Noted = KvOperation & { readonly requestId: string; readonly stateIndex: number | null }

/** A write stands at its entry, a read or a refusal behind the state that it was answered from. */
const placed = (operation: Noted, index: number | undefined): KvOperation => {
  const { id, input, calledAt, returned, stateIndex } = operation
  const place = index ?? (stateIndex === null ? undefined : stateIndex + 0.5)
  return { id, input, calledAt, returned, ...(place === undefined ? {} : { place }) }
}
