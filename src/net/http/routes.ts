/** The route table: every endpoint that this agent serves, in one list. */
import { handleHost, handleMembers, handleMetrics, handleSelf, handleVersion } from './handlers/agent.ts'
import { handleKv } from './handlers/kv.ts'
import { handleLog, handleLogEntry, handleLogStatus } from './handlers/log.ts'
import { handleRoot } from './handlers/root.ts'
import { handleCreate, handleDestroy, handleInfo, handleList, handleNode, handleRenew } from './handlers/session.ts'
import { handleLeader, handlePeers } from './handlers/status.ts'
import type { Handler, Method, Route } from './route.ts'

const route = (
  methods: readonly Method[],
  path: string,
  right: Route['right'],
  handle: Handler,
  rest: Partial<Pick<Route, 'body' | 'hot' | 'refuses'>> = {},
): Route => ({ path, methods, right, handle, body: 'none', hot: false, refuses: 'nothing', ...rest })

const enterprise = { refuses: 'namespace and partition' } as const

export const kvRoute = route(['GET', 'PUT', 'DELETE'], '/v1/kv/', 'key by method', handleKv, {
  body: 'kv',
  hot: true,
  ...enterprise,
})
export const leaderRoute = route(['GET'], '/v1/status/leader', 'none', handleLeader, { hot: true })
export const peersRoute = route(['GET'], '/v1/status/peers', 'none', handlePeers, { hot: true })
export const renewRoute = route(['PUT'], '/v1/session/renew/', 'session:write', handleRenew, {
  hot: true,
  ...enterprise,
})

export const routes: readonly Route[] = [
  kvRoute,
  leaderRoute,
  peersRoute,
  renewRoute,
  route(['PUT'], '/v1/session/create', 'session:write', handleCreate, { body: 'json' }),
  route(['PUT'], '/v1/session/destroy/', 'session:write', handleDestroy, enterprise),
  route(['GET'], '/v1/session/info/', 'session:read', handleInfo, enterprise),
  route(['GET'], '/v1/session/node/', 'session:read', handleNode, enterprise),
  route(['GET'], '/v1/session/list', 'session:read', handleList, enterprise),
  route(['GET'], '/v1/agent/self', 'agent:read', handleSelf),
  route(['GET'], '/v1/agent/version', 'agent:read', handleVersion),
  route(['GET'], '/v1/agent/host', 'operator:read', handleHost),
  route(['GET'], '/v1/agent/members', 'node:read items', handleMembers, { refuses: 'partition' }),
  route(['GET'], '/v1/agent/metrics', 'agent:read', handleMetrics),
  route(['GET'], '/v1/log', 'operator:read', handleLog),
  route(['GET'], '/v1/log/status', 'operator:read', handleLogStatus),
  route(['GET'], '/v1/log/entry/', 'operator:read', handleLogEntry),
  route(['GET', 'PUT', 'POST', 'DELETE'], '/', 'none', handleRoot),
]
