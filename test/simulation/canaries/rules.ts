/** Planted bugs of the rules: deciders that see a wrong world, a fold that is not a function of the log. */
import type { KvWorld, World } from '../../../src/domain/decide/world.ts'
import type { Canary } from './canary.ts'

/** Deciders see another KV world. */
const decidingOn = (kvOf: (kv: KvWorld) => Partial<KvWorld>): Canary['plants'] => ({
  domain: (domain) => ({
    ...domain,
    decide: (world, command, ctx) => {
      const altered: World = { ...world, kv: { ...world.kv, ...kvOf(world.kv) } }
      return domain.decide(altered, command, ctx)
    },
  }),
})

/** A held lock looks free. */
export const lockDoubleGrant: Canary = {
  name: 'lock double grant',
  laws: ['P6', 'P2'],
  knownSeed: 1,
  plants: decidingOn((kv) => ({
    get: (key) => {
      const record = kv.get(key)
      return record === undefined ? undefined : { ...record, session: null }
    },
  })),
}

/** Lock delays are not looked at. */
export const lockDelayIgnored: Canary = {
  name: 'lock delay ignored',
  laws: ['P6'],
  knownSeed: 2,
  plants: decidingOn(() => ({ lockDelayUntil: () => 0 })),
}

/** An ended session keeps its locks. */
export const sessionKeepsLocks: Canary = {
  name: 'ended session keeps its locks',
  laws: ['P6', 'P2'],
  knownSeed: 1,
  plants: decidingOn(() => ({ lockedBy: () => [] })),
}

/** One server in a while folds a deletion not at all. */
export const foldNotAFunction: Canary = {
  name: 'fold depends on the server',
  laws: ['P7', 'P3'],
  knownSeed: 1,
  plants: {
    domain: (domain) => {
      let deletions = 0
      return {
        ...domain,
        evolve: (draft, event, meta) => {
          if (event.type === 'KeyDeleted' && ++deletions % 7 === 0) return
          domain.evolve(draft, event, meta)
        },
      }
    },
  },
}
