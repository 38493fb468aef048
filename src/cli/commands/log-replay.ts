import { fail, type Command } from '../command.ts'
import { dataDirFlag, formatFlag, withLog, type OpenOffline } from '../log-call.ts'
import { columns } from '../table.ts'
import { toJson, type TreeObject } from '../tree.ts'

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
      else terminal.out(`View ${view} at index ${index}: ${rows.length} records\n${table(rows)}`)
      return 0
    }),
})

/** One column per field of the first row; records of one view have the same fields. */
const table = (rows: readonly TreeObject[]): string => {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  if (names.length === 0) return ''
  const cells = rows.map((row) => names.map((name) => cell(row, name)))
  return `\n${columns([names, ...cells])}\n`
}

const maxCellLength = 60

const cell = (row: TreeObject, name: string): string => {
  const value = row.get(name)
  if (value === undefined || value === null) return ''
  const full = (typeof value === 'object' ? toJson(value) : String(value)).replace(/\p{Cc}/gu, ' ')
  return full.length > maxCellLength ? `${full.slice(0, maxCellLength - 1)}…` : full
}
