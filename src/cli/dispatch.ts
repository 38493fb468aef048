/** From arguments to a command: help, version, unknown names. */
import { commandTable, type Entry, type Group } from './command-table.ts'
import { runCommand, usageOf } from './command.ts'
import type { Terminal } from './terminal.ts'

/**
 * Runs what the arguments name and resolves with the exit code. No or an unknown command lists the commands on stderr,
 * exit 127; a group without a known member lists its members on stderr, exit 1. `-h` anywhere before `--` prints help
 * on stdout, exit 0.
 */
export const dispatch = async (program: string, args: readonly string[], terminal: Terminal): Promise<number> => {
  const end = args.indexOf('--')
  const before = end < 0 ? args : args.slice(0, end)
  const wantsHelp = before.some((arg) => helpFlags.has(arg))
  const rest = args.filter((arg, i) => !(helpFlags.has(arg) && (end < 0 || i < end)))
  const first = rest[0]
  const words = first !== undefined && versionFlags.has(first) ? ['version', ...rest.slice(1)] : rest
  const entry = words[0] === undefined ? undefined : commandTable.get(words[0])
  if (entry === undefined) {
    if (!wantsHelp || words[0] !== undefined) return say(terminal.err, overview(program), 127)
    return say(terminal.out, overview(program), 0)
  }
  return run(program, [words[0] ?? ''], entry, words.slice(1), wantsHelp, terminal)
}

const helpFlags: ReadonlySet<string> = new Set(['-h', '-help', '--help'])
const versionFlags: ReadonlySet<string> = new Set(['-v', '-version', '--version'])

const run = async (
  program: string,
  path: readonly string[],
  entry: Entry | Group,
  args: readonly string[],
  wantsHelp: boolean,
  terminal: Terminal,
): Promise<number> => {
  if ('members' in entry) {
    const name = args[0]
    const next = name === undefined ? undefined : entry.members.get(name)
    if (name !== undefined && next !== undefined) {
      return run(program, [...path, name], next, args.slice(1), wantsHelp, terminal)
    }
    const text = groupUsage(program, path, entry)
    return wantsHelp ? say(terminal.out, text, 0) : say(terminal.err, text, 1)
  }
  const command = await entry.load()
  return wantsHelp ? say(terminal.out, usageOf(command, program), 0) : runCommand(command, program, args, terminal)
}

const say = (write: (text: string) => void, text: string, code: number): number => {
  write(`${text}\n`)
  return code
}

const overview = (program: string): string =>
  `Usage: ${program} [--version] [--help] <command> [<args>]\n\nAvailable commands are:\n${lines(commandTable)}`

const groupUsage = (program: string, path: readonly string[], group: Group): string =>
  `Usage: ${program} ${path.join(' ')} <subcommand> [options] [args]\n\n  ${group.help}\n\nSubcommands:\n${lines(group.members)}`

const lines = (members: ReadonlyMap<string, Entry | Group>): string => {
  const width = Math.max(...[...members.keys()].map((name) => name.length))
  return [...members].map(([name, entry]) => `    ${name.padEnd(width)}    ${entry.synopsis}`).join('\n')
}
