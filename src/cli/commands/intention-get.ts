import { fail, type Command } from '../command.ts'
import { json, send, unexpected } from '../http-client.ts'
import { namedIntention, verdict } from '../intention.ts'
import { columns } from '../table.ts'
import { targetOf } from '../target.ts'
import { isObject, member, text, type Tree } from '../tree.ts'

export const intentionGet: Command = {
  usage: 'intention get [options] SRC DST | ID',
  help: 'Prints an intention.',
  flags: [],
  api: 'server',
  run: async ({ flags, args, terminal }) => {
    const named = namedIntention(args)
    if (named === undefined) return fail(terminal, 'Error: Must specify two arguments: source and destination')
    const target = await targetOf(flags, terminal)
    if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
    const answer = await send(target.value, { method: 'GET', ...named })
    if (!answer.ok) return fail(terminal, `Error reading the intention: ${answer.message}`)
    if (answer.value.status === 404) return fail(terminal, notFound(args))
    if (answer.value.status !== 200) return fail(terminal, `Error reading the intention: ${unexpected(answer.value)}`)
    const intention = json(answer.value)
    if (!intention.ok) return fail(terminal, `Error reading the intention: ${intention.message}`)
    terminal.out(`${columns(rows(intention.value))}\n`)
    return 0
  },
}

const notFound = ([first = '', second]: readonly string[]): string =>
  second === undefined
    ? `Intention not found with ID ${JSON.stringify(first)}`
    : `Intention not found with source ${JSON.stringify(first)} and destination ${JSON.stringify(second)}`

/** What is not there is not shown. */
const rows = (intention: Tree): readonly (readonly string[])[] => {
  const meta = member(intention, 'Meta')
  const pairs = isObject(meta) ? [...meta.keys()].sort() : []
  const all = [
    ['Source:', text(intention, 'SourceName')],
    ['Destination:', text(intention, 'DestinationName')],
    ['Action:', verdict(intention)],
    ['ID:', text(intention, 'ID')],
    ['Description:', text(intention, 'Description')],
    ...pairs.map((key) => [`Meta[${key}]:`, text(meta, key)]),
    ['Created At:', rfc850(text(intention, 'CreatedAt'))],
  ]
  return all.filter(([, value]) => value !== '')
}

/** `Monday, 23-Nov-26 00:03:35 UTC`; '' for what is no time. */
const rfc850 = (time: string): string => {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return ''
  const weekday = date.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
  // Mon, 23 Nov 2026 00:03:35 GMT
  const [, day = '', month = '', year = '', clock = ''] = date.toUTCString().split(' ')
  return `${weekday}, ${day}-${month}-${year.slice(-2)} ${clock} UTC`
}
