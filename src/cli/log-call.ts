/** What the `log` commands share: where they read, and their flags. */
import { fail, type Call } from './command.ts'
import type { FlagSpec } from './flags.ts'
import type { Result } from './http-client.ts'
import type { LogSource } from './log-source.ts'
import { targetOf } from './target.ts'

/** Opens the log in the files below a data directory; the directory must belong to nobody who runs. */
export type OpenOffline = (dataDir: string) => Promise<Result<LogSource>>

export const dataDirFlag: FlagSpec = {
  name: 'data-dir',
  kind: 'string',
  value: '<dir>',
  help: 'Reads the files of a stopped server, or a copy of them, and asks no agent.',
}

export const formatFlag: FlagSpec = {
  name: 'format',
  kind: 'string',
  value: '<table|json>',
  default: 'table',
  help: 'A table, or one JSON object a line.',
}

/** Runs `use` with the log that the flags name; errors go to stderr, exit 1. */
export const withLog = async (
  call: Call,
  openOffline: OpenOffline,
  use: (log: LogSource) => Promise<number>,
): Promise<number> => {
  const { args, flags, terminal } = call
  if (args.length > 0) return fail(terminal, `Too many arguments (expected 0, got ${args.length})`)
  const format = flags.text('format')
  if (format !== '' && format !== 'table' && format !== 'json') return fail(terminal, `Unknown format: ${format}`)
  const log = await open(call, openOffline)
  return log.ok ? use(log.value) : fail(terminal, log.message)
}

const open = async ({ flags, terminal }: Call, openOffline: OpenOffline): Promise<Result<LogSource>> => {
  const dataDir = flags.text('data-dir')
  if (dataDir !== '') return openOffline(dataDir)
  const target = await targetOf(flags, terminal)
  if (!target.ok) return { ok: false, message: `Error connecting to Consul agent: ${target.message}` }
  const { onlineLog } = await import('./log-online.ts')
  return { ok: true, value: onlineLog(target.value) }
}
