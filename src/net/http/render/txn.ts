/** Results and errors of transactions in the API's shape (reference: transactions, response). */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ByteString } from '../../../domain/bytes.ts'
import { Bytes } from '../../../domain/bytes.ts'
import type { Reply } from '../../../domain/decide/decision.ts'
import type { OpError } from '../../../domain/decide/rejection.ts'
import { checkFields, nodeFields, serviceFields } from '../../../domain/records.ts'
import { toBase64 } from '../../json/byte-string.ts'
import { array, quote } from '../../json/write.ts'
import { opReasonText } from '../error-response.ts'
import { healthCheck, node, nodeService } from './catalog.ts'

/**
 * The `Results` list; `index` is the entry's, which results call 0. Left: a reply of another shape, which is our own
 * fault.
 */
export const txnResults = (results: Reply, index: number): E.Either<string, ByteString> => {
  const decoded = Results.decode(results)
  if (E.isLeft(decoded)) return E.left('the reply of a transaction has another shape')
  return E.right(array(decoded.right.map((result) => resultText(result, index))))
}

/** The `Errors` list. */
export const txnErrors = (errors: readonly OpError[]): ByteString =>
  array(errors.map(({ opIndex, reason }) => `{"OpIndex":${opIndex},"What":${quote(opReasonText(reason))}}`))

const KvResult = t.type({
  KV: t.type({
    LockIndex: t.number,
    Key: t.string,
    Flags: t.union([t.bigint, t.number]),
    Value: t.union([Bytes, t.null]),
    Session: t.string,
    CreateIndex: t.union([t.number, t.null]),
    ModifyIndex: t.union([t.number, t.null]),
  }),
})
const modified = { modifyIndex: t.number }
const NodeResult = t.type({ Node: t.type({ ...nodeFields, ...modified }) })
const ServiceResult = t.type({ Service: t.type({ ...serviceFields, ...modified }) })
const CheckResult = t.type({ Check: t.type({ ...checkFields, ...modified }) })
const Result = t.union([KvResult, NodeResult, ServiceResult, CheckResult])
const Results = t.readonlyArray(Result)

const resultText = (result: t.TypeOf<typeof Result>, index: number): ByteString => {
  if ('KV' in result) return `{"KV":${kv(result.KV, index)}}`
  if ('Node' in result) return `{"Node":${node(placed(result.Node, index))}}`
  if ('Service' in result) return `{"Service":${nodeService(placed(result.Service, index))}}`
  return `{"Check":${healthCheck(placed(result.Check, index))}}`
}

const placed = <R extends { readonly createIndex: number; readonly modifyIndex: number }>(
  record: R,
  index: number,
): R => ({
  ...record,
  createIndex: record.createIndex === 0 ? index : record.createIndex,
  modifyIndex: record.modifyIndex === 0 ? index : record.modifyIndex,
})

const kv = (entry: t.TypeOf<typeof KvResult>['KV'], index: number): ByteString => {
  const at = (own: number | null): number => (own === null ? 0 : own === 0 ? index : own)
  const value = entry.Value === null || entry.Value.length === 0 ? 'null' : `"${toBase64(entry.Value)}"`
  const session = entry.Session === '' ? '' : `"Session":${quote(entry.Session)},`
  return `{"LockIndex":${entry.LockIndex},"Key":${quote(entry.Key)},"Flags":${entry.Flags},"Value":${value},${session}"CreateIndex":${at(entry.CreateIndex)},"ModifyIndex":${at(entry.ModifyIndex)}}`
}
