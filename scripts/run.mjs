// Runs one child process to its end; the other scripts are lists of such steps.
import { spawn } from 'node:child_process'

export const root = new URL('..', import.meta.url).pathname

/** Runs a command in the repository's root, output shown; resolves with { code, seconds }. */
export const run = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const started = process.hrtime.bigint()
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      resolve({
        code: code ?? (signal === 'SIGINT' ? 130 : 1),
        seconds: Number(process.hrtime.bigint() - started) / 1e9,
      })
    })
  })

/** Runs a command and ends this process with its exit code if that is not 0. */
export const must = async (command, args, options) => {
  const { code, seconds } = await run(command, args, options)
  if (code !== 0) process.exit(code)
  return seconds
}

/** Runs a program of node_modules with this Node. */
export const tool = (path) => `${root}node_modules/${path}`
