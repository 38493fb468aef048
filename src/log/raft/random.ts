/** The core's randomness: a 32-bit state that every draw replaces (mulberry32). Good enough for jitter, useless for secrets. */
export type Random = { state: number }

/** Mixes several numbers into a start state, so that two starts of one server do not repeat each other's draws. */
export const seeded = (...parts: readonly number[]): Random => {
  const random: Random = { state: 0x9e37_79b9 }
  for (const part of parts) {
    random.state = (random.state ^ (part >>> 0) ^ (Math.floor(part / 0x1_0000_0000) >>> 0)) >>> 0
    draw32(random)
  }
  return random
}

/** A whole number from `low` (included) to `high` (excluded). */
export const drawBetween = (random: Random, low: number, high: number): number =>
  low + Math.floor((draw32(random) / 0x1_0000_0000) * (high - low))

/** A 53-bit identifier: two of them are equal by accident only. */
export const drawId = (random: Random): number => (draw32(random) >>> 11) * 0x1_0000_0000 + draw32(random)

const draw32 = (random: Random): number => {
  random.state = (random.state + 0x6d2b_79f5) >>> 0
  let mixed = random.state
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return (mixed ^ (mixed >>> 14)) >>> 0
}
