/** Answers of commands in the form in which the model compares them. */
import type { Reply } from '../../src/domain/decide/decision.ts'
import type { Executed } from '../../src/log/types.ts'
import type { KvOutput } from './checkers/kv-model.ts'
import type { Intent } from './workload.ts'

/** What a client saw of a command that was executed. */
export const outputOf = (intent: Intent, { index, reply }: Executed): KvOutput => {
  if (intent.type === 'Transact') return { type: 'Transacted', index, results: resultsOf(reply, index) }
  return { type: 'Changed', ok: reply !== false, index }
}

/** Results of a transaction; index 0 stands for the transaction's own entry. */
const resultsOf = (reply: Reply, own: number) => {
  const results = field(reply, 'results')
  if (!isList(results)) throw new Error(`A transaction was answered by ${JSON.stringify(reply)}`)
  return results.map((result) => {
    const record = field(result, 'KV')
    const key = field(record, 'Key')
    const value = field(record, 'Value')
    const modifyIndex = field(record, 'ModifyIndex')
    return {
      key: typeof key === 'string' ? key : '?',
      value: typeof value === 'string' ? value : null,
      modifyIndex: modifyIndex === 0 ? own : Number(modifyIndex),
    }
  })
}

const isList = (reply: Reply | undefined): reply is readonly Reply[] => Array.isArray(reply)

const field = (reply: Reply | undefined, name: string): Reply | undefined =>
  typeof reply === 'object' && reply !== null && !isList(reply) && !(reply instanceof Uint8Array)
    ? reply[name]
    : undefined
