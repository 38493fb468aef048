/** What a checker found to be broken: the promise's name and the facts. */
export type Violation = { readonly law: string; readonly what: string }

/** Collects violations; only the first few of a law are kept, the rest is counted. */
export type Findings = {
  readonly found: (law: string, what: string) => void
  readonly violations: () => readonly Violation[]
}

const keptPerLaw = 5

export const findings = (): Findings => {
  const kept: Violation[] = []
  const counts = new Map<string, number>()
  return {
    found: (law, what) => {
      const count = (counts.get(law) ?? 0) + 1
      counts.set(law, count)
      if (count <= keptPerLaw) kept.push({ law, what })
    },
    violations: () => kept,
  }
}
