/**
 * A watcher: a blocking reader beside one server, with the rules of the interface: answered when the index rises above
 * the one it knows, woken by the production backend, never by polling. So a wake-up that gets lost stays lost, and at
 * the end of a run its last answer must be the final state (promise P5).
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Surroundings } from './client.ts'
import type { Prng } from './prng.ts'
import { cellsOf, nameOf, queryOf } from './read-cells.ts'
import type { Cells, Target } from './read-cells.ts'
import type { SimServer } from './server.ts'
import { groupPrefix, keyName } from './workload.ts'

export type Watcher = {
  readonly name: string
  readonly target: Target
  readonly server: SimServer
  /** The cells of its last answer; null before the first. */
  readonly seen: () => Cells | null
}

const retryMs = 50

/** Starts a watcher on a key or on a group of keys. */
export const startWatcher = (name: string, around: Surroundings, random: Prng): Watcher => {
  const { options, situations, clock } = around
  const group = random.int(0, options.groupsCount - 1)
  const target: Target = random.chance(0.5)
    ? { exact: keyName(group, random.int(0, options.keysPerGroup - 1)) }
    : { prefix: groupPrefix(group) }
  const server = random.pick(around.servers())
  let seen: Cells | null = null
  let since = 0

  /** A start of the server begins the loop anew; the loop of its predecessor ended with the process. */
  const ask = () => server.enter(evaluate)
  const again = () => {
    const incarnation = server.incarnation()
    clock.after(retryMs, () => {
      if (server.incarnation() === incarnation) ask()
    })
  }
  const evaluate = () => {
    const backend = server.backend()
    if (backend === null) return
    backend.read(queryOf(target), 'stale', (result) => {
      if (E.isLeft(result)) {
        again()
        return
      }
      const { index, stateIndex, topics } = result.right
      around.answered(server, nameOf(target), index)
      if (index < since) since = 0 // the documented rule for an index that fell: start over
      if (seen === null || index > since) {
        if (seen !== null) situations.met('watcher woken')
        seen = cellsOf(result.right.result)
        since = index
      }
      if (E.isLeft(backend.waitFor(topics, stateIndex, ask))) again()
    })
  }
  server.onStarted(ask)
  ask()
  return { name, target, server, seen: () => seen }
}
