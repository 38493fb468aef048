/** HTTP as scenarios need it: paths as written, no redirects, no connection kept. */
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { gunzipSync } from 'node:zlib'

export type Outgoing = {
  readonly method: string
  readonly path: string
  readonly headers: { readonly [name: string]: string }
  readonly body: Buffer | undefined
}

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
  readonly elapsedMs: number
}

export const send = (port: number, outgoing: Outgoing, timeoutMs = 60_000): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method, path, body } = outgoing
    const named = new Set(Object.keys(outgoing.headers).map((name) => name.toLowerCase()))
    const needsLength = body !== undefined || !['GET', 'HEAD', 'OPTIONS'].includes(method)
    const length =
      needsLength && !named.has('content-length') && !named.has('transfer-encoding')
        ? { 'Content-Length': String(body?.length ?? 0) }
        : {}
    const started = performance.now()
    const headers = { ...outgoing.headers, ...length }
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const raw = Buffer.concat(chunks)
        const bytes = response.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: bytes,
          text: bytes.toString('utf8'),
          elapsedMs: performance.now() - started,
        })
      })
    })
    sent.setTimeout(timeoutMs, () => {
      sent.destroy(new Error(`no answer within ${timeoutMs} ms`))
    })
    sent.on('error', reject)
    sent.end(body)
  })
