// Jest with ES modules: node scripts/jest.mjs [ARGS OF JEST]
import { run, tool } from './run.mjs'

const { code } = await run(process.execPath, [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  tool('jest/bin/jest.js'),
  ...process.argv.slice(2),
])
process.exit(code)
