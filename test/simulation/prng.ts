/**
 * Seeded randomness of a simulation (xoshiro128**, seeded through splitmix32). Every consumer forks its own stream by
 * name, so that one more draw in one part does not shift all others.
 */
export type Prng = {
  /** A fraction in [0, 1). */
  readonly next: () => number
  /** An integer in [from, to], both included. */
  readonly int: (from: number, to: number) => number
  /** True with probability `p`. */
  readonly chance: (p: number) => boolean
  readonly pick: <A>(items: readonly A[]) => A
  /** A shuffled copy. */
  readonly shuffle: <A>(items: readonly A[]) => A[]
  readonly bytes: (count: number) => Uint8Array
  /** An independent stream that depends on this generator's seed and on `name` only. */
  readonly fork: (name: string) => Prng
}

/** A generator for `seed` (any safe integer). */
export const prng = (seed: number): Prng => {
  const word = splitmix(seed)
  let [a, b, c, d] = [word(), word(), word(), word()]
  const u32 = (): number => {
    const result = Math.imul(rotl(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotl(d, 11)
    return result
  }
  const next = () => u32() / 0x1_0000_0000
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  const pick = <A>(items: readonly A[]): A => {
    if (items.length === 0) throw new Error('pick from an empty list')
    return items[int(0, items.length - 1)] as A
  }
  const shuffle = <A>(items: readonly A[]): A[] => {
    const copy = [...items]
    for (let i = copy.length - 1; i > 0; i--) {
      const j = int(0, i)
      const held = copy[i] as A
      copy[i] = copy[j] as A
      copy[j] = held
    }
    return copy
  }
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => u32() & 0xff)
  const fork = (name: string) => prng(fold32(`${seed}/${name}`))
  return { next, int, chance: (p) => next() < p, pick, shuffle, bytes, fork }
}

const rotl = (x: number, k: number) => (x << k) | (x >>> (32 - k))

/** Two 32-bit words of state from all 53 bits of the seed. */
const splitmix = (seed: number): (() => number) => {
  let state = (Math.floor(seed / 0x1_0000_0000) ^ seed ^ 0x9e37_79b9) | 0
  return () => {
    state = (state + 0x9e37_79b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x85eb_ca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2_ae35)
    return z ^ (z >>> 16)
  }
}

/** FNV-1a of a text. */
export const fold32 = (text: string): number => {
  let hash = 0x811c_9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193)
  return hash >>> 0
}
