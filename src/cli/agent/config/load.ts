/**
 * The agent's configuration from its arguments. Order of the sources, later wins: defaults, -dev, list flags, files in
 * the order of the command line, scalar flags, -hcl fragments.
 */
import * as E from 'fp-ts/lib/Either.js'
import { parseFlags } from '../../flags.ts'
import { agentFlags, configPaths, flagValues, forcedFormat } from './agent-flags.ts'
import { build } from './build.ts'
import { renameOld } from './deprecations.ts'
import { devDefaults } from './dev-mode.ts'
import type { Host } from './host.ts'
import type { RuntimeConfig } from './runtime-config.ts'
import { fileValues, readFiles, type Format, type SourceFile } from './sources.ts'
import { defaults, merge, type Given } from './values.ts'

/** `Usage`: the flags are wrong, the help text follows the message. `Refused`: what the operator has to change. */
export type ConfigProblem =
  | { readonly type: 'Help' }
  | { readonly type: 'Usage'; readonly message: string }
  | { readonly type: 'Refused'; readonly message: string }

/** Loads the configuration of `agent ARGS`. */
export const loadConfig = async (
  args: readonly string[],
  host: Host,
): Promise<E.Either<ConfigProblem, RuntimeConfig>> => {
  const parsed = parseFlags(agentFlags, args)
  if (parsed.type === 'Help') return E.left({ type: 'Help' })
  if (parsed.type === 'Bad') return E.left({ type: 'Usage', message: parsed.message })
  if (parsed.args.length > 0) return refused(`Unexpected extra arguments: [${parsed.args.join(' ')}]`)
  const { flags } = parsed
  const format = forcedFormat(flags)
  if (E.isLeft(format)) return refused(format.left)
  const { lists, scalars } = flagValues(flags)
  const fragments = flags.list('hcl').map((text, i): SourceFile => ({ name: `flags-${i}.hcl`, format: 'hcl', text }))
  const config = await assemble({
    args,
    dev: flags.isOn('dev'),
    before: [lists],
    paths: configPaths(args, flags),
    format: format.right,
    after: [scalars],
    fragments,
    host,
  })
  return E.isLeft(config) ? refused(config.left) : config
}

/** Loads files alone, as `validate` does. Left: the text of the refusal. */
export const loadFiles = (
  paths: readonly string[],
  format: Format | null,
  host: Host,
): Promise<E.Either<string, RuntimeConfig>> =>
  assemble({ args: [], dev: false, before: [], paths, format, after: [], fragments: [], host })

type Parts = {
  readonly args: readonly string[]
  readonly dev: boolean
  readonly before: readonly Given[]
  readonly paths: readonly string[]
  readonly format: Format | null
  readonly after: readonly Given[]
  readonly fragments: readonly SourceFile[]
  readonly host: Host
}

const refused = (message: string): E.Either<ConfigProblem, never> => E.left({ type: 'Refused', message })

const assemble = async (parts: Parts): Promise<E.Either<string, RuntimeConfig>> => {
  const read = await readFiles(parts.paths, parts.format, parts.host)
  if (E.isLeft(read)) return read
  const files = all(read.right.files.map(fileValues))
  if (E.isLeft(files)) return files
  const fragments = all(parts.fragments.map(fileValues))
  if (E.isLeft(fragments)) return fragments
  const sources = [...parts.before, ...files.right, ...parts.after, ...fragments.right].map(renameOld)
  const warnings = [...read.right.warnings, ...sources.flatMap((source) => source.warnings)]
  const given = merge(sources.map((source) => source.values))
  return build({
    args: parts.args,
    dev: parts.dev,
    given,
    merged: merge([defaults(), ...(parts.dev ? [devDefaults] : []), given]),
    warnings: [...new Set(warnings)],
    host: parts.host,
  })
}

const all = <T>(results: readonly E.Either<string, T>[]): E.Either<string, readonly T[]> => {
  const good: T[] = []
  for (const result of results) {
    if (E.isLeft(result)) return result
    good.push(result.right)
  }
  return E.right(good)
}
