/** A plain client: paths go out exactly as written, redirects are not followed, answers are bytes. */
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'

export type Sent = {
  readonly method?: string
  readonly path: string
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string | Uint8Array
}

export type Received = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Name, value, name, value, as on the wire. */
  readonly rawHeaders: readonly string[]
  readonly bytes: Buffer
  readonly text: string
}

/** Sends one request on a connection of its own. `signal` drops the connection. */
export const send = (port: number, sent: Sent, signal?: AbortSignal): Promise<Received> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = {}, body } = sent
    const length =
      body === undefined && (method === 'GET' || method === 'HEAD' || method === 'OPTIONS')
        ? {}
        : { 'Content-Length': String(Buffer.byteLength(body ?? '')) }
    const options = { host: '127.0.0.1', port, method, path, headers: { ...length, ...headers }, agent: false as const }
    const outgoing = request(signal === undefined ? options : { ...options, signal }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const raw = Buffer.concat(chunks)
        const bytes = response.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          bytes,
          text: bytes.toString('utf8'),
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })

/** Writes raw bytes and resolves with everything that came back until the other side closed. */
export const exchangeBytes = (port: number, bytes: string | Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
    socket.on('error', reject)
    socket.end(bytes)
  })
