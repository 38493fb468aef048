/** The route table: every endpoint that this agent serves, in one list. */
import { handleHost, handleMembers, handleMetrics, handleSelf, handleVersion } from './handlers/agent.ts'
import {
  handleConnect,
  handleDatacenters,
  handleDeregister,
  handleGatewayServices,
  handleNode as handleCatalogNode,
  handleNodes,
  handleNodeServices,
  handleRegister,
  handleService,
  handleServices,
} from './handlers/catalog.ts'
import {
  handleChecks,
  handleConnectHealth,
  handleIngressHealth,
  handleNodeHealth,
  handleServiceHealth,
  handleState,
} from './handlers/health.ts'
import { handleConfigEntry, handleConfigWrite } from './handlers/config-entry.ts'
import { handleAuthority } from './handlers/connect.ts'
import {
  handleExactIntention,
  handleIntention,
  handleIntentionCheck,
  handleIntentionMatch,
  handleIntentions,
} from './handlers/intention.ts'
import { handleUiNode, handleUiNodes, handleUiServices } from './handlers/internal-ui.ts'
import { handleKv } from './handlers/kv.ts'
import { handleLog, handleLogEntry, handleLogStatus } from './handlers/log.ts'
import {
  handleAutopilotConfiguration,
  handleAutopilotHealth,
  handleAutopilotState,
} from './handlers/operator-autopilot.ts'
import { handleKeyring } from './handlers/operator-keyring.ts'
import { handleRaftConfiguration, handleRaftPeer, handleTransferLeader } from './handlers/operator-raft.ts'
import { handleUsage } from './handlers/operator-usage.ts'
import { handleQueries, handleQuery } from './handlers/prepared-query.ts'
import { handleRoot } from './handlers/root.ts'
import { handleCreate, handleDestroy, handleInfo, handleList, handleNode, handleRenew } from './handlers/session.ts'
import { handleSnapshot } from './handlers/snapshot.ts'
import { handleLeader, handlePeers } from './handlers/status.ts'
import { handleTxn } from './handlers/txn.ts'
import type { Handler, Method, Route } from './route.ts'

const route = (
  methods: readonly Method[],
  path: string,
  right: Route['right'],
  handle: Handler,
  rest: Partial<Pick<Route, 'body' | 'hot' | 'refuses' | 'judgesMethod'>> = {},
): Route => ({
  path,
  methods,
  right,
  handle,
  body: 'none',
  hot: false,
  refuses: 'nothing',
  judgesMethod: false,
  ...rest,
})

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

const intention = 'intention by method'
const filtered = 'service and node:read items'
export const catalogServiceRoute = route(['GET'], '/v1/catalog/service/', filtered, handleService, {
  hot: true,
  ...enterprise,
})
export const registerRoute = route(['PUT'], '/v1/catalog/register', 'node:write', handleRegister, {
  body: 'json',
  hot: true,
  ...enterprise,
})
export const deregisterRoute = route(['PUT'], '/v1/catalog/deregister', 'node:write', handleDeregister, {
  body: 'json',
  hot: true,
  ...enterprise,
})
export const txnRoute = route(['PUT'], '/v1/txn', 'by operation', handleTxn, { body: 'txn', hot: true })
const hotHealth = { hot: true, ...enterprise } as const

/** All of /v1/health is hot. */
export const healthRoutes: readonly Route[] = [
  route(['GET'], '/v1/health/service/', filtered, handleServiceHealth, hotHealth),
  route(['GET'], '/v1/health/node/', filtered, handleNodeHealth, hotHealth),
  route(['GET'], '/v1/health/checks/', filtered, handleChecks, hotHealth),
  route(['GET'], '/v1/health/state/', filtered, handleState, hotHealth),
  route(['GET'], '/v1/health/connect/', filtered, handleConnectHealth, hotHealth),
  route(['GET'], '/v1/health/ingress/', filtered, handleIngressHealth, hotHealth),
]

