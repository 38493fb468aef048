/**
 * The HTTP server: node:http with a dispatcher for the hot routes in front and express behind it. Given functions, it
 * composes nothing.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import { connectionLimit } from './connection-limit.ts'
import type { HttpContext, HttpDeps, HttpOptions } from './context.ts'
import type { Exchange } from './exchange.ts'
import { heapGuard } from './heap-guard.ts'
import { receive, redirectedToSlash } from './receive.ts'
import { routeHeaders } from './route-headers.ts'
import { hotRoute } from './route-lookup.ts'
import { runRoute } from './run-route.ts'
import { sharedAnswers } from './shared-answers.ts'
import { watchGroups } from './watch-groups.ts'

export type HttpServer = {
  /** Where it listens: host and port, or the path of a Unix socket. */
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string }
  /** Blocking queries that wait. */
  readonly waiting: () => number
  /** Stops listening, drops what waits, closes the connections. */
  readonly close: () => Promise<void>
}

export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string }

/** Limits against slow clients (reliability: server limits). */
export const serverLimits = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  maxHeaderSize: 16_384,
  keepAliveTimeout: 75_000, // pools of clients keep connections for 60 s and more
  connectionsCheckingInterval: 5_000,
} as const

/** Listens and serves. Rejects with the system's error when it cannot listen. */
export const serveHttp = async (listen: ListenAddress, options: HttpOptions, deps: HttpDeps): Promise<HttpServer> => {
  const context: HttpContext = {
    options,
    deps,
    headers: routeHeaders(options),
    shared: sharedAnswers(options.sharedAnswerBytes),
    groups: watchGroups(deps.backend, deps.clock, options.maxWaiters),
  }
  const server = createServer({ ...serverLimits, noDelay: true }, requestListener(context))
  server.on('connection', limited(context))
  server.on('clientError', answerBadRequest)
  await listening(server, listen)
  const address = server.address()
  return {
    address:
      address === null || typeof address === 'string'
        ? { path: address ?? '' }
        : { host: address.address, port: address.port },
    waiting: () => context.groups.waiting(),
    close: () => closed(server, context),
  }
}

/** The dispatcher: hot routes at once, the rest through express, which is loaded when it is first needed. */
const requestListener = (context: HttpContext): RequestListener => {
  const overloaded = heapGuard(context.options.heapCeilingBytes, context.deps.heapUsed, context.deps.clock)
  const express = behindExpress(context)
  return (request, response) => {
    const exchange = receive(context, overloaded, request, response)
    if (exchange === null) return
    const route = context.options.hotPath ? hotRoute(exchange.path) : undefined
    if (route !== undefined) runRoute(context, route, exchange)
    else if (!redirectedToSlash(exchange)) express(exchange)
  }
}

const behindExpress = (context: HttpContext): ((exchange: Exchange) => void) => {
  const received = new WeakMap<IncomingMessage, Exchange>()
  let app: Promise<RequestListener> | null = null
  let ready: { readonly app: RequestListener; readonly urlOf: (exchange: Exchange) => string } | null = null
  const load = async (): Promise<RequestListener> => {
    const { canonicalUrl, expressApp } = await import('./express-app.ts')
    ready = { app: expressApp(context, (request) => received.get(request)), urlOf: canonicalUrl }
    return ready.app
  }
  const serve = (exchange: Exchange): void => {
    if (ready === null) return
    received.set(exchange.request, exchange)
    exchange.request.url = ready.urlOf(exchange)
    ready.app(exchange.request, exchange.response)
  }
  return (exchange) => {
    if (ready !== null) {
      serve(exchange)
      return
    }
    app ??= load()
    app.then(
      () => {
        serve(exchange)
      },
      (error: unknown) => {
        context.deps.report(`Loading express failed: ${String(error)}`)
        exchange.text(500, 'Internal error')
      },
    )
  }
}

const limited = (context: HttpContext): ((socket: Socket) => void) =>
  connectionLimit(context.options.maxConnectionsPerClient, () => {
    context.deps.metrics.increment('consul.http.refused_connections')
  })

const badRequests: { readonly [code: string]: string } = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Bytes that are no request: the status as text, then the end. */
const answerBadRequest = (error: NodeJS.ErrnoException, socket: NodeJS.WritableStream & Partial<Socket>): void => {
  const status = badRequests[error.code ?? ''] ?? '400 Bad Request'
  if (socket.writable)
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${status}`,
    )
  else socket.destroy?.()
}

const listening = (server: Server, listen: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(listen, () => {
      server.off('error', reject)
      resolve()
    })
  })

const closed = (server: Server, context: HttpContext): Promise<void> =>
  new Promise((resolve) => {
    context.groups.close()
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
