/**
 * Finds the ends of HTTP/1.1 responses in a stream of chunks: status, headers, and a body by Content-Length or chunked.
 * Small and quick on purpose: a load generator that costs more than the server measures itself.
 */
export type Head = { readonly status: number; readonly headers: string }

export type ResponseReader = {
  /** Feeds bytes; calls `done` for each response that ends in them. `body` is given when `keepBody` was asked for. */
  readonly push: (chunk: Buffer) => void
}

export const responseReader = (
  done: (status: number, bodyBytes: number, headers: string, body: Buffer | null) => void,
  keepBody = false,
): ResponseReader => {
  let pending: Buffer | null = null
  let status = 0
  let headers = ''
  /** Body bytes still to come; -1: reading the head; -2: a chunked body, searched for its end. */
  let missing = -1
  let bodyBytes = 0
  let kept: Buffer[] = []

  const finish = () => {
    missing = -1
    const body = keepBody ? Buffer.concat(kept) : null
    kept = []
    done(status, bodyBytes, headers, body)
  }
  const readHead = (data: Buffer): Buffer | null => {
    const end = data.indexOf('\r\n\r\n')
    if (end < 0) return keep(data)
    headers = data.toString('latin1', 0, end + 2)
    status = Number(headers.slice(9, 12))
    const length = contentLength(headers)
    missing = length ?? (/\r\ntransfer-encoding: *chunked/i.test(headers) ? -2 : 0)
    bodyBytes = 0
    return data.subarray(end + 4)
  }
  const keep = (data: Buffer) => {
    pending = data
    return null
  }
  const readBody = (data: Buffer): Buffer | null => {
    const take = Math.min(missing, data.length)
    bodyBytes += take
    missing -= take
    if (keepBody && take > 0) kept.push(data.subarray(0, take))
    if (missing > 0) return null
    finish()
    return data.subarray(take)
  }
  const readChunked = (data: Buffer): Buffer | null => {
    const end = data.indexOf(data.subarray(0, 3).equals(lastChunk) ? '\r\n\r\n' : '\r\n0\r\n\r\n')
    if (end < 0) return keep(data)
    const length = data.subarray(0, 3).equals(lastChunk) ? 5 : end + 7
    bodyBytes = length
    if (keepBody) kept.push(data.subarray(0, length))
    finish()
    return data.subarray(length)
  }
  const push = (chunk: Buffer) => {
    let data: Buffer | null = pending === null ? chunk : Buffer.concat([pending, chunk])
    pending = null
    while (data !== null && (data.length > 0 || missing === 0)) {
      data = missing === -1 ? readHead(data) : missing === -2 ? readChunked(data) : readBody(data)
    }
  }
  return { push }
}

const lastChunk = Buffer.from('0\r\n')

/** The Content-Length header's value without a regular expression: it is asked once per response. */
const contentLength = (headers: string): number | null => {
  let at = headers.indexOf('\r\nContent-Length: ')
  if (at < 0) at = headers.indexOf('\r\ncontent-length: ')
  if (at < 0) return null
  return Number.parseInt(headers.slice(at + 18, headers.indexOf('\r\n', at + 18)), 10)
}
