/**
 * Reading a request's body with a limit on the bytes that really arrive: absent, chunked and lying lengths all stop at
 * the limit (reliability: CVE-2025-11374, CVE-2025-11375).
 */
import type { IncomingMessage } from 'node:http'

export type BodyResult =
  | { readonly type: 'Complete'; readonly body: Uint8Array }
  /** `declared` is the Content-Length, null for a body of unknown length. */
  | { readonly type: 'TooLarge'; readonly declared: number | null }
  | { readonly type: 'Aborted' }

/** What a client may go on sending after the refusal, so that it sees the answer instead of a reset. */
export const drainBytes = 4_194_304

/** Reads at most `limitBytes`; calls back once. */
export const readBody = (request: IncomingMessage, limitBytes: number, done: (result: BodyResult) => void): void => {
  const header = request.headers['content-length']
  const declared = header === undefined ? null : Number(header)
  if (declared === 0 || (declared === null && request.headers['transfer-encoding'] === undefined)) {
    done({ type: 'Complete', body: noBytes })
    return
  }
  if (declared !== null && declared > limitBytes) {
    drain(request)
    done({ type: 'TooLarge', declared })
    return
  }
  collect(request, limitBytes, done)
}

/** Throws away what follows, up to a bound; beyond it the connection is cut. */
export const drain = (request: IncomingMessage): void => {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > drainBytes) request.socket.destroy()
  })
  request.resume()
}

const noBytes = new Uint8Array(0)

const collect = (request: IncomingMessage, limitBytes: number, done: (result: BodyResult) => void): void => {
  let chunks: Buffer[] = []
  let bytes = 0
  let answered = false
  const finish = (result: BodyResult): void => {
    if (answered) return
    answered = true
    request.off('data', onData)
    done(result)
  }
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes <= limitBytes) {
      chunks.push(chunk)
      return
    }
    chunks = []
    drain(request)
    finish({ type: 'TooLarge', declared: null })
  }
  request.on('data', onData)
  request.once('end', () => {
    const [only] = chunks
    finish({ type: 'Complete', body: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, bytes) })
  })
  request.once('close', () => {
    finish({ type: 'Aborted' })
  })
}
