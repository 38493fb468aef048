/** Every command, in the order in which help lists them. Nothing of a command is loaded before it is used. */
import type { Command } from './command.ts'
import type { OpenOffline } from './log-call.ts'

export type Entry = { readonly synopsis: string; readonly load: () => Promise<Command> }

export type Group = {
  readonly synopsis: string
  readonly help: string
  readonly members: ReadonlyMap<string, Entry | Group>
}

const catalog: ReadonlyMap<string, Entry> = new Map([
  [
    'datacenters',
    {
      synopsis: 'Lists all known datacenters',
      load: async () => (await import('./commands/catalog-datacenters.ts')).catalogDatacenters,
    },
  ],
  [
    'nodes',
    {
      synopsis: 'Lists all nodes in the given datacenter',
      load: async () => (await import('./commands/catalog-nodes.ts')).catalogNodes,
    },
  ],
  [
    'services',
    {
      synopsis: 'Lists all registered services in a datacenter',
      load: async () => (await import('./commands/catalog-services.ts')).catalogServices,
    },
  ],
])

const config: ReadonlyMap<string, Entry> = new Map([
  [
    'delete',
    {
      synopsis: 'Delete a centralized config entry',
      load: async () => (await import('./commands/config-delete.ts')).configDelete,
    },
  ],
  [
    'list',
    {
      synopsis: 'List centralized config entries of a given kind',
      load: async () => (await import('./commands/config-list.ts')).configList,
    },
  ],
  [
    'read',
    {
      synopsis: 'Read a centralized config entry',
      load: async () => (await import('./commands/config-read.ts')).configRead,
    },
  ],
  [
    'write',
    {
      synopsis: 'Create or update a centralized config entry',
      load: async () => (await import('./commands/config-write.ts')).configWrite,
    },
  ],
])

const intention: ReadonlyMap<string, Entry> = new Map([
  [
    'check',
    {
      synopsis: 'Check whether a connection between two services is allowed',
      load: async () => (await import('./commands/intention-check.ts')).intentionCheck,
    },
  ],
  [
    'create',
    {
      synopsis: 'Create intentions for service connections',
      load: async () => (await import('./commands/intention-create.ts')).intentionCreate,
    },
  ],
  [
    'delete',
    {
      synopsis: 'Delete an intention',
      load: async () => (await import('./commands/intention-delete.ts')).intentionDelete,
    },
  ],
  [
    'get',
    {
      synopsis: 'Show information about an intention',
      load: async () => (await import('./commands/intention-get.ts')).intentionGet,
    },
  ],
  [
    'list',
    {
      synopsis: 'List all intentions',
      load: async () => (await import('./commands/intention-list.ts')).intentionList,
    },
  ],
  [
    'match',
    {
      synopsis: 'Show intentions that match a source or destination',
      load: async () => (await import('./commands/intention-match.ts')).intentionMatch,
    },
  ],
])

const kv: ReadonlyMap<string, Entry> = new Map([
  [
    'delete',
    {
      synopsis: 'Removes data from the KV store',
      load: async () => (await import('./commands/kv-delete.ts')).kvDelete,
    },
  ],
  [
    'export',
    {
      synopsis: 'Exports a tree from the KV store as JSON',
      load: async () => (await import('./commands/kv-export.ts')).kvExport,
    },
  ],
  [
    'get',
    {
      synopsis: 'Retrieves or lists data from the KV store',
      load: async () => (await import('./commands/kv-get.ts')).kvGet,
    },
  ],
  [
    'import',
    {
      synopsis: 'Imports a tree stored as JSON to the KV store',
      load: async () => (await import('./commands/kv-import.ts')).kvImport,
    },
  ],
  [
    'put',
    {
      synopsis: 'Sets or updates data in the KV store',
      load: async () => (await import('./commands/kv-put.ts')).kvPut,
    },
  ],
])

/** Reading the files of a log takes most of the server's code: it is loaded when -data-dir is given. */
const openOffline: OpenOffline = async (dataDir) => (await import('./offline/open.ts')).openOffline(dataDir)

const log: ReadonlyMap<string, Entry> = new Map([
  [
    'replay',
    {
      synopsis: 'Folds the log up to a moment and prints a view',
      load: async () => (await import('./commands/log-replay.ts')).logReplay(openOffline),
    },
  ],
  [
    'show',
    {
      synopsis: 'Prints events of the log',
      load: async () => (await import('./commands/log-show.ts')).logShow(openOffline),
    },
  ],
  [
    'stats',
    {
      synopsis: 'Shows sizes, retention and counts of the log',
      load: async () => (await import('./commands/log-stats.ts')).logStats(openOffline),
    },
  ],
  [
    'verify',
    {
      synopsis: 'Checks every frame, checksum and hash of the log',
      load: async () => (await import('./commands/log-verify.ts')).logVerify(openOffline),
    },
  ],
])

