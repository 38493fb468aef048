import { fail, type Command } from '../command.ts'
import { valueOf } from '../event-line.ts'
import { dataDirFlag, formatFlag, withLog, type OpenOffline } from '../log-call.ts'
import { columns } from '../table.ts'
import { list, shown, toJson, type TreeObject } from '../tree.ts'

export const logReplay = (openOffline: OpenOffline): Command => ({
  usage: 'log replay [options]',
  help:
    'Folds the log from a checkpoint, or from its beginning, up to a moment and prints a view as it was then.\n' +
    'A moment is an index (812), a time (2026-11-22T10:00:00Z), a time ago (-15m) or now.',
  flags: [
    dataDirFlag,
    formatFlag,
    { name: 'until', kind: 'string', value: '<moment>', default: 'now', help: 'The moment; included.' },
    { name: 'view', kind: 'string', value: '<catalog|health|kv|sessions>', help: 'The view to print; required.' },
  ],
  api: 'client',
  run: (call) =>
    withLog(call, openOffline, async (log) => {
      const { flags, terminal } = call
      const view = flags.text('view')
      if (view === '') return fail(terminal, 'Missing -view: one of catalog, health, kv, sessions')
      const replayed = await log.replay(view, flags.text('until'))
      if (!replayed.ok) return fail(terminal, `Error replaying the log: ${replayed.message}`)
      const { index, rows } = replayed.value
      if (flags.text('format') === 'json') for (const row of rows) terminal.out(`${toJson(row)}\n`)
      else terminal.out(`View ${view} at index ${index}: ${rows.length} records\n${table(view, rows)}`)
      return 0
    }),
})

/** What a table shows of a view's records; `-format json` has everything. */
const shownFields: ReadonlyMap<string, readonly string[]> = new Map([
  ['kv', ['Key', 'Value', 'Flags', 'Session', 'CreateIndex', 'ModifyIndex']],
  ['sessions', ['ID', 'Name', 'Node', 'TTL', 'Behavior', 'CreateIndex']],
  ['catalog', ['Node', 'Address', 'ServiceName', 'ServiceID', 'ServiceTags', 'ServiceAddress', 'ServicePort']],
  ['health', ['Node', 'CheckID', 'Status', 'ServiceName', 'ServiceID', 'Output', 'ModifyIndex']],
])

const table = (view: string, rows: readonly TreeObject[]): string => {
  const names = shownFields.get(view) ?? []
  if (rows.length === 0) return ''
  return `\n${columns([names, ...rows.map((row) => names.map((name) => cell(row, name)))])}\n`
}

const maxCellLength = 60

const cell = (row: TreeObject, name: string): string => {
  if (name === 'Value') return valueOf(row)
  const values = list(row, name)
  const full = (values.length > 0 ? values.map(String).join(',') : shown(row, name)).replace(/\p{Cc}/gu, ' ')
  return full.length > maxCellLength ? `${full.slice(0, maxCellLength - 1)}…` : full
}
