/** /v1/txn (reference: transactions). Without a writing verb it is a read. */
import * as E from 'fp-ts/lib/Either.js'
import { readOnlyOps } from '../../../domain/decide/transaction.ts'
import type { ReadOp, TransactionRead } from '../../../domain/decide/transaction.ts'
import type { Answer } from '../../backend.ts'
import { toByteString } from '../../json/byte-string.ts'
import type { HttpContext } from '../context.ts'
import { executeError, readError } from '../error-response.ts'
import type { Exchange } from '../exchange.ts'
import { metaHeaders } from '../query-meta.ts'
import { readOptions, wrongDatacenter } from '../read-options.ts'
import { txnErrors, txnResults } from '../render/txn.ts'
import { decodeTxn } from '../txn-body.ts'
import type { Op } from '../txn-body.ts'
import { executeFor } from '../write.ts'

export const handleTxn = (context: HttpContext, exchange: Exchange, body: Uint8Array): void => {
  const { datacenter, kvMaxValueBytes } = context.options
  const ops = decodeTxn(body, kvMaxValueBytes, toByteString(datacenter))
  if (E.isLeft(ops)) {
    if (ops.left.type === 'TooMuch') exchange.text(413, ops.left.text)
    else exchange.text(400, `Failed to parse body: ${ops.left.text}`)
    return
  }
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) {
    exchange.text(elsewhere.status, elsewhere.text)
    return
  }
  const reads = readOnlyOps(ops.right)
  if (reads === null) write(context, exchange, ops.right)
  else read(context, exchange, reads)
}

const write = (context: HttpContext, exchange: Exchange, ops: readonly Op[]): void => {
  executeFor(context, exchange, { type: 'Transact', ops }, (result) => {
    if (E.isLeft(result)) {
      const error = result.left
      if (error.type === 'Rejected' && error.rejection.type === 'TransactionFailed')
        exchange.json(409, `{"Results":null,"Errors":${txnErrors(error.rejection.errors)}}`)
      else {
        const { status, text } = executeError(error, 'kv')
        exchange.text(status, text)
      }
      return
    }
    const { reply, index } = result.right
    const list = reply !== null && typeof reply === 'object' && 'results' in reply ? reply['results'] : null
    const results = txnResults(list ?? null, index)
    if (E.isRight(results)) exchange.json(200, `{"Results":${results.right},"Errors":null}`)
    else broken(context, exchange, results.left)
  })
}

const read = (context: HttpContext, exchange: Exchange, ops: readonly ReadOp[]): void => {
  const options = readOptions(context, exchange)
  if (E.isLeft(options)) {
    exchange.text(options.left.status, options.left.text)
    return
  }
  const { consistency } = options.right
  context.deps.backend.read({ type: 'transaction.read', ops }, consistency, (result) => {
    if (E.isLeft(result)) {
      const { status, text } = readError(result.left)
      exchange.text(status, text)
      return
    }
    const answer = result.right
    const { results, errors } = answer.result as TransactionRead // what the backend answers this query with
    const headers = metaHeaders('contact', answer, consistency)
    const meta = metaFields(answer)
    if (errors.length > 0) {
      exchange.json(409, `{"Results":null,"Errors":${txnErrors(errors)},${meta}}`, headers)
      return
    }
    const list = txnResults(results, answer.index)
    if (E.isRight(list)) exchange.json(200, `{"Results":${list.right},"Errors":null,${meta}}`, headers)
    else broken(context, exchange, list.left)
  })
}

/** Query metadata in the body: only read-only transactions have it. */
const metaFields = ({ index, lastContactMs, knownLeader }: Answer): string =>
  `"Index":${Math.max(index, 1)},"LastContact":${Math.round(lastContactMs * 1e6)},"KnownLeader":${knownLeader},` +
  '"ConsistencyLevel":"","NotModified":false,"Backend":0,"ResultsFilteredByACLs":false'

const broken = (context: HttpContext, exchange: Exchange, why: string): void => {
  context.deps.report(`Answering a transaction failed: ${why}`)
  exchange.text(500, 'Internal error')
}
