/** Socket errors in the words of Go's net package, which operators and their scripts know. */

type Place = { readonly host: string; readonly port: number; readonly socketPath: string | null }

/** e.g. `dial tcp 127.0.0.1:8500: connect: connection refused`; the system's own text for codes without a Go wording. */
export const dialProblem = (error: unknown, place: Place): string => {
  const { code, message, address, port } = parts(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${place.host}: no such host`
  const where =
    place.socketPath === null
      ? `tcp ${joinHostPort(address ?? place.host, port ?? place.port)}`
      : `unix ${place.socketPath}`
  const refused = connectTexts.get(code)
  if (refused !== undefined) return `dial ${where}: ${refused}`
  if (code === 'ECONNRESET') return message.includes('socket hang up') ? 'EOF' : 'read: connection reset by peer'
  if (code === 'EPIPE') return 'write: broken pipe'
  if (code === 'EPROTO') return 'http: server gave HTTP response to HTTPS client'
  const certificate = certificateTexts.get(code)
  return certificate ?? message
}

const connectTexts: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connect: connection refused'],
  ['ENOENT', 'connect: no such file or directory'],
  ['EACCES', 'connect: permission denied'],
  ['EHOSTUNREACH', 'connect: no route to host'],
  ['ENETUNREACH', 'connect: network is unreachable'],
  ['ENOTSOCK', 'connect: connection refused'],
  ['ETIMEDOUT', 'i/o timeout'],
])

const certificateTexts: ReadonlyMap<string, string> = new Map(
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'].map((code) => [
    code,
    'x509: certificate signed by unknown authority',
  ]),
)

const joinHostPort = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

type Parts = { readonly code: string; readonly message: string; readonly address?: string; readonly port?: number }

/** A connection tried at several addresses fails with a list: its last member speaks, as Go's does. */
const parts = (error: unknown): Parts => {
  if (typeof error !== 'object' || error === null) return { code: '', message: String(error) }
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return parts(error.errors.at(-1))
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : '',
    message: 'message' in error && typeof error.message === 'string' ? error.message : '',
    ...('address' in error && typeof error.address === 'string' ? { address: error.address } : {}),
    ...('port' in error && typeof error.port === 'number' ? { port: error.port } : {}),
  }
}
