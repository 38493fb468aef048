/** /v1/log: the log over HTTP (history: the log over HTTP). Errors are JSON. */
import * as E from 'fp-ts/lib/Either.js'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { ownError, sendHistoryError } from '../own-error.ts'
import { logEntry } from '../render/log-entry.ts'
import { later } from './agent.ts'
import { logQuery } from './log-query.ts'
import { sendEvents, streamEvents } from './log-events.ts'

export const handleLogStatus = (context: HttpContext, exchange: Exchange): void => {
  if (isExposed(context, exchange)) later(context, exchange, context.deps.history.status())
}

export const handleLogEntry = (context: HttpContext, exchange: Exchange): void => {
  if (!isExposed(context, exchange)) return
  if (!/^[0-9]{1,15}$/.test(exchange.argument)) {
    ownError(exchange, 400, 'Path must end in the index of an entry')
    return
  }
  const index = Number(exchange.argument)
  guard(context, exchange, async () => {
    const { first, last } = context.deps.history.range()
    if (index > last || index < 1) {
      ownError(exchange, 404, `No entry has the index ${index}; the last one is ${last}`)
      return
    }
    const read = await context.deps.history.entries(Math.max(index, first), 1, 'upwards')
    if (E.isLeft(read)) sendHistoryError(exchange, read.left)
    else {
      const [entry] = read.right
      if (entry?.index === index) exchange.json(200, logEntry(entry))
      else if (index < first)
        sendHistoryError(exchange, { type: 'Compacted', oldestIndex: first, oldestMs: entry?.atMs ?? 0 })
      else ownError(exchange, 404, `No entry has the index ${index}`)
    }
  })
}

export const handleLog = (context: HttpContext, exchange: Exchange): void => {
  if (!isExposed(context, exchange)) return
  guard(context, exchange, async () => {
    const query = await logQuery(context, exchange)
    if (E.isLeft(query)) ownError(exchange, 400, query.left)
    else if ((exchange.header('accept') ?? '').includes('application/x-ndjson'))
      await streamEvents(context, exchange, query.right)
    else await sendEvents(context, exchange, query.right)
  })
}

/** Deleted secrets must not become public on an open port: the past is for the loopback unless configured otherwise. */
const isExposed = (context: HttpContext, exchange: Exchange): boolean => {
  const { historyExpose } = context.options
  if (historyExpose === 'all' || (historyExpose === 'loopback' && isLoopback(exchange.remoteAddress))) return true
  ownError(exchange, 403, `History is not served to this address (setting history.expose = "${historyExpose}")`)
  return false
}

const isLoopback = (address: string): boolean => address === '' || address === '::1' || /^(::ffff:)?127\./.test(address) // '' is a Unix socket

const guard = (context: HttpContext, exchange: Exchange, run: () => Promise<void>): void => {
  run().catch((error: unknown) => {
    context.deps.report(`Answering ${exchange.path} failed: ${String(error)}`)
    ownError(exchange, 500, 'Internal error')
  })
}
