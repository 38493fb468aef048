// Installs the dependencies of the lockfile when node_modules is absent or older than it; otherwise does nothing.
import { statSync, existsSync } from 'node:fs'
import { must, root } from './run.mjs'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Proconsul needs Node 20.19 or later; this is ${process.versions.node}`)
  process.exit(1)
}
const stamp = `${root}node_modules/.package-lock.json`
const fresh = existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs
if (!fresh) await must('npm', ['ci', '--no-audit', '--no-fund'])
