/** Where the agent's log lines go: standard output, held back until the banner is out, and a file if one is configured. */
import { createWriteStream } from 'node:fs'
import { createLogger } from '../../net/logging/logger.ts'
import type { Logger, Sink } from '../../net/logging/logger.ts'
import type { LogSettings } from './config/runtime-config.ts'

export type AgentLog = {
  readonly logger: Logger
  /** Prints what was held back; from then on lines go out at once. */
  readonly release: () => void
}

/** A logger whose lines wait until `release`. */
export const agentLog = (settings: LogSettings, write: (text: string) => void): AgentLog => {
  let held: string[] | null = []
  const output: Sink = (line) => {
    if (held === null) write(`${line}\n`)
    else held.push(line)
  }
  const sinks = settings.file === null ? [output] : [output, fileSink(settings.file)]
  const logger = createLogger({
    name: 'agent',
    level: settings.level,
    json: settings.json,
    wallMs: () => Date.now(),
    sinks,
  })
  return {
    logger,
    release: () => {
      const lines = held ?? []
      held = null
      for (const line of lines) write(`${line}\n`)
    },
  }
}

/** `dir/` gets `dir/consul-<ns>.log`, `name` gets `name-<ns>.log`, as the reference names them. */
const fileSink = (path: string): Sink => {
  const base = path.endsWith('/') ? `${path}consul` : path.replace(/\.log$/, '')
  const file = createWriteStream(`${base}-${BigInt(Date.now()) * 1_000_000n}.log`, { flags: 'a', mode: 0o600 })
  file.on('error', () => undefined) // a log file that cannot be written must not stop the agent
  return (line) => file.write(`${line}\n`)
}