const snapshot: ReadonlyMap<string, Entry> = new Map([
  [
    'inspect',
    {
      synopsis: 'Displays information about a Consul snapshot file',
      load: async () => (await import('./commands/snapshot-inspect.ts')).snapshotInspect,
    },
  ],
  [
    'restore',
    {
      synopsis: 'Restores snapshot of Consul server state',
      load: async () => (await import('./commands/snapshot-restore.ts')).snapshotRestore,
    },
  ],
  [
    'save',
    {
      synopsis: 'Saves snapshot of Consul server state',
      load: async () => (await import('./commands/snapshot-save.ts')).snapshotSave,
    },
  ],
])

const autopilot: ReadonlyMap<string, Entry> = new Map([
  [
    'get-config',
    {
      synopsis: 'Prints the autopilot rules',
      load: async () => (await import('./commands/operator-autopilot-get-config.ts')).operatorAutopilotGetConfig,
    },
  ],
  [
    'set-config',
    {
      synopsis: 'Changes the autopilot rules',
      load: async () => (await import('./commands/operator-autopilot-set-config.ts')).operatorAutopilotSetConfig,
    },
  ],
  [
    'state',
    {
      synopsis: 'Prints the health of the servers',
      load: async () => (await import('./commands/operator-autopilot-state.ts')).operatorAutopilotState,
    },
  ],
])

const raft: ReadonlyMap<string, Entry> = new Map([
  [
    'list-peers',
    {
      synopsis: 'Lists the servers that hold the log',
      load: async () => (await import('./commands/operator-raft-list-peers.ts')).operatorRaftListPeers,
    },
  ],
  [
    'remove-peer',
    {
      synopsis: 'Removes a server from those that hold the log',
      load: async () => (await import('./commands/operator-raft-remove-peer.ts')).operatorRaftRemovePeer,
    },
  ],
  [
    'transfer-leader',
    {
      synopsis: 'Makes another server the leader',
      load: async () => (await import('./commands/operator-raft-transfer-leader.ts')).operatorRaftTransferLeader,
    },
  ],
])

const operator: ReadonlyMap<string, Group> = new Map([
  [
    'autopilot',
    {
      synopsis: 'Shows and changes how the leader looks after the servers',
      help: 'The rules of the autopilot and what it thinks of the servers.',
      members: autopilot,
    },
  ],
  [
    'raft',
    {
      synopsis: 'Shows and changes which servers hold the log',
      help: 'The servers of the log, their removal, and the transfer of leadership.',
      members: raft,
    },
  ],
])

export const commandTable: ReadonlyMap<string, Entry | Group> = new Map<string, Entry | Group>([
  ['agent', { synopsis: 'Runs a Consul agent', load: async () => (await import('./commands/agent.ts')).agent }],
  [
    'catalog',
    { synopsis: 'Interact with the catalog', help: 'Reads nodes, services and datacenters.', members: catalog },
  ],
  [
    'config',
    {
      synopsis: "Interact with Consul's Centralized Configurations",
      help: 'Reads, writes, lists and deletes config entries.',
      members: config,
    },
  ],
  [
    'import-snapshot',
    {
      synopsis: 'Takes over the state of a snapshot of Consul',
      load: async () => (await import('./commands/import-snapshot.ts')).importSnapshot,
    },
  ],
  [
    'info',
    {
      synopsis: 'Provides debugging information for operators.',
      load: async () => (await import('./commands/info.ts')).info,
    },
  ],
  [
    'intention',
    {
      synopsis: 'Interact with Connect service intentions',
      help: 'Creates, reads, checks and deletes intentions: which service may call which.',
      members: intention,
    },
  ],
  [
    'keygen',
    { synopsis: 'Generates a new encryption key', load: async () => (await import('./commands/keygen.ts')).keygen },
  ],
  [
    'kv',
    {
      synopsis: 'Interact with the key-value store',
      help: 'Reads, writes, deletes, exports and imports keys.',
      members: kv,
    },
  ],
  [
    'leave',
    {
      synopsis: 'Gracefully leaves the Consul cluster and shuts down',
      load: async () => (await import('./commands/leave.ts')).leave,
    },
  ],
  [
    'log',
    {
      synopsis: 'Reads, replays and verifies the log of everything that changed',
      help: 'Looks into the log, through an agent or, with -data-dir, into the files of a stopped server.',
      members: log,
    },
  ],
  [
    'members',
    {
      synopsis: 'Lists the members of a Consul cluster',
      load: async () => (await import('./commands/members.ts')).members,
    },
  ],
  [
    'operator',
    {
      synopsis: 'Provides cluster-level tools for Consul operators',
      help: 'Tools for those who run the servers.',
      members: operator,
    },
  ],
  [
    'reload',
    {
      synopsis: 'Triggers the agent to reload configuration files',
      load: async () => (await import('./commands/reload.ts')).reload,
    },
  ],
  [
    'snapshot',
    {
      synopsis: 'Saves, restores and inspects snapshots of Consul server state',
      help: 'Backups of the whole state of the servers.',
      members: snapshot,
    },
  ],
  [
    'validate',
    {
      synopsis: 'Validate config files/directories',
      load: async () => (await import('./commands/validate.ts')).validate,
    },
  ],
  [
    'version',
    { synopsis: 'Prints the Consul version', load: async () => (await import('./commands/version.ts')).version },
  ],
])
