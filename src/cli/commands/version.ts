import { fail, type Command } from '../command.ts'
import { toJson, type Tree } from '../tree.ts'
import { buildDate, consulApiVersion, proconsulVersion, protocolVersions } from '../version.ts'

export const version: Command = {
  usage: 'version [options]',
  help: "Prints the version of Consul's interfaces that are served, and this program's own.",
  flags: [{ name: 'format', kind: 'string', value: '<pretty|json>', default: 'pretty', help: 'Form of the output.' }],
  api: 'none',
  run: ({ flags, terminal }) => {
    const format = flags.text('format')
    if (format !== 'pretty' && format !== 'json') return Promise.resolve(fail(terminal, `Unknown format: ${format}`))
    terminal.out(`${format === 'json' ? toJson(asTree(), '   ') : pretty()}\n`)
    return Promise.resolve(0)
  },
}

const pretty = (): string => {
  const { default: spoken, min, max } = protocolVersions
  return [
    `Consul v${consulApiVersion}`,
    `Proconsul v${proconsulVersion}`,
    `Protocol ${spoken} spoken by default, understands ${min} to ${max} (agent will automatically use protocol >${spoken} when speaking to compatible agents)`,
    '',
  ].join('\n')
}

const asTree = (): Tree =>
  new Map<string, Tree>([
    ['Version', consulApiVersion],
    ['Revision', ''],
    ['Prerelease', ''],
    ['BuildDate', buildDate],
    [
      'RPC',
      new Map([
        ['Default', protocolVersions.default],
        ['Min', protocolVersions.min],
        ['Max', protocolVersions.max],
      ]),
    ],
    ['Proconsul', proconsulVersion],
  ])
