/**
 * Lines that an operator reads: `2026-11-23T10:00:00.000Z [INFO]  agent: Consul agent running!`, or one JSON object a
 * line. The logger knows no file and no clock: lines go to sinks, the time is given.
 */

export const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]

/** Fields appended as `key=value`; values with spaces are quoted. Never put a token here. */
export type Fields = Readonly<Record<string, string | number | boolean>>

export type Logger = {
  readonly [L in Level]: (message: string, fields?: Fields) => void
} & {
  /** A logger for a part: `agent`, `agent.server.raft`. */
  readonly named: (name: string) => Logger
}

/** Takes a finished line without its newline, and its level. */
export type Sink = (line: string, level: Level) => void

export type LoggerOptions = {
  readonly name: string
  readonly level: Level
  readonly json: boolean
  readonly wallMs: () => number
  readonly sinks: readonly Sink[]
}

/** Parses a level name as the reference does: case-insensitive, `err` is `error`; undefined for anything else. */
export const parseLevel = (text: string): Level | undefined => {
  const lower = text.toLowerCase()
  return lower === 'err' ? 'error' : levels.find((level) => level === lower)
}

/** A logger that drops what is below its level before any text is made. */
export const createLogger = (options: LoggerOptions): Logger => {
  const floor = levels.indexOf(options.level)
  const at = (level: Level) => (message: string, fields?: Fields) => {
    if (levels.indexOf(level) < floor) return
    const line = (options.json ? jsonLine : textLine)(options, level, message, fields ?? {})
    for (const sink of options.sinks) sink(line, level)
  }
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    named: (name) => createLogger({ ...options, name: `${options.name}.${name}` }),
  }
}

const textLine = (options: LoggerOptions, level: Level, message: string, fields: Fields): string => {
  const label = `[${level.toUpperCase()}]`.padEnd(7)
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${plain(String(value))}`)
  const tail = pairs.length === 0 ? '' : `: ${pairs.join(' ')}`
  return `${new Date(options.wallMs()).toISOString()} ${label} ${options.name}: ${oneLine(message)}${tail}`
}

const jsonLine = (options: LoggerOptions, level: Level, message: string, fields: Fields): string =>
  JSON.stringify({
    '@level': level,
    '@message': message,
    '@module': options.name,
    '@timestamp': new Date(options.wallMs()).toISOString(),
    ...fields,
  })

const plain = (text: string): string => (/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text))

/** A log line is one line whatever the data in it. */
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ')
