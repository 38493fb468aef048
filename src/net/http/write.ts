/** A write from command to answer. */
import * as E from 'fp-ts/lib/Either.js'
import type { Command } from '../../domain/commands/all.ts'
import type { Rejection } from '../../domain/decide/rejection.ts'
import type { ExecuteError, Executed } from '../../log/types.ts'
import { toText } from '../json/byte-string.ts'
import type { HttpContext } from './context.ts'
import { executeError } from './error-response.ts'
import type { Origin } from './error-response.ts'
import type { Exchange } from './exchange.ts'
import { ownError } from './own-error.ts'
import { first } from './query-params.ts'

/** Longest note that a change may carry, in bytes. */
export const maxNoteBytes = 512

/**
 * Executes a command for the exchange's client. `origin` chooses the prefix of refusals; success goes to `done`.
 * `?note=` or X-Change-Note is kept with the change.
 */
export const serveWrite = (
  context: HttpContext,
  exchange: Exchange,
  command: Command,
  origin: Origin,
  done: (executed: Executed) => void,
): void => {
  executeFor(context, exchange, command, (result) => {
    if (E.isRight(result)) {
      done(result.right)
      return
    }
    const { status, text } = executeError(result.left, origin)
    exchange.text(status, text)
  })
}

/** The same with refusals given to `done`. */
export const executeFor = (
  context: HttpContext,
  exchange: Exchange,
  command: Command,
  done: (result: E.Either<ExecuteError<Rejection>, Executed>) => void,
): void => {
  const note = noteOf(exchange)
  if (note !== null && note.length > maxNoteBytes) {
    ownError(exchange, 400, `Note is longer than ${maxNoteBytes} bytes`)
    return
  }
  const actor = { token: 'anonymous', node: context.options.nodeName, address: exchange.remoteAddress, via: 'http' }
  const request = { actor, note: note === null ? null : toText(note), cause: null, requestId: null }
  context.deps.backend
    .execute(command, request)
    .then(done)
    .catch((error: unknown) => {
      context.deps.report(`Executing ${command.type} failed: ${String(error)}`)
      exchange.text(500, 'Internal error')
    })
}

export const noteOf = (exchange: Exchange): string | null => {
  const note = first(exchange.params, 'note') ?? exchange.header('x-change-note') ?? ''
  return note === '' ? null : note
}
