/** Named situations that a run came through: a fault injector that never reaches them tests nothing. */
export const situations = [
  'leader elected',
  'vote split',
  'pre-vote refused',
  'leader crashed with an unreplicated tail',
  'unreplicated tail replaced by another leader',
  'unsynced writes lost in a crash',
  'server restarted from its disk',
  'server restarted from a checkpoint',
  'all servers lost power at once',
  'snapshot installed while behind',
  'entries read from disk for a follower',
  'old entries compacted',
  'message of an old term arrived',
  'leader was isolated',
  'old leader was asked to write while a new one led',
  'read refused',
  'follower confirmed a consistent read',
  'default read within the lease',
  'request retried with its id',
  'retry answered from the table of request ids',
  'outcome stayed unknown',
  'compare-and-set refused',
  'transaction rolled back',
  'lock refused because it was held',
  'lock refused during its delay',
  'session ended by its TTL',
  'session expired across an election',
  'server added',
  'server removed',
  'learner promoted',
  'leader removed itself or was demoted',
  'membership change refused',
  'leadership transferred',
  'server paused and resumed',
  'wall clock jumped',
  'watcher woken',
  'stale read from a server that was behind',
  'read before the first apply',
] as const

export type Situation = (typeof situations)[number]

export type Situations = {
  readonly met: (situation: Situation, times?: number) => void
  readonly counts: () => ReadonlyMap<Situation, number>
}

export const countSituations = (): Situations => {
  const counts = new Map<Situation, number>(situations.map((name) => [name, 0]))
  return {
    met: (situation, times = 1) => counts.set(situation, (counts.get(situation) ?? 0) + times),
    counts: () => counts,
  }
}

/** Adds counts of several runs. */
export const sumSituations = (all: readonly ReadonlyMap<Situation, number>[]): ReadonlyMap<Situation, number> => {
  const sum = new Map<Situation, number>(situations.map((name) => [name, 0]))
  for (const counts of all) for (const [name, count] of counts) sum.set(name, (sum.get(name) ?? 0) + count)
  return sum
}
