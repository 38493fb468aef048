/**
 * Times at which something is due, by key: a binary heap for the order and a map for the truth. Putting a deadline off,
 * which is what renewals do, only changes the map; the heap learns of it when the old time comes. Heap entries that no
 * longer count are swept when they outnumber the others, so memory stays proportional to the keys.
 *
 * Amortized costs with n keys: set later O(1), set earlier or new O(log n), delete O(1), due O(log n) each.
 */
export type Deadlines<K> = {
  readonly size: () => number
  readonly get: (key: K) => number | undefined
  /** Sets or moves a key's deadline, in ms of the caller's clock. */
  readonly set: (key: K, at: number) => void
  readonly delete: (key: K) => void
  readonly clear: () => void
  /** Takes out the keys whose deadline is at or before `now`, earliest first. */
  readonly due: (now: number) => readonly K[]
  /** When to ask again: no deadline is earlier. Null when there is none. */
  readonly next: () => number | null
}

export const deadlines = <K>(): Deadlines<K> => {
  const times = new Map<K, number>()
  let heap: Slot<K>[] = []

  const sweep = () => {
    if (heap.length <= 2 * times.size + sweepSlack) return
    heap = [...times].map(([key, at]) => ({ key, at })).sort((a, b) => a.at - b.at)
  }
  return {
    size: () => times.size,
    get: (key) => times.get(key),
    set: (key, at) => {
      const known = times.get(key)
      times.set(key, at)
      if (known === undefined || at < known) push(heap, { key, at })
      sweep()
    },
    delete: (key) => {
      times.delete(key)
      sweep()
    },
    clear: () => {
      times.clear()
      heap = []
    },
    due: (now) => {
      const found: K[] = []
      for (let top = heap[0]; top !== undefined && top.at <= now; top = heap[0]) {
        const at = times.get(top.key)
        if (at === undefined || at < top.at) pop(heap)
        else if (at > top.at) replaceTop(heap, { key: top.key, at })
        else {
          pop(heap)
          times.delete(top.key)
          found.push(top.key)
        }
      }
      return found
    },
    next: () => heap[0]?.at ?? null,
  }
}

type Slot<K> = { readonly key: K; readonly at: number }

const sweepSlack = 64

const push = <K>(heap: Slot<K>[], slot: Slot<K>): void => {
  let i = heap.length
  heap.push(slot)
  while (i > 0) {
    const parentIndex = (i - 1) >> 1
    const parent = heap[parentIndex]
    if (parent === undefined || parent.at <= slot.at) break
    heap[i] = parent
    i = parentIndex
  }
  heap[i] = slot
}

const pop = <K>(heap: Slot<K>[]): void => {
  const last = heap.pop()
  if (last !== undefined && heap.length > 0) replaceTop(heap, last)
}

const replaceTop = <K>(heap: Slot<K>[], slot: Slot<K>): void => {
  let i = 0
  for (;;) {
    const left = heap[2 * i + 1]
    const right = heap[2 * i + 2]
    const isRight = left !== undefined && right !== undefined && right.at < left.at
    const child = isRight ? right : left
    if (child === undefined || child.at >= slot.at) break
    heap[i] = child
    i = isRight ? 2 * i + 2 : 2 * i + 1
  }
  heap[i] = slot
}
