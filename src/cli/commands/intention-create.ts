import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fail, type Call, type Command } from '../command.ts'
import { openProblem } from '../file-problem.ts'
import { callJson, send, unexpected, type Result, type Target } from '../http-client.ts'
import { intentionLine } from '../intention.ts'
import { parseJson } from '../json.ts'
import { targetOf } from '../target.ts'
import { isObject, member, text, toJson, type Tree } from '../tree.ts'

export const intentionCreate: Command = {
  usage: 'intention create [options] SRC DST | -file FILE...',
  help: 'Creates an intention: whether SRC may call DST.',
  flags: [
    { name: 'allow', kind: 'switch', help: 'Calls are allowed; the default.' },
    { name: 'deny', kind: 'switch', help: 'Calls are denied.' },
    { name: 'file', kind: 'switch', help: 'The arguments are files with one intention each, as JSON.' },
    { name: 'meta', kind: 'list', value: '<key=value>', help: 'Metadata of the intention. Repeatable.' },
    { name: 'replace', kind: 'switch', help: 'Replaces an intention of the same pair.' },
  ],
  api: 'server',
  run: async (call) => {
    const { flags, terminal } = call
    if (flags.isOn('allow') && flags.isOn('deny')) {
      return fail(terminal, 'Only one of -allow or -deny may be specified.')
    }
    const intentions = flags.isOn('file') ? await fromFiles(call) : fromArguments(call)
    if (!intentions.ok) return fail(terminal, `Error: ${intentions.message}`)
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    for (const intention of intentions.value) {
      const line = intentionLine(intention)
      const written = await write(target.value, intention, flags.isOn('replace'))
      if (!written.ok) return fail(terminal, `Error creating intention ${JSON.stringify(line)}: ${written.message}`)
      terminal.out(`${written.value}: ${line}\n`)
    }
    return 0
  },
}

const fromArguments = ({ flags, args }: Call): Result<readonly Tree[]> => {
  const [source, destination] = args
  if (source === undefined || destination === undefined || args.length > 2) {
    return { ok: false, message: 'Must specify two arguments: source and destination' }
  }
  const pairs = flags.list('meta').map((pair): readonly [string, Tree] => {
    const equals = pair.indexOf('=')
    return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
  })
  const intention = new Map<string, Tree>([
    ['SourceName', source],
    ['DestinationName', destination],
    ['SourceType', 'consul'],
    ['Action', flags.isOn('deny') ? 'deny' : 'allow'],
    ...(pairs.length === 0 ? [] : [['Meta', new Map(pairs)] as const]),
  ])
  return { ok: true, value: [intention] }
}

const fromFiles = async ({ args, terminal }: Call): Promise<Result<readonly Tree[]>> => {
  const intentions: Tree[] = []
  for (const file of args) {
    const content = await readFile(resolve(terminal.cwd, file), 'utf8').then(
      (value) => ({ ok: true, value }) as const,
      (error: unknown) => ({ ok: false, message: openProblem(error, file) }) as const,
    )
    if (!content.ok) return content
    const parsed = parseJson(content.value)
    if (!parsed.ok) return { ok: false, message: `${file}: ${parsed.message}` }
    if (!isObject(parsed.tree)) return { ok: false, message: `${file}: no intention` }
    intentions.push(parsed.tree)
  }
  return { ok: true, value: intentions }
}

/** What was done, as the first word of the line. */
const write = async (target: Target, intention: Tree, replace: boolean): Promise<Result<'Created' | 'Updated'>> => {
  const pair = { source: text(intention, 'SourceName'), destination: text(intention, 'DestinationName') }
  const body = Buffer.from(toJson(intention))
  if (replace) {
    const present = await send(target, { method: 'GET', path: '/v1/connect/intentions/exact', query: pair })
    if (!present.ok) return present
    if (present.value.status === 200) return update(target, present.value.body, pair, body)
    if (present.value.status !== 404) return { ok: false, message: unexpected(present.value) }
  }
  const made = await callJson(target, { method: 'POST', path: '/v1/connect/intentions', body })
  return made.ok ? { ok: true, value: 'Created' } : made
}

/** One with an id keeps it. */
const update = async (
  target: Target,
  present: Buffer,
  pair: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<Result<'Updated'>> => {
  const parsed = parseJson(present.toString('utf8'))
  const id = parsed.ok ? member(parsed.tree, 'ID') : undefined
  const updated = await callJson(
    target,
    typeof id === 'string'
      ? { method: 'PUT', path: `/v1/connect/intentions/${encodeURIComponent(id)}`, body }
      : { method: 'PUT', path: '/v1/connect/intentions/exact', query: pair, body },
  )
  return updated.ok ? { ok: true, value: 'Updated' } : updated
}
