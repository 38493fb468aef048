/** Where a command's requests go: flags first, then CONSUL_* variables, then http://127.0.0.1:8500. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openProblem } from './file-problem.ts'
import { parseBool, type Flags } from './flags.ts'
import type { Query, Result, Target, TlsFiles } from './http-client.ts'
import type { Terminal } from './terminal.ts'

/**
 * The target of a command's requests, or why there is none (`Unknown protocol scheme: ftp`, unreadable files). The file
 * of a token wins over the token itself, wherever either was named.
 */
export const targetOf = async (flags: Flags, terminal: Terminal): Promise<Result<Target>> => {
  const env = (name: string): string => terminal.env[name] ?? ''
  const setting = (flag: string, variable: string): string => (flags.given(flag) ? flags.text(flag) : env(variable))
  const address = parseAddress(setting('http-addr', 'CONSUL_HTTP_ADDR') || '127.0.0.1:8500')
  if (!address.ok) return address
  const token = await readToken(
    setting('token', 'CONSUL_HTTP_TOKEN'),
    setting('token-file', tokenFileVariable),
    terminal,
  )
  if (!token.ok) return token
  const secure = address.value.scheme === 'https' || warnedBool(terminal, 'CONSUL_HTTP_SSL', false)
  const tls = secure ? await readTls(setting, terminal) : ({ ok: true, value: null } as const)
  if (!tls.ok) return tls
  const auth = env('CONSUL_HTTP_AUTH')
  return {
    ok: true,
    value: {
      ...address.value,
      scheme: secure ? 'https' : 'http',
      auth: auth === '' ? null : auth,
      token: token.value,
      tls: tls.value,
      query: commonQuery(flags),
    },
  }
}

const tokenFileVariable = 'CONSUL_HTTP_TOKEN_FILE'

type Address = Pick<Target, 'scheme' | 'host' | 'port' | 'socketPath' | 'prefix'>

/** `host:port`, `http://host:port/prefix`, `https://...`, `unix:///path`. */
const parseAddress = (text: string): Result<Address> => {
  const at = text.indexOf('://')
  const scheme = at < 0 ? 'http' : text.slice(0, at)
  const rest = at < 0 ? text : text.slice(at + 3)
  if (scheme === 'unix') {
    return { ok: true, value: { scheme: 'http', host: 'localhost', port: 0, socketPath: rest, prefix: '' } }
  }
  if (scheme !== 'http' && scheme !== 'https') return { ok: false, message: `Unknown protocol scheme: ${scheme}` }
  const slash = rest.indexOf('/')
  const authority = slash < 0 ? rest : rest.slice(0, slash)
  const prefix = slash < 0 ? '' : rest.slice(slash).replace(/\/+$/, '')
  const split = /^(?:\[([^\]]*)\]|([^:]*))(?::([0-9]{1,5}))?$/.exec(authority)
  if (split === null) return { ok: false, message: `Invalid address: ${text}` }
  const port = split[3] === undefined ? (scheme === 'https' ? 443 : 80) : Number(split[3])
  if (port > 65535) return { ok: false, message: `Invalid port in address: ${text}` }
  return { ok: true, value: { scheme, host: split[1] ?? split[2] ?? '', port, socketPath: null, prefix } }
}

const readToken = async (token: string, file: string, terminal: Terminal): Promise<Result<string | null>> => {
  if (file === '') return { ok: true, value: token === '' ? null : token }
  const read = await readText(resolve(terminal.cwd, file), file)
  if (!read.ok) return { ok: false, message: `Error loading token file: ${read.message}` }
  const content = read.value.trim()
  if (content !== '') return { ok: true, value: content }
  return { ok: true, value: token === '' ? null : token }
}

const readTls = async (
  setting: (flag: string, variable: string) => string,
  terminal: Terminal,
): Promise<Result<TlsFiles>> => {
  const file = (flag: string, variable: string) => optionalFile(setting(flag, variable), terminal)
  const caFile = await file('ca-file', 'CONSUL_CACERT')
  const cert = await file('client-cert', 'CONSUL_CLIENT_CERT')
  const key = await file('client-key', 'CONSUL_CLIENT_KEY')
  const caPath = await directory(setting('ca-path', 'CONSUL_CAPATH'), terminal)
  if (!caFile.ok) return caFile
  if (!cert.ok) return cert
  if (!key.ok) return key
  if (!caPath.ok) return caPath
  const serverName = setting('tls-server-name', 'CONSUL_TLS_SERVER_NAME')
  return {
    ok: true,
    value: {
      ca: [...(caFile.value === null ? [] : [caFile.value]), ...caPath.value],
      cert: cert.value,
      key: key.value,
      serverName: serverName === '' ? null : serverName,
      verify: warnedBool(terminal, 'CONSUL_HTTP_SSL_VERIFY', true),
    },
  }
}

const optionalFile = async (name: string, terminal: Terminal): Promise<Result<string | null>> =>
  name === '' ? { ok: true, value: null } : readText(resolve(terminal.cwd, name), name)

const directory = async (name: string, terminal: Terminal): Promise<Result<readonly string[]>> => {
  if (name === '') return { ok: true, value: [] }
  const path = resolve(terminal.cwd, name)
  const names = await readdir(path).catch(() => null)
  if (names === null) return { ok: false, message: `Error reading directory ${name}` }
  const texts = await Promise.all(names.sort().map((file) => readText(join(path, file), join(name, file))))
  return { ok: true, value: texts.flatMap((read) => (read.ok ? [read.value] : [])) }
}

const readText = (path: string, named: string): Promise<Result<string>> =>
  readFile(path, 'utf8').then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, message: openProblem(error, named) }),
  )

/** A boolean variable; a value that is none is named on stderr and ignored. */
const warnedBool = (terminal: Terminal, name: string, otherwise: boolean): boolean => {
  const text = terminal.env[name] ?? ''
  if (text === '') return otherwise
  const value = parseBool(text)
  if (value === undefined) terminal.err(`[WARN] could not parse ${name}: invalid boolean ${JSON.stringify(text)}\n`)
  return value ?? otherwise
}

const commonQuery = (flags: Flags): Query => ({
  ...(flags.text('datacenter') === '' ? {} : { dc: flags.text('datacenter') }),
  ...(flags.isOn('stale') ? { stale: '' } : {}),
})
