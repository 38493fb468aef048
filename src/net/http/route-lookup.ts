/** From a cleaned path to its route: exact paths first, then the longest subtree. */
import type { ByteString } from '../../domain/bytes.ts'
import {
  catalogServiceRoute,
  deregisterRoute,
  healthRoutes,
  kvRoute,
  leaderRoute,
  peersRoute,
  registerRoute,
  renewRoute,
  routes,
  txnRoute,
} from './routes.ts'
import type { Route } from './route.ts'

const byPath: ReadonlyMap<string, Route> = new Map(routes.map((route) => [route.path, route]))

/** The route of a path; undefined when there is none. */
export const findRoute = (path: ByteString): Route | undefined => {
  const exact = byPath.get(path)
  if (exact !== undefined) return exact
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const subtree = byPath.get(path.slice(0, slash + 1))
    if (subtree !== undefined) return subtree
  }
  return undefined
}

/** True for a path that lacks only its final slash: it is redirected. */
export const lacksSlash = (path: ByteString): boolean =>
  path !== '' && !path.endsWith('/') && !byPath.has(path) && byPath.has(`${path}/`)

/** The routes that are answered before express: a switch on the path, without a search. */
export const hotRoute = (path: ByteString): Route | undefined => {
  switch (path.charCodeAt(4)) {
    case 0x6b: // k
      return path.startsWith('/v1/kv/') ? kvRoute : undefined
    case 0x68: // h
      for (const route of healthRoutes) if (path.startsWith(route.path)) return route
      return undefined
    case 0x63: // c
      if (path === registerRoute.path) return registerRoute
      if (path === deregisterRoute.path) return deregisterRoute
      return path.startsWith(catalogServiceRoute.path) ? catalogServiceRoute : undefined
    case 0x73: // s
      if (path === leaderRoute.path) return leaderRoute
      if (path === peersRoute.path) return peersRoute
      return path.startsWith(renewRoute.path) ? renewRoute : undefined
    case 0x74: // t
      return path === txnRoute.path ? txnRoute : undefined
    default:
      return undefined
  }
}
