/** The flag groups that every command with an API client shares. */
import type { FlagSpec } from './flags.ts'

export const apiFlags = (group: 'none' | 'client' | 'server'): readonly FlagSpec[] => {
  if (group === 'none') return []
  return group === 'client' ? clientFlags : serverFlags
}

const clientFlags: readonly FlagSpec[] = [
  {
    name: 'http-addr',
    kind: 'string',
    value: '<address>',
    help: 'Address of the agent: host:port, http://, https:// or unix:///path. Also CONSUL_HTTP_ADDR. The agent is looked for at http://127.0.0.1:8500 otherwise.',
  },
  { name: 'token', kind: 'string', value: '<value>', help: 'ACL token of the request. Also CONSUL_HTTP_TOKEN.' },
  {
    name: 'token-file',
    kind: 'string',
    value: '<path>',
    help: 'File that holds the ACL token; it wins over -token. Also CONSUL_HTTP_TOKEN_FILE.',
  },
  { name: 'ca-file', kind: 'string', value: '<path>', help: 'CA certificate (PEM). Also CONSUL_CACERT.' },
  { name: 'ca-path', kind: 'string', value: '<path>', help: 'Directory of CA certificates. Also CONSUL_CAPATH.' },
  { name: 'client-cert', kind: 'string', value: '<path>', help: 'Client certificate (PEM). Also CONSUL_CLIENT_CERT.' },
  {
    name: 'client-key',
    kind: 'string',
    value: '<path>',
    help: 'Key of the client certificate. Also CONSUL_CLIENT_KEY.',
  },
  {
    name: 'tls-server-name',
    kind: 'string',
    value: '<name>',
    help: 'Server name for the TLS handshake. Also CONSUL_TLS_SERVER_NAME.',
  },
  { name: 'namespace', kind: 'string', value: '<name>', help: 'Accepted and ignored: there is one namespace.' },
  { name: 'partition', kind: 'string', value: '<name>', help: 'Accepted and ignored: there is one partition.' },
]

const serverFlags: readonly FlagSpec[] = [
  ...clientFlags,
  { name: 'datacenter', kind: 'string', value: '<name>', help: "Datacenter to ask. The agent's own otherwise." },
  { name: 'stale', kind: 'switch', help: 'Lets any server answer, possibly a little behind the leader.' },
]
