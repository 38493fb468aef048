import { fail, type Call, type Command } from '../command.ts'
import { eventHeadline, eventLine } from '../event-line.ts'
import { dataDirFlag, formatFlag, withLog, type OpenOffline } from '../log-call.ts'
import type { EventQuery, LogSource } from '../log-source.ts'
import { shown, toJson, type Tree } from '../tree.ts'

const followEveryMs = 500

export const logShow = (openOffline: OpenOffline): Command => ({
  usage: 'log show [options]',
  help:
    'Prints events of the log, oldest first: who changed what, and when.\n' +
    'A moment is an index (812), an event (812.1), a time (2026-11-22T10:00:00Z), a time ago (-15m) or now.',
  flags: [
    dataDirFlag,
    formatFlag,
    { name: 'since', kind: 'string', value: '<moment>', help: 'First moment to print.' },
    { name: 'until', kind: 'string', value: '<moment>', help: 'Last moment to print.' },
    { name: 'type', kind: 'string', value: '<type,...>', help: 'Only events of these types.' },
    { name: 'topic', kind: 'string', value: '<topic>', help: 'Only what touches the topic: kv, kv:app/db, kv:app/*.' },
    { name: 'actor', kind: 'string', value: '<actor>', help: 'Only what this token, node, address or policy did.' },
    { name: 'limit', kind: 'uint', value: '<number>', help: 'Ends after so many events.' },
    { name: 'reverse', kind: 'switch', help: 'Newest first.' },
    { name: 'follow', kind: 'switch', help: 'Goes on and prints events as they come, until interrupted.' },
  ],
  api: 'client',
  run: (call) => withLog(call, openOffline, (log) => show(call, log)),
})

const show = async (call: Call, log: LogSource): Promise<number> => {
  const { flags, terminal } = call
  if (flags.given('limit') && flags.integer('limit') === 0n) return fail(terminal, 'Invalid -limit: must be at least 1')
  const follow = flags.isOn('follow')
  if (follow && flags.isOn('reverse')) return fail(terminal, 'Cannot specify both -follow and -reverse')
  if (follow && flags.text('data-dir') !== '') return fail(terminal, 'Cannot follow the files of a stopped server')
  const asTable = flags.text('format') === 'table'
  if (asTable) terminal.out(`${eventHeadline}\n`)
  let query: EventQuery = {
    since: flags.text('since'),
    until: flags.text('until'),
    types: flags.text('type'),
    topic: flags.text('topic'),
    actor: flags.text('actor'),
    limit: flags.given('limit') ? Number(flags.integer('limit')) : null,
    reverse: flags.isOn('reverse'),
  }
  for (;;) {
    const page = await log.events(query)
    if (!page.ok) return fail(terminal, `Error reading the log: ${page.message}`)
    for (const event of page.value.events) terminal.out(`${asTable ? eventLine(event) : toJson(event)}\n`)
    const limit = query.limit === null ? null : query.limit - page.value.events.length
    if (limit === 0) return 0
    const next = page.value.next ?? (follow ? after(page.value.events.at(-1), query.since) : null)
    if (next === null) return 0
    if (page.value.next === null) await terminal.pause(followEveryMs)
    query = { ...query, limit, ...(query.reverse ? { until: next } : { since: next }) }
  }
}

/** The address behind an event; without one, where the last question began. */
const after = (event: Tree | undefined, since: string): string =>
  event === undefined ? since : `${shown(event, 'Index')}.${Number(shown(event, 'Ordinal')) + 1}`
