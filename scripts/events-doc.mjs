// Writes docs/events.md from the declarations of the events; --check: fails when the file is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import prettier from 'prettier'
import { must, root, tool } from './run.mjs'

const file = `${root}docs/events.md`

await must(process.execPath, [tool('@typescript/native/bin/tsc'), '-p', 'tsconfig.build.json'])
const { allEvents } = await import(`${root}dist/domain/events/all.js`)
const { upcasts } = await import(`${root}dist/domain/upcasts.js`)

/** A codec's name without what only the compiler cares for. */
const typeName = (codec) => {
  let name = codec.name
  for (let before = ''; before !== name;) {
    before = name
    name = name.replace(/ReadonlyArray<([^<>]*)>/g, 'list($1)').replace(/Readonly<([^<>]*)>/g, '$1')
  }
  return name.replace(/^\((.*)\)$/, '$1').replaceAll('|', '\\|')
}

const section = ({ type, version, since, summary, fields }) => {
  const older = upcasts.filter((upcast) => upcast.type === type).map(({ from }) => from)
  const read = older.length === 0 ? '' : ` Versions ${older.sort().join(', ')} are still read.`
  const rows = Object.entries(fields).map(([name, codec]) => `| \`${name}\` | ${typeName(codec)} |`)
  return `## ${type}\n\n${summary} Version ${version}, feature level ${since}.${read}\n\n| field | type |\n| --- | --- |\n${rows.join('\n')}\n`
}

const events = Object.values(allEvents)
const text = `# Events

Every fact that may stand in the log. This file is written by \`npm run docs:events\` from \`src/domain/events\`; the bytes
of an event are described in [log-format.md](log-format.md).

An event is stored as its type, its version, and a MessagePack map of the fields below. Texts hold one byte per
character (the UTF-8 bytes of what users wrote). \`Bytes\` is a text below 1,024 bytes and binary from there on.
\`UInt64\` is an exact 64-bit number. A field is never absent: what was not given is null. The feature level says from
which level of the cluster on leaders may write an event.

| event | fact |
| --- | --- |
${events.map(({ type, summary }) => `| [${type}](#${type.toLowerCase()}) | ${summary} |`).join('\n')}

${events.map(section).join('\n')}`

const config = (await prettier.resolveConfig(file)) ?? {}
const wanted = await prettier.format(text, { ...config, parser: 'markdown' })

if (!process.argv.includes('--check')) writeFileSync(file, wanted)
else {
  let present = ''
  try {
    present = readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  if (present !== wanted) {
    console.error('docs/events.md is stale: run npm run docs:events')
    process.exit(1)
  }
}
