import { fail, type Command } from '../command.ts'
import { dataDirFlag, formatFlag, withLog, type OpenOffline } from '../log-call.ts'
import { columns } from '../table.ts'
import { isList, isObject, toJson, type Tree } from '../tree.ts'

export const logStats = (openOffline: OpenOffline): Command => ({
  usage: 'log stats [options]',
  help: 'Prints range, size, retention and counts of the log.',
  flags: [dataDirFlag, formatFlag],
  api: 'client',
  run: (call) =>
    withLog(call, openOffline, async (log) => {
      const stats = await log.stats()
      if (!stats.ok) return fail(call.terminal, `Error reading the log: ${stats.message}`)
      const asTable = call.flags.text('format') === 'table'
      call.terminal.out(`${asTable ? columns(rows(stats.value, '')) : toJson(stats.value)}\n`)
      return 0
    }),
})

/** One row per value; names of inner values follow their parent's behind a point. */
const rows = (tree: Tree, name: string): readonly (readonly [string, string])[] => {
  const inner = (key: string) => (name === '' ? key : `${name}.${key}`)
  if (isObject(tree)) return [...tree].flatMap(([key, value]) => rows(value, inner(key)))
  if (isList(tree)) return tree.flatMap((value, i) => rows(value, inner(String(i))))
  return [[name, tree === null ? '' : String(tree)]]
}
