/** A first-in-first-out list with O(1) ends: Array.shift moves every element of a long array. */
export type Fifo<A> = { head: number; items: (A | undefined)[] }

export const emptyFifo = <A>(): Fifo<A> => ({ head: 0, items: [] })

export const sizeOf = <A>(list: Fifo<A>): number => list.items.length - list.head

export const push = <A>(list: Fifo<A>, item: A): void => {
  list.items.push(item)
}

/** Puts an item before all others. */
export const pushFront = <A>(list: Fifo<A>, item: A): void => {
  if (list.head === 0) list.items.unshift(item)
  else {
    list.head -= 1
    list.items[list.head] = item
  }
}

export const first = <A>(list: Fifo<A>): A | undefined => list.items[list.head]

export const newest = <A>(list: Fifo<A>): A | undefined =>
  sizeOf(list) === 0 ? undefined : list.items[list.items.length - 1]

/** Removes and gives the oldest item. */
export const shift = <A>(list: Fifo<A>): A | undefined => {
  const item = list.items[list.head]
  if (list.head < list.items.length) {
    list.items[list.head] = undefined
    list.head += 1
  }
  if (list.head === list.items.length) clear(list)
  else if (list.head >= compactFrom && list.head * 2 > list.items.length) compact(list)
  return item
}

/** Removes and gives the newest item. */
export const pop = <A>(list: Fifo<A>): A | undefined => {
  if (sizeOf(list) === 0) return undefined
  const item = list.items.pop()
  if (list.head === list.items.length) clear(list)
  return item
}

/** The items, oldest first, as a copy. */
export const itemsOf = <A>(list: Fifo<A>): readonly A[] => {
  const items: A[] = []
  for (let i = list.head; i < list.items.length; i++) {
    const item = list.items[i]
    if (item !== undefined) items.push(item)
  }
  return items
}

/** Removes everything and gives it, oldest first. */
export const takeAll = <A>(list: Fifo<A>): readonly A[] => {
  const items = itemsOf(list)
  clear(list)
  return items
}

const compactFrom = 1024

const clear = <A>(list: Fifo<A>): void => {
  list.items = []
  list.head = 0
}

const compact = <A>(list: Fifo<A>): void => {
  list.items = list.items.slice(list.head)
  list.head = 0
}
