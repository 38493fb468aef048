/**
 * node scripts/run-ts.mjs test/conformance/main.ts [AREA or AREA/NAME]...
 * Runs scenarios against the built program and prints each difference.
 */
import { join } from 'node:path'
import { runAll } from './runner/run-all.ts'
import { loadScenarios } from './runner/scenario.ts'
import { loadTolerances } from './runner/tolerance.ts'

const folder = 'test/conformance' // scripts run at the root of the repository
const wanted = process.argv.slice(2)
const scenarios = loadScenarios(join(folder, 'scenarios')).filter(
  ({ id }) => wanted.length === 0 || wanted.some((name) => id === name || id.startsWith(`${name}/`)),
)
const results = await runAll(scenarios, loadTolerances(join(folder, 'tolerances.json')), 6)
let passed = 0
let failed = 0
for (const { id, steps } of results) {
  const bad = steps.filter(({ differences }) => differences.length > 0)
  passed += steps.length - bad.length
  failed += bad.length
  console.log(`${bad.length === 0 ? 'ok  ' : 'FAIL'} ${id} (${steps.length - bad.length}/${steps.length})`)
  for (const { number, title, differences } of bad) {
    console.log(`  step ${number}: ${title}`)
    for (const { at, expected, actual, why } of differences)
      console.log(`    ${at}: ${why}\n      expected ${expected}\n      actual   ${actual}`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
