// Compiles src into dist with the native compiler, and makes the command executable.
import { chmodSync, existsSync } from 'node:fs'
import { must, root, tool } from './run.mjs'

await must(process.execPath, [tool('@typescript/native/bin/tsc'), '-p', 'tsconfig.build.json'])
const main = `${root}dist/cli/main.js`
if (existsSync(main)) chmodSync(main, 0o755)
