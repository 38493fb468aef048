import { fail, type Command } from '../command.ts'
import { dataDirFlag, withLog, type OpenOffline } from '../log-call.ts'

export const logVerify = (openOffline: OpenOffline): Command => ({
  usage: 'log verify [options]',
  help:
    'Checks the log and prints its range and the hash of its last entry; exit 1 when anything is broken.\n' +
    'With -data-dir every frame, checksum and digest is read; through an agent the links of the hash chain are walked.',
  flags: [dataDirFlag],
  api: 'client',
  run: (call) =>
    withLog(call, openOffline, async (log) => {
      const verified = await log.verify()
      if (!verified.ok) return fail(call.terminal, `Error reading the log: ${verified.message}`)
      if (!verified.value.intact) return fail(call.terminal, `The log is NOT intact: ${verified.value.problem}`)
      const { firstIndex, lastIndex, entriesCount, headHash, checked } = verified.value
      if (entriesCount === 0) call.terminal.out('The log is empty\n')
      else {
        call.terminal.out(`The log is intact: ${entriesCount} entries, ${firstIndex} to ${lastIndex} (${checked})\n`)
        call.terminal.out(`Head hash ${headHash}\n`)
      }
      return 0
    }),
})
