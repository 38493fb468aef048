/**
 * node scripts/run-ts.mjs test/conformance/main.ts [--expect] [AREA or AREA/NAME]...
 * Runs scenarios against the built program and prints each difference; --expect writes what fails into
 * expected-failures.json.
 */
import { join } from 'node:path'
import { writeExpected } from './runner/expected.ts'
import { scenariosAtOnce, runAll } from './runner/run-all.ts'
import { loadScenarios } from './runner/scenario.ts'
import { loadTolerances } from './runner/tolerance.ts'

const folder = 'test/conformance' // scripts run at the root of the repository
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const scenarios = loadScenarios(join(folder, 'scenarios')).filter(
  ({ id }) => wanted.length === 0 || wanted.some((name) => id === name || id.startsWith(`${name}/`)),
)
const started = performance.now()
const results = await runAll(scenarios, loadTolerances(join(folder, 'tolerances.json')), scenariosAtOnce)
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
if (process.argv.includes('--expect')) writeExpected(join(folder, 'expected-failures.json'), results)
console.log(`${passed} passed, ${failed} failed, ${((performance.now() - started) / 1000).toFixed(1)} s`)
process.exitCode = failed === 0 ? 0 : 1
