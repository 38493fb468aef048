/**
 * What placeholders stand for within one scenario. A label of a UUID or hash is one value and no other label's; indexes
 * are ordered as their numbers are, and `boot` stands for anything below all of them.
 */
export type Bindings = {
  /** Null when the value fits; otherwise why it does not. */
  readonly bind: (kind: string, label: string | undefined, value: string) => string | null
  /** Undoes what was bound since `mark`. */
  readonly mark: () => number
  readonly undo: (mark: number) => void
}

export const bindings = (environment: ReadonlyMap<string, string>): Bindings => {
  const values = new Map<string, string>()
  const owners = new Map<string, string>()
  const indexes = new Map<number, bigint>()
  let bootMax = 0n
  const journal: (() => void)[] = []

  const bindUnique = (name: string, kind: string, value: string): string | null => {
    const bound = values.get(name)
    if (bound !== undefined) return bound === value ? null : `<${name}> was ${bound} before`
    const owner = owners.get(`${kind}:${value}`)
    if (owner !== undefined) return `${value} already belongs to <${owner}>`
    values.set(name, value)
    owners.set(`${kind}:${value}`, name)
    journal.push(() => {
      values.delete(name)
      owners.delete(`${kind}:${value}`)
    })
    return null
  }

  const bindBoot = (value: bigint): string | null => {
    for (const [rank, known] of indexes) if (known <= value) return `must be below index ${rank}, which is ${known}`
    if (value <= bootMax) return null
    const before = bootMax
    bootMax = value
    journal.push(() => {
      bootMax = before
    })
    return null
  }

  const bindIndex = (rank: number, value: bigint): string | null => {
    const bound = indexes.get(rank)
    if (bound !== undefined) return bound === value ? null : `index ${rank} was ${bound} before`
    if (value <= bootMax) return `must be above every index of the start, the last of which is ${bootMax}`
    for (const [other, known] of indexes)
      if (other < rank ? known >= value : known <= value)
        return `is out of order with index ${other}, which is ${known}`
    indexes.set(rank, value)
    journal.push(() => void indexes.delete(rank))
    return null
  }

  return {
    bind: (kind, label, value) => {
      if (label === undefined) return null
      if (kind === 'env') {
        const known = environment.get(label)
        return known === undefined || known === value ? null : `must be ${label}, which is ${known}`
      }
      if (kind === 'index') return label === 'boot' ? bindBoot(BigInt(value)) : bindIndex(Number(label), BigInt(value))
      return kind === 'uuid' || kind === 'hash' ? bindUnique(`${kind}:${label}`, kind, value) : null
    },
    mark: () => journal.length,
    undo: (mark) => {
      for (const back of journal.splice(mark).reverse()) back()
    },
  }
}