export const routes: readonly Route[] = [
  kvRoute,
  leaderRoute,
  peersRoute,
  renewRoute,
  catalogServiceRoute,
  ...healthRoutes,
  registerRoute,
  deregisterRoute,
  route(['GET'], '/v1/catalog/datacenters', 'none', handleDatacenters),
  route(['GET'], '/v1/catalog/nodes', filtered, handleNodes, { refuses: 'partition' }),
  route(['GET'], '/v1/catalog/services', filtered, handleServices, enterprise),
  route(['GET'], '/v1/catalog/connect/', filtered, handleConnect, enterprise),
  route(['GET'], '/v1/catalog/node/', filtered, handleCatalogNode, enterprise),
  route(['GET'], '/v1/catalog/node-services/', filtered, handleNodeServices, enterprise),
  route(['GET'], '/v1/catalog/gateway-services/', filtered, handleGatewayServices, enterprise),
  route(['GET'], '/v1/internal/ui/nodes', filtered, handleUiNodes),
  route(['GET'], '/v1/internal/ui/node/', filtered, handleUiNode),
  route(['GET'], '/v1/internal/ui/services', filtered, handleUiServices),
  route(['PUT'], '/v1/session/create', 'session:write', handleCreate, { body: 'json' }),
  route(['PUT'], '/v1/session/destroy/', 'session:write', handleDestroy, enterprise),
  route(['GET'], '/v1/session/info/', 'session:read', handleInfo, enterprise),
  route(['GET'], '/v1/session/node/', 'session:read', handleNode, enterprise),
  route(['GET'], '/v1/session/list', 'session:read', handleList, enterprise),
  txnRoute,
  route(['GET', 'POST'], '/v1/query', 'query by method', handleQueries, { body: 'json' }),
  route(['GET', 'PUT', 'DELETE'], '/v1/query/', 'query by method', handleQuery, { body: 'json', judgesMethod: true }),
  route(['PUT'], '/v1/config', 'config entry by method', handleConfigWrite, { body: 'json', ...enterprise }),
  route(['GET', 'DELETE'], '/v1/config/', 'config entry by method', handleConfigEntry, enterprise),
  route(['GET', 'POST'], '/v1/connect/intentions', intention, handleIntentions, { body: 'json', ...enterprise }),
  route(['GET'], '/v1/connect/intentions/match', 'intention:read', handleIntentionMatch, enterprise),
  route(['GET'], '/v1/connect/intentions/check', 'intention:read', handleIntentionCheck, enterprise),
  route(['GET', 'PUT', 'DELETE'], '/v1/connect/intentions/exact', intention, handleExactIntention, {
    body: 'json',
    ...enterprise,
  }),
  route(['GET', 'PUT', 'DELETE'], '/v1/connect/intentions/', intention, handleIntention, {
    body: 'json',
    ...enterprise,
  }),
  route(['GET'], '/v1/connect/ca/roots', 'none', handleAuthority),
  route(['GET', 'PUT'], '/v1/connect/ca/configuration', 'operator by method', handleAuthority, { body: 'json' }),
  route(['GET'], '/v1/agent/connect/ca/roots', 'none', handleAuthority),
  route(['GET'], '/v1/agent/connect/ca/leaf/', 'service:write', handleAuthority),
  route(['POST'], '/v1/agent/connect/authorize', 'service:write', handleAuthority, { body: 'json' }),
  route(['GET'], '/v1/operator/raft/configuration', 'operator:read', handleRaftConfiguration),
  route(['DELETE'], '/v1/operator/raft/peer', 'operator:write', handleRaftPeer),
  route(['POST'], '/v1/operator/raft/transfer-leader', 'operator:write', handleTransferLeader),
  route(['GET', 'PUT'], '/v1/operator/autopilot/configuration', 'operator by method', handleAutopilotConfiguration, {
    body: 'json',
  }),
  route(['GET'], '/v1/operator/autopilot/health', 'operator:read', handleAutopilotHealth),
  route(['GET'], '/v1/operator/autopilot/state', 'operator:read', handleAutopilotState),
  route(['GET', 'POST', 'PUT', 'DELETE'], '/v1/operator/keyring', 'keyring by method', handleKeyring, { body: 'json' }),
  route(['GET'], '/v1/operator/usage', 'operator:read', handleUsage),
  route(['GET'], '/v1/agent/self', 'agent:read', handleSelf),
  route(['GET'], '/v1/agent/version', 'agent:read', handleVersion),
  route(['GET'], '/v1/agent/host', 'operator:read', handleHost),
  route(['GET'], '/v1/agent/members', 'node:read items', handleMembers, { refuses: 'partition' }),
  route(['GET'], '/v1/agent/metrics', 'agent:read', handleMetrics),
  route(['GET'], '/v1/log', 'operator:read', handleLog),
  route(['GET'], '/v1/log/status', 'operator:read', handleLogStatus),
  route(['GET'], '/v1/log/entry/', 'operator:read', handleLogEntry),
  route(['GET', 'PUT'], '/v1/snapshot', 'operator:write', handleSnapshot, { body: 'stream' }),
  route(['GET', 'PUT', 'POST', 'DELETE'], '/', 'none', handleRoot),
]
