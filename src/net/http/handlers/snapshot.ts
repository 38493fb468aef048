/** /v1/snapshot (reference: snapshot): the whole state as an archive, and back. */
import * as E from 'fp-ts/lib/Either.js'
import { toByteString, toText } from '../../json/byte-string.ts'
import type { RestoreProblem } from '../../snapshots.ts'
import { drain } from '../body.ts'
import type { HttpContext } from '../context.ts'
import { executeError, readError } from '../error-response.ts'
import type { ErrorAnswer } from '../error-response.ts'
import type { Exchange } from '../exchange.ts'
import { ownError } from '../own-error.ts'
import { readOptions, wrongDatacenter } from '../read-options.ts'
import { maxNoteBytes, noteOf } from '../write.ts'

export const handleSnapshot = (context: HttpContext, exchange: Exchange): void => {
  const elsewhere = wrongDatacenter(context, exchange)
  if (elsewhere !== null) {
    drain(exchange.request)
    exchange.text(elsewhere.status, elsewhere.text)
    return
  }
  const run = exchange.method === 'GET' ? save : restore
  run(context, exchange).catch((error: unknown) => {
    context.deps.report(`Answering ${exchange.method} ${exchange.path} failed: ${String(error)}`)
    if (exchange.response.headersSent) exchange.breakStream()
    else exchange.text(500, 'Internal error')
  })
}

const save = async (context: HttpContext, exchange: Exchange): Promise<void> => {
  const options = readOptions(context, exchange)
  if (E.isLeft(options)) {
    exchange.text(options.left.status, options.left.text)
    return
  }
  const saved = await context.deps.snapshots.save(options.right.consistency)
  if (E.isLeft(saved)) {
    const { status, text } = readError(saved.left)
    exchange.text(status, text)
    return
  }
  const { index, knownLeader, lastContactMs, bytes } = saved.right
  const meta = ['X-Consul-Index', String(index), 'X-Consul-Knownleader', String(knownLeader)]
  exchange.startStream('application/x-gzip', [...meta, 'X-Consul-Lastcontact', String(lastContactMs)])
  for await (const slice of bytes) {
    if (exchange.over) return
    exchange.writeBytes(slice)
    await exchange.drained()
  }
  exchange.endStream()
}

const restore = async (context: HttpContext, exchange: Exchange): Promise<void> => {
  const { request } = exchange
  const note = noteOf(exchange)
  if (note !== null && note.length > maxNoteBytes) {
    drain(request)
    ownError(exchange, 400, `Note is longer than ${maxNoteBytes} bytes`)
    return
  }
  const actor = { token: 'anonymous', node: context.options.nodeName, address: exchange.remoteAddress, via: 'http' }
  const by = { actor, note: note === null ? null : toText(note), cause: null, requestId: null }
  const restored = await context.deps.snapshots.restore(pieces(exchange), by)
  drain(request)
  if (E.isRight(restored)) exchange.empty(200)
  else {
    const { status, text } = problemAnswer(restored.left)
    exchange.text(status, text)
  }
}

/** The body; the connection stays when the reader stops early, since the client must see why. */
const pieces = async function* (exchange: Exchange): AsyncGenerator<Uint8Array> {
  const iterator: AsyncIterable<unknown> = exchange.request.iterator({ destroyOnReturn: false })
  for await (const piece of iterator) if (piece instanceof Uint8Array) yield piece
}

const problemAnswer = (problem: RestoreProblem): ErrorAnswer => {
  switch (problem.type) {
    case 'BadArchive':
      return { status: 500, text: toByteString(problem.why) }
    case 'Busy':
      return { status: 429, text: 'Another snapshot is being restored' }
    case 'NotKept':
      return { status: 500, text: `failed to keep the snapshot: ${toByteString(problem.why)}` }
    case 'Rejected':
    case 'NotLeader':
    case 'Overloaded':
    case 'OutcomeUnknown':
    case 'Failed':
      return executeError(problem, 'catalog')
  }
}
