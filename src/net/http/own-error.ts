/** Errors of our own endpoints: JSON that names what is wrong. */
import { toByteString } from '../json/byte-string.ts'
import { quote } from '../json/write.ts'
import type { Exchange } from './exchange.ts'
import type { HistoryError } from './log-reader.ts'
import { time } from './render/log-entry.ts'

export const ownError = (exchange: Exchange, status: number, text: string): void => {
  exchange.json(status, `{"Error":${quote(toByteString(text))}}`)
}

/** 410 for what was compacted away (history: retained). */
export const sendHistoryError = (exchange: Exchange, error: HistoryError): void => {
  if (error.type === 'Unreadable') {
    ownError(exchange, 500, error.why)
    return
  }
  const text = `history before index ${error.oldestIndex} (${time(error.oldestMs)}) is no longer retained`
  exchange.json(410, `{"Error":${quote(text)},"OldestIndex":${error.oldestIndex}}`)
}
