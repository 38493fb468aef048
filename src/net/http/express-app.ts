/** Everything that is not hot goes through express: the route table as an express application. */
import express from 'express'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'
import { notFound, runRoute } from './run-route.ts'
import { routes } from './routes.ts'
import { escapePath } from './path.ts'

/** The application; `exchangeOf` gives the exchange that was received for a request. */
export const expressApp = (
  context: HttpContext,
  exchangeOf: (request: IncomingMessage) => Exchange | undefined,
): RequestListener => {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  for (const route of [...routes].sort((a, b) => b.path.length - a.path.length)) {
    app.all(pattern(route.path), (request, _response, next) => {
      const exchange = exchangeOf(request)
      if (exchange === undefined) next()
      else runRoute(context, route, exchange)
    })
  }
  app.use((request, _response, next) => {
    const exchange = exchangeOf(request)
    if (exchange === undefined) next()
    else notFound(exchange)
  })
  return app
}

/** The URL as express shall match it: the same spelling for all spellings of one path. */
export const canonicalUrl = (exchange: Exchange): string => escapePath(exchange.path)

/** No capture group: express would decode it a second time. */
const pattern = (path: string): RegExp => {
  const literal = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(path.endsWith('/') && path !== '/' ? `^${literal}` : `^${literal}$`)
}
