/**
 * Is a history linearizable? Wing and Gong's search with Lowe's memory of visited (linearized set, state) pairs, as in
 * Porcupine. An operation with an unknown outcome stays open: it may take effect at any moment after its call, or
 * never. The caller splits a history into independent parts (here: groups of keys) and checks each alone.
 */

export type Operation<Input, Output> = {
  readonly id: number
  readonly input: Input
  /** Virtual ms of the call. */
  readonly calledAt: number
  /** Null: the outcome is unknown. */
  readonly returned: { readonly at: number; readonly output: Output } | null
}

/** A sequential specification. `key` must be equal exactly for equal states. */
export type Model<State, Input, Output> = {
  readonly initial: State
  /** All states that may follow if `input` is answered by `output` (null: any answer); empty: impossible. */
  readonly step: (state: State, input: Input, output: Output | null, id: number) => readonly State[]
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
  const visited = new Set<string>()
  const taken = new Uint8Array(operations.length)
  const order: number[] = []
  let longest: number[] = []
  let stepsCount = 0

  /** An operation may be next if it was called before every remaining completed one returned. */
  const candidates = (first: number): number[] => {
    let earliestReturn = Infinity
    const found: number[] = []
    for (let i = first; i < operations.length; i++) {
      const operation = operations[i]
      if (operation === undefined || operation.calledAt > earliestReturn) break
      if (taken[i] === 1) continue
      found.push(i)
      if (operation.returned !== null) earliestReturn = Math.min(earliestReturn, operation.returned.at)
    }
    return found.filter((i) => (operations[i]?.calledAt ?? Infinity) <= earliestReturn).sort(completedFirst)
  }
  const completedFirst = (i: number, j: number) => rank(operations[i]) - rank(operations[j]) || i - j

  type Frame = {
    readonly state: State
    readonly done: number
    readonly options: number[]
    at: number
    followers: readonly State[]
  }
  const frame = (state: State, done: number): Frame => {
    let first = 0
    while (taken[first] === 1) first++
    return { state, done, options: candidates(first), at: -1, followers: [] }
  }
  const stack: { frame: Frame; follower: number }[] = [{ frame: frame(model.initial, 0), follower: 0 }]

  for (;;) {
    const top = stack.at(-1)
    if (top === undefined) return violation(operations, longest, stepsCount)
    if (top.frame.done === completedCount) return { type: 'Linearizable', stepsCount }
    if (top.follower >= top.frame.followers.length) {
      top.frame.at++
      top.follower = 0
      const option = top.frame.options[top.frame.at]
      if (option === undefined) {
        stack.pop()
        const undone = order.pop()
        if (undone !== undefined) taken[undone] = 0
        continue
      }
      if (++stepsCount > stepLimit) return { type: 'Undecided', stepsCount }
      const operation = operations[option] as Operation<Input, Output>
      top.frame.followers = model.step(
        top.frame.state,
        operation.input,
        operation.returned?.output ?? null,
        operation.id,
      )
      continue
    }
    const state = top.frame.followers[top.follower++] as State
    const option = top.frame.options[top.frame.at] as number
    taken[option] = 1
    const key = `${packed(taken)}|${model.key(state)}`
    if (visited.has(key)) {
      taken[option] = 0
      continue
    }
    visited.add(key)
    order.push(option)
    if (order.length > longest.length) longest = [...order]
    const done = top.frame.done + (operations[option]?.returned == null ? 0 : 1)
    stack.push({ frame: frame(state, done), follower: 0 })
  }
}

/** Completed operations are tried first, by their return; open ones only when nothing else fits. */
const rank = (operation: Operation<unknown, unknown> | undefined) =>
  operation?.returned == null ? Infinity : operation.returned.at

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
