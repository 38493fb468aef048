import { readFileSync } from 'node:fs'

/** One recorded invocation. */
export type Golden = {
  readonly name: string
  /** Without the program's name. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

export const readGolden = (dir: URL, name: string): Golden => {
  const text = readFileSync(new URL(`${name}.txt`, dir), 'utf8')
  const [head, rest] = split(text, '--- stdout\n')
  const [out, tail] = split(rest, '--- stderr\n')
  const [err, ends] = split(tail, '--- final newline: ')
  const [command = '', ...notes] = head.split('\n')
  const note = (label: string) => notes.find((line) => line.startsWith(label))?.slice(label.length)
  const newline = (stream: string) => ends.includes(`${stream} yes`)
  return {
    name,
    args: words(command).slice(1),
    env: Object.fromEntries(
      (note('# env: ') ?? '')
        .split(' ')
        .filter(Boolean)
        .map((pair) => split(pair, '=')),
    ),
    stdin: JSON.parse(note('# stdin: ') ?? '""') as string,
    exit: Number(note('exit: ')),
    stdout: newline('stdout') ? out || '\n' : out.replace(/\n$/, ''),
    stderr: newline('stderr') ? err || '\n' : err.replace(/\n$/, ''),
  }
}

/** The recorded text as an expression: its markers match what varies. */
export const pattern = (text: string): RegExp => {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const marked = escaped
    .replace(/<id(\\\.)+>/g, '[0-9a-f-]{36}')
    .replaceAll('<address_>', '[0-9.]{10}')
    .replaceAll('<n>', '[0-9]+')
    .replaceAll('<snapshot-id>', '[0-9]+-[0-9]+-[0-9]+')
    .replaceAll('<time>', '[0-9T:.Z-]+')
    .replaceAll('<key>', '[A-Za-z0-9+/]{43}=')
    .replaceAll('<text>', '[^\\n]*')
    .replace(/<usage (text|line)[^>]*>/g, '[\\s\\S]+')
  return new RegExp(`^${marked}$`)
}

const split = (text: string, at: string): readonly [string, string] => {
  const i = text.indexOf(at)
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + at.length)]
}

/** Words of a shell line; single quotes only. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/(?:'([^']*)'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''))
