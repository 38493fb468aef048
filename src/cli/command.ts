/** What a command is, its help text, and how one is run from its arguments. */
import { apiFlags } from './api-flags.ts'
import { parseFlags, type Flags, type FlagSpec } from './flags.ts'
import type { Terminal } from './terminal.ts'

export type Command = {
  /** After the program's name: `kv get [options] [KEY_OR_PREFIX]`. */
  readonly usage: string
  readonly help: string
  readonly flags: readonly FlagSpec[]
  /** Flag groups of the API client: `client` says where and who, `server` adds datacenter and staleness. */
  readonly api: 'none' | 'client' | 'server'
  /** Resolves with the exit code. */
  readonly run: (call: Call) => Promise<number>
}

export type Call = {
  readonly flags: Flags
  readonly args: readonly string[]
  /** Flags and arguments as they were given. */
  readonly rawArgs: readonly string[]
  readonly terminal: Terminal
  /** The help text of this command. */
  readonly usage: string
}

/** Parses the arguments and runs the command; flag errors and usage go to stderr with exit 1, help to stdout with 0. */
export const runCommand = async (
  command: Command,
  program: string,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  const usage = usageOf(command, program)
  const parsed = parseFlags([...command.flags, ...apiFlags(command.api)], args)
  switch (parsed.type) {
    case 'Help':
      terminal.out(`${usage}\n`)
      return 0
    case 'Bad':
      terminal.err(`${parsed.message}\n${usage}\n`)
      return 1
    case 'Parsed':
      return command.run({ flags: parsed.flags, args: parsed.args, rawArgs: args, terminal, usage })
  }
}

/** The help text: usage line, what it does, options in name order. */
export const usageOf = (command: Command, program: string): string => {
  const own = options('Command options', command.flags)
  const api = options('API options', apiFlags(command.api))
  return [`Usage: ${program} ${command.usage}`, indented(command.help), ...own, ...api].join('\n\n')
}

/** One line on stderr, exit 1. */
export const fail = (terminal: Terminal, message: string): number => {
  terminal.err(`${message}\n`)
  return 1
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n')

const options = (title: string, specs: readonly FlagSpec[]): readonly string[] => {
  if (specs.length === 0) return []
  const sorted = [...specs].sort((a, b) => (a.name < b.name ? -1 : 1))
  const lines = sorted.map((spec) => {
    const value = spec.kind === 'switch' ? '' : `=${spec.value ?? '<value>'}`
    const defaults = spec.default === undefined ? '' : ` Default: ${spec.default}.`
    return `  -${spec.name}${value}\n     ${spec.help}${defaults}`
  })
  return [`${title}:\n\n${lines.join('\n\n')}`]
}
