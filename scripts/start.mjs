// npm start: installs, builds and runs a development agent. Arguments go to the agent: npm start -- -http-port 9500
import { spawn } from 'node:child_process'
import { must, root } from './run.mjs'

await must(process.execPath, ['scripts/install.mjs'])
await must(process.execPath, ['scripts/build.mjs'])
const agent = spawn(process.execPath, [`${root}dist/cli/main.js`, 'agent', '-dev', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => agent.kill(signal))
agent.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)))
