// npm run check: types, lint, format, direction of imports, generated documents. All are run; any failure fails.
import { spawnSync } from 'node:child_process'
import { root, run, tool } from './run.mjs'

const node = process.execPath
const modulesFloor = 60 // a dependency check that finds no modules reports success; below this it found none

const imports = () => {
  const args = [tool('dependency-cruiser/bin/dependency-cruise.mjs'), 'src', '--config', '.dependency-cruiser.cjs']
  const seen = spawnSync(node, args, { cwd: root, encoding: 'utf8' })
  process.stdout.write(seen.stdout + seen.stderr)
  const modules = Number(/(\d+) modules/.exec(seen.stdout)?.[1] ?? 0)
  if (modules < modulesFloor) console.error(`Only ${modules} modules were seen: the import check is blind`)
  return { code: seen.status === 0 && modules >= modulesFloor ? 0 : 1, seconds: 0 }
}

const steps = [
  ['types', () => run(node, [tool('@typescript/native/bin/tsc'), '-p', 'tsconfig.json'])],
  ['lint', () => run(node, [tool('eslint/bin/eslint.js'), '--max-warnings=0', '.'])],
  ['format', () => run(node, [tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'])],
  ['imports', async () => imports()],
  ['docs/events.md', () => run(node, ['scripts/events-doc.mjs', '--check'])],
]

let failed = 0
for (const [name, step] of steps) {
  const { code } = await step()
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}`)
  if (code !== 0) failed += 1
}
process.exit(failed === 0 ? 0 : 1)
