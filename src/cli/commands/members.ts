import { fail, type Call, type Command } from '../command.ts'
import { callList } from '../http-client.ts'
import { columns } from '../table.ts'
import { targetOf } from '../target.ts'
import { isObject, member, shown, text, type Tree } from '../tree.ts'

export const members: Command = {
  usage: 'members [options]',
  help: 'Lists the members of the cluster as this agent sees them. Exit 2 when none is left after filtering.',
  flags: [
    { name: 'detailed', kind: 'switch', help: 'Prints every tag of a member.' },
    { name: 'wan', kind: 'switch', help: 'Lists the servers of all datacenters.' },
    { name: 'status', kind: 'string', value: '<regex>', default: '.*', help: 'Only members whose status matches.' },
    { name: 'segment', kind: 'string', value: '<name>', default: '_all', help: 'Only members of the segment.' },
    { name: 'filter', kind: 'string', value: '<expression>', help: 'Only members that the filter expression selects.' },
  ],
  api: 'client',
  run: async (call) => {
    const status = compile(call.flags.text('status'))
    if (typeof status === 'string') return fail(call.terminal, `Failed to compile status regexp: ${status}`)
    const target = await targetOf(call.flags, call.terminal)
    if (!target.ok) return fail(call.terminal, `Error connecting to Consul agent: ${target.message}`)
    const { flags } = call
    const answer = await callList(target.value, {
      method: 'GET',
      path: '/v1/agent/members',
      query: {
        segment: flags.text('segment'),
        ...(flags.isOn('wan') ? { wan: '1' } : {}),
        ...(flags.text('filter') === '' ? {} : { filter: flags.text('filter') }),
      },
    })
    if (!answer.ok) return fail(call.terminal, `Error retrieving members: ${answer.message}`)
    return print(
      call,
      answer.value.map(described).filter((found) => status.test(found.status)),
    )
  },
}

type Described = {
  readonly name: string
  readonly address: string
  readonly status: string
  readonly role: string
  readonly partition: string
  readonly segment: string
  readonly tags: ReadonlyMap<string, string>
}

const statusWords = ['none', 'alive', 'leaving', 'left', 'failed'] as const

const described = (tree: Tree): Described => {
  const given = member(tree, 'Tags')
  const tags = new Map<string, string>()
  if (isObject(given)) for (const [key, value] of given) if (typeof value === 'string') tags.set(key, value)
  const role = tags.get('role') ?? ''
  const host = text(tree, 'Addr')
  const segment = role === 'consul' ? '<all>' : tags.get('segment') || '<default>'
  return {
    name: text(tree, 'Name'),
    address: `${host.includes(':') ? `[${host}]` : host}:${shown(tree, 'Port')}`,
    status: statusWords[Number(shown(tree, 'Status'))] ?? 'none',
    role,
    partition: tags.get('ap') || 'default',
    segment,
    tags,
  }
}

const print = ({ flags, terminal }: Call, found: readonly Described[]): number => {
  if (found.length === 0) return 2
  const sorted = [...found].sort(inOrder)
  const rows = flags.isOn('detailed')
    ? [['Node', 'Address', 'Status', 'Tags'], ...sorted.map(detailedRow)]
    : [
        ['Node', 'Address', 'Status', 'Type', 'Build', 'Protocol', 'DC', 'Partition', 'Segment'],
        ...sorted.map(standardRow),
      ]
  terminal.out(`${columns(rows)}\n`)
  return 0
}

/** Servers first, then the default partition, segment, partition, name. */
const inOrder = (a: Described, b: Described): number => {
  const keys = (m: Described) => [
    m.role === 'consul' ? '0' : '1',
    m.partition === 'default' ? '0' : '1',
    m.segment,
    m.partition,
    m.name,
  ]
  const [left, right] = [keys(a), keys(b)]
  const at = left.findIndex((key, i) => key !== right[i])
  return at < 0 ? 0 : (left[at] ?? '') < (right[at] ?? '') ? -1 : 1
}

const standardRow = (m: Described): readonly string[] => {
  const type = m.role === 'consul' ? 'server' : m.role === 'node' ? 'client' : 'unknown'
  if (type === 'unknown') return [m.name, m.address, m.status, type, '', '', '', '', '']
  const build = m.tags.get('build')
  return [
    m.name,
    m.address,
    m.status,
    type,
    build === undefined ? '< 0.3' : (build.split(':')[0] ?? ''),
    m.tags.get('vsn') ?? '',
    m.tags.get('dc') ?? '',
    m.partition,
    m.segment,
  ]
}

const detailedRow = (m: Described): readonly string[] => {
  const tags = new Map([...m.tags, ['ap', m.partition] as const, ['segment', m.segment] as const])
  const pairs = [...tags.keys()].sort().map((key) => `${key}=${tags.get(key) ?? ''}`)
  return [m.name, m.address, m.status, pairs.join(',')]
}

/** The expression, or why there is none: Go's wording where an unclosed class or group is the cause. */
const compile = (source: string): RegExp | string => {
  try {
    return new RegExp(source, 'u')
  } catch {
    const unclosed = /\[[^\]]*$/.exec(source)
    if (unclosed !== null) return `error parsing regexp: missing closing ]: \`${unclosed[0]}\``
    return `error parsing regexp: invalid expression: \`${source}\``
  }
}
