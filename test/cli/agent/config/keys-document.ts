import { keys, oldKeys, type KeySpec, type Part } from '../../../../src/cli/agent/config/keys.ts'

/** The text of docs/configuration.md. */
export const keysDocument = (): string =>
  `# Configuration

The agent reads JSON and HCL 1 files (\`-config-file\`, \`-config-dir\`), flags and \`-hcl\` fragments. Later sources win, in this order: defaults, \`-dev\`, flags
that may be repeated, files in the order of the command line (a directory's files by name), all other flags, \`-hcl\`. Scalars are replaced, lists
appended, maps and stanzas merged key by key. A stanza may be written as \`{}\` or \`[{}]\`.

Every key of Consul's community edition is known. A key that is not in the tables below is refused by name; a key of a part that this release lacks is
accepted, and the log warns of it once at start. \`proconsul validate FILE...\` checks files without starting anything.

\`history\` is Proconsul's own stanza:

| key | meaning |
| --- | --- |
| \`history.max_age\` | how long the past stays readable; \`0\`: only what Raft itself needs |
| \`history.max_bytes\` | size of the kept log, as bytes or with a unit (\`4GiB\`, \`512MB\`); \`0\`: no bound |
| \`history.expose\` | who may read the past over HTTP while there is no access control: \`loopback\`, \`all\` or \`off\` |

## Keys that work

${table(keys.filter((key) => key.part === 'now'))}

## Keys that are accepted

They are known so that existing files load. \`-\` in the last column: nothing would change, no warning is given.

${table(
  keys.filter((key) => key.part !== 'now'),
  'waits for',
)}

## Old names

| key | use instead | flag |
| --- | --- | --- |
${oldKeys.map((key) => row([code(key.path), key.replacement === null ? 'has no effect' : code(key.replacement), flag(key)])).join('\n')}
`

const table = (rows: readonly KeySpec[], waits?: string): string =>
  [
    row(['key', 'kind', 'default', 'flag', ...(waits === undefined ? [] : [waits])]),
    row(['---', '---', '---', '---', ...(waits === undefined ? [] : ['---'])]),
    ...rows.map((key) =>
      row([
        code(key.path),
        kinds[key.kind],
        fallback(key),
        flag(key),
        ...(waits === undefined ? [] : [part(key.part)]),
      ]),
    ),
  ].join('\n')

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const code = (text: string): string => `\`${text}\``

const kinds: Readonly<Record<KeySpec['kind'], string>> = {
  bool: 'bool',
  string: 'string',
  int: 'int',
  float: 'float',
  duration: 'duration',
  strings: 'list of strings',
  map: 'map of strings',
  service: 'list of service definitions',
  check: 'list of check definitions',
  objects: 'list of objects',
  any: 'any',
}

const fallback = (key: KeySpec): string => {
  if (key.default === undefined) return ''
  return code(typeof key.default === 'string' ? JSON.stringify(key.default) : String(key.default))
}

const flag = (key: KeySpec): string => (key.flag === undefined ? '' : code(`-${key.flag}`))

const part = (name: Part): string =>
  name === 'accepted' ? '-' : name === 'enterprise' ? 'nothing: enterprise edition' : name
