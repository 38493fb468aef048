import type { SimOptions } from '../options.ts'
import type { Plants } from '../plants.ts'

/** A planted bug that the simulation must find: the proof that a checker or a fault still works. */
export type Canary = {
  readonly name: string
  /** Laws by which it may be found, whole or by their first words (`P2`). */
  readonly laws: readonly string[]
  /** A seed that is known to find it; the few after it may as well when timing changed. */
  readonly knownSeed: number
  readonly plants: Plants
  /** Options that make the bug show soon, for the suite; the search runs without. */
  readonly focus?: Partial<SimOptions>
}
