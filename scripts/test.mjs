// npm test (after install and build): the check and every suite, each with its seconds.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run, tool } from './run.mjs'

const suites = ['unit', 'conformance', 'simulation', 'crash', 'fuzz', 'chaos', 'security', 'e2e']
const dir = mkdtempSync(join(tmpdir(), 'proconsul-test-'))
const rows = []
let passed = 0
let failed = 0

const check = await run(process.execPath, ['scripts/check.mjs'])
rows.push(['check', check.code, check.seconds])

for (const suite of suites.filter((name) => name === 'unit' || existsSync(`${root}test/${name}`))) {
  const report = join(dir, `${suite}.json`)
  const { code, seconds } = await run(process.execPath, [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    tool('jest/bin/jest.js'),
    '--selectProjects',
    suite,
    '--json',
    `--outputFile=${report}`,
  ])
  const result = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 1 }
  passed += result.numPassedTests
  failed += result.numFailedTests + (result.numRuntimeErrorTestSuites ?? 0)
  rows.push([suite, code, seconds])
}

console.log('\nsuite          seconds')
for (const [name, code, seconds] of rows) {
  console.log(`${name.padEnd(14)} ${seconds.toFixed(1).padStart(7)}${code === 0 ? '' : '  FAILED'}`)
}
console.log(
  `total          ${rows
    .reduce((sum, row) => sum + row[2], 0)
    .toFixed(1)
    .padStart(7)}`,
)
if (rows.some((row) => row[1] !== 0) && failed === 0) failed = 1
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
