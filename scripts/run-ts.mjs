// node scripts/run-ts.mjs FILE.ts [ARGS]: compiles src, test and bench into build/ and runs the file from there.
import { must, root, run, tool } from './run.mjs'

const [file, ...args] = process.argv.slice(2)
await must(process.execPath, [tool('@typescript/native/bin/tsc'), '-p', 'tsconfig.tools.json'])
const { code } = await run(process.execPath, [
  '--disable-warning=ExperimentalWarning',
  `${root}build/${file.replace(/\.ts$/, '.js')}`,
  ...args,
])
process.exit(code)
