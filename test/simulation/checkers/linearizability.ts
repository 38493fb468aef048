/**
 * Is a history linearizable? Wing and Gong's search with Lowe's memory of visited (linearized set, state) pairs, as in
 * Porcupine. An operation with an unknown outcome stays open: it may take effect at any moment after its call, or
 * never. The caller splits a history into independent parts (here: groups of keys) and checks each alone.
 *
 * A read or a refusal that may be next can always be next: no other order needs to be tried.
 */

export type Operation<Input, Output> = {
  readonly id: number
  readonly input: Input
  /** Virtual ms of the call. */
  readonly calledAt: number
  /** Null: the outcome is unknown. */
  readonly returned: { readonly at: number; readonly output: Output } | null
  /** Where the system claims to have put it. Only decides what is tried first, never what is accepted. */
  readonly place?: number
}

/** A sequential specification. */
export type Model<State, Input, Output> = {
  readonly initial: State
  /** All states that may follow if `input` is answered by `output` (null: any answer); empty: impossible. */
  readonly step: (state: State, input: Input, output: Output | null) => readonly State[]
  /** Whether an operation with that answer changes nothing in any order (a read, a refusal), and did not here. */
  readonly harmless: (before: State, after: State, output: Output) => boolean
  /** Equal exactly for equal states. */
  readonly key: (state: State) => string
}

export type Verdict<Input, Output> =
  | { readonly type: 'Linearizable'; readonly stepsCount: number }
  | {
      readonly type: 'Violation'
      readonly stepsCount: number
      /** The longest order of operations that could be built. */
      readonly longest: readonly Operation<Input, Output>[]
      /** Completed operations that could not follow it. */
      readonly stuck: readonly Operation<Input, Output>[]
    }
  | { readonly type: 'Undecided'; readonly stepsCount: number }

/** Checks one part of a history. Gives up as `Undecided` after `stepLimit` applications of the model. */
export const checkLinearizable = <State, Input, Output>(
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  stepLimit = 2_000_000,
): Verdict<Input, Output> => {
  const operations = [...history].sort((a, b) => a.calledAt - b.calledAt || a.id - b.id)
  const completedCount = operations.filter((operation) => operation.returned !== null).length
  const taken = new Uint8Array(operations.length)
  const visited = new Set<string>()
  let longest: number[] = []
  let stepsCount = 0

  /** The next operations from a state, each with the states that may follow; one alone if it is harmless. */
  const branch = (state: State): Branch<State>[] => {
    const branches: Branch<State>[] = []
    for (const i of candidates(operations, taken)) {
      const { input, returned } = operations[i] as Operation<Input, Output>
      stepsCount++
      const states = model.step(state, input, returned?.output ?? null)
      const [only] = states
      if (
        returned !== null &&
        only !== undefined &&
        states.length === 1 &&
        model.harmless(state, only, returned.output)
      )
        return [{ operation: i, states }]
      if (states.length > 0) branches.push({ operation: i, states })
    }
    return branches
  }
  const path: Frame<State>[] = [{ taken: -1, done: 0, branches: branch(model.initial), at: 0, follower: 0 }]
  for (;;) {
    const top = path.at(-1)
    if (top === undefined) return violation(operations, longest, stepsCount)
    if (top.done === completedCount) return { type: 'Linearizable', stepsCount }
    if (stepsCount > stepLimit) return { type: 'Undecided', stepsCount }
    const choice = top.branches[top.at]
    const state = choice?.states[top.follower++]
    if (choice === undefined) {
      path.pop()
      if (top.taken >= 0) taken[top.taken] = 0
    } else if (state === undefined) {
      top.at++
      top.follower = 0
    } else {
      taken[choice.operation] = 1
      const key = `${packed(taken)}|${model.key(state)}`
      if (visited.has(key)) {
        taken[choice.operation] = 0
        continue
      }
      visited.add(key)
      const done = top.done + (operations[choice.operation]?.returned == null ? 0 : 1)
      path.push({ taken: choice.operation, done, branches: branch(state), at: 0, follower: 0 })
      if (path.length - 1 > longest.length) longest = path.slice(1).map((frame) => frame.taken)
    }
  }
}

type Branch<State> = { readonly operation: number; readonly states: readonly State[] }

type Frame<State> = {
  /** The operation that led here. */
  readonly taken: number
  /** Completed operations so far. */
  readonly done: number
  readonly branches: readonly Branch<State>[]
  at: number
  follower: number
}

/** An operation may be next if it was called before every remaining completed one returned. */
const candidates = (operations: readonly Operation<unknown, unknown>[], taken: Uint8Array): readonly number[] => {
  let first = 0
  while (taken[first] === 1) first++
  let earliestReturn = Infinity
  const found: number[] = []
  for (let i = first; i < operations.length; i++) {
    const operation = operations[i]
    if (operation === undefined || operation.calledAt > earliestReturn) break
    if (taken[i] === 1) continue
    found.push(i)
    if (operation.returned !== null) earliestReturn = Math.min(earliestReturn, operation.returned.at)
  }
  return found
    .filter((i) => (operations[i]?.calledAt ?? Infinity) <= earliestReturn)
    .sort((i, j) => rank(operations[i]) - rank(operations[j]) || i - j)
}

/** Operations are tried in the order of their claimed places; without one, completed ones by their return, then open ones. */
const rank = (operation: Operation<unknown, unknown> | undefined): number =>
  operation?.place ?? (operation?.returned == null ? Infinity : unplaced + operation.returned.at)

const unplaced = 2 ** 40

const violation = <Input, Output>(
  operations: readonly Operation<Input, Output>[],
  longest: readonly number[],
  stepsCount: number,
): Verdict<Input, Output> => {
  const used = new Set(longest)
  const rest = operations.filter((operation, i) => !used.has(i) && operation.returned !== null)
  const firstReturn = Math.min(...rest.map((operation) => operation.returned?.at ?? Infinity))
  return {
    type: 'Violation',
    stepsCount,
    longest: longest.map((i) => operations[i] as Operation<Input, Output>),
    stuck: rest.filter((operation) => operation.calledAt <= firstReturn),
  }
}

/** The set of linearized operations as a short string: the prefix that is complete, then the bits after it. */
const packed = (taken: Uint8Array): string => {
  let first = 0
  while (taken[first] === 1) first++
  let last = taken.length - 1
  while (last > first && taken[last] !== 1) last--
  let bits = ''
  for (let i = first; i <= last; i += 15) {
    let word = 0
    for (let j = 0; j < 15; j++) word |= (taken[i + j] ?? 0) << j
    bits += String.fromCharCode(word + 1)
  }
  return `${first}:${bits}`
}
