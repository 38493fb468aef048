import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export type Reply = { readonly status?: number; readonly body?: unknown; readonly headers?: Record<string, string> }

export type FakeAgent = {
  readonly address: string
  readonly asked: Asked[]
  readonly close: () => Promise<void>
}

/** An HTTP server on a free port of 127.0.0.1; bodies that are no text are sent as JSON. */
export const fakeAgent = async (answer: (asked: Asked) => Reply): Promise<FakeAgent> => {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://agent')
      const one: Asked = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks),
      }
      asked.push(one)
      const reply = answer(one)
      const { body = '' } = reply
      response.writeHead(reply.status ?? 200, { Connection: 'close', ...reply.headers })
      response.end(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body))
    })
  })
  const port = await listen(server)
  return {
    address: `127.0.0.1:${port}`,
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** An address at which nothing listens: a port that was free a moment ago. */
export const closedAddress = async (): Promise<string> => {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return `127.0.0.1:${port}`
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
