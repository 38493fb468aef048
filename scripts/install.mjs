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
// Not `npm ci`: it refuses a lockfile that lacks the optional packages of other platforms, which a registry mirror for one
// platform cannot give. `--no-save` takes the locked versions and leaves the lockfile as it is.
if (!fresh) await must('npm', ['install', '--no-save', '--no-audit', '--no-fund'])
