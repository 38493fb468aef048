/** Steps that are known to fail, and why (expected-failures.json). */
import { readFileSync, writeFileSync } from 'node:fs'
import type { ScenarioResult } from './run-all.ts'

export type ExpectedFailures = {
  /** Area or scenario -> what is missing. */
  readonly reasons: { readonly [name: string]: string }
  /** Scenario -> numbers of its steps that fail. */
  readonly steps: { readonly [id: string]: readonly number[] }
}

export const loadExpected = (file: string): ExpectedFailures =>
  JSON.parse(readFileSync(file, 'utf8')) as ExpectedFailures // our own data

export const failingSteps = ({ steps }: ScenarioResult): readonly number[] =>
  steps.filter(({ differences }) => differences.length > 0).map(({ number }) => number)

export const reasonFor = (expected: ExpectedFailures, id: string): string | undefined =>
  expected.reasons[id] ?? expected.reasons[id.split('/')[0] ?? '']

/** Replaces the lists of the scenarios that ran by what fails now; the reasons stay. Wants formatting afterwards. */
export const writeExpected = (file: string, results: readonly ScenarioResult[]): void => {
  const { reasons, steps } = loadExpected(file)
  const now = new Map(Object.entries(steps))
  for (const result of results) {
    const failing = failingSteps(result)
    if (failing.length === 0) now.delete(result.id)
    else now.set(result.id, failing)
  }
  const sorted = [...now].sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = sorted.map(([id, numbers]) => `    ${JSON.stringify(id)}: [${numbers.join(', ')}]`)
  const text = JSON.stringify({ reasons }, null, 2).slice(0, -2)
  writeFileSync(file, `${text},\n  "steps": {\n${lines.join(',\n')}\n  }\n}\n`)
}
