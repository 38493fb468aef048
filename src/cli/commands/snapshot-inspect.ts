import { resolve } from 'node:path'
import { fail, type Command } from '../command.ts'

export const snapshotInspect: Command = {
  usage: 'snapshot inspect [options] FILE',
  help: 'Shows what a snapshot holds, one of ours or of Consul: its origin, and count and size of its records.',
  flags: [
    { name: 'format', kind: 'string', default: 'pretty', help: 'pretty or json.' },
    { name: 'kvdepth', kind: 'int', default: '2', help: 'With -kvdetails: levels of keys that are told apart.' },
    { name: 'kvdetails', kind: 'switch', help: 'Shows the keys as well.' },
    { name: 'kvfilter', kind: 'string', value: '<prefix>', help: 'With -kvdetails: only keys that begin with it.' },
  ],
  api: 'none',
  run: async ({ args, flags, terminal }) => {
    const [name = ''] = args
    if (name === '') return fail(terminal, 'Missing FILE argument')
    if (args.length > 1) return fail(terminal, `Too many arguments (expected 1, got ${args.length})`)
    const format = flags.text('format')
    if (format !== 'pretty' && format !== 'json') return fail(terminal, `Error: unknown format: ${format}`)
    const { inspectArchive, keyTable } = await import('../snapshot/inspect.ts')
    const inspected = await inspectArchive(resolve(terminal.cwd, name), name)
    if (!inspected.ok) return fail(terminal, inspected.message)
    const depth = Number(flags.integer('kvdepth'))
    const keys = flags.isOn('kvdetails') ? keyTable(inspected.value, depth, flags.text('kvfilter')) : null
    const { inspectionJson, inspectionText } = await import('../snapshot/render.ts')
    terminal.out(`${(format === 'json' ? inspectionJson : inspectionText)(inspected.value, keys)}\n`)
    return 0
  },
}
