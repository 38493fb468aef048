/**
 * The command line's HTTP client: address, token and TLS from flags and CONSUL_* variables, failures worded as users of
 * Consul know them. Loads node:http only; node:https and files when they are asked for.
 */
import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { dialProblem } from './dial-problem.ts'
import { parseJson } from './json.ts'
import { isList, isObject, type Tree, type TreeObject } from './tree.ts'

/** Where requests go. `prefix` is a path in front of `/v1`. */
export type Target = {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly socketPath: string | null
  readonly prefix: string
  /** `user:password` for basic authentication. */
  readonly auth: string | null
  readonly token: string | null
  readonly tls: TlsFiles | null
  /** Appended to each request: `dc`, `stale`. */
  readonly query: Query
}

export type TlsFiles = {
  readonly ca: readonly string[]
  readonly cert: string | null
  readonly key: string | null
  readonly serverName: string | null
  readonly verify: boolean
}

/** A name with a list of values is sent once per value. */
export type Query = Readonly<Record<string, string | readonly string[]>>

export type Response = {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: Buffer
}

export type ApiRequest = {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'POST'
  /** From `/v1` on; already escaped (`escapePath`). */
  readonly path: string
  readonly query?: Query
  readonly body?: Uint8Array
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

/** Answers beyond this are refused: a whole KV store of that size is exported by a snapshot, not through this client. */
export const maxAnswerBytes = 512 * 1024 * 1024

/** Sends one request; `ok: false` when no answer came at all. */
export const send = async (target: Target, call: ApiRequest): Promise<Result<Response>> => {
  const path = target.prefix + call.path + encodeQuery({ ...target.query, ...call.query })
  const options: RequestOptions = {
    method: call.method,
    path,
    headers: headersFor(target, call),
    ...(target.socketPath === null ? { host: target.host, port: target.port } : { socketPath: target.socketPath }),
    ...(target.auth === null ? {} : { auth: target.auth }),
  }
  const open = target.scheme === 'https' ? await httpsOpener(target.tls) : httpRequest
  let outcome = await attempt(open, options, call.body)
  // A kept connection may have been closed by the agent meanwhile: reading again is harmless.
  if (!outcome.ok && outcome.reused && call.method === 'GET')
    outcome = await attempt(open, { ...options, agent: false })
  if (outcome.ok) return { ok: true, value: outcome.response }
  const verb = call.method.charAt(0) + call.method.slice(1).toLowerCase()
  return { ok: false, message: `${verb} "${origin(target)}${path}": ${dialProblem(outcome.error, target)}` }
}

type Attempt =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly error: unknown; readonly reused: boolean }

const attempt = (open: Opener, options: RequestOptions, body?: Uint8Array): Promise<Attempt> =>
  new Promise((resolve) => {
    const failed = (error: unknown) => resolve({ ok: false, error, reused: outgoing.reusedSocket })
    const outgoing = open(options, (incoming) =>
      collect(incoming, failed, (response) => resolve({ ok: true, response })),
    )
    outgoing.on('error', failed)
    outgoing.end(body)
  })

/** Sends and refuses every status but 200: `Unexpected response code: 500 (text)`. */
export const call = async (target: Target, request: ApiRequest): Promise<Result<Response>> => {
  const answer = await send(target, request)
  if (!answer.ok || answer.value.status === 200) return answer
  return { ok: false, message: unexpected(answer.value) }
}

/** As `call`, and reads the body as JSON. */
export const callJson = async (target: Target, request: ApiRequest): Promise<Result<Tree>> => {
  const answer = await call(target, request)
  return answer.ok ? json(answer.value) : answer
}

/** As `callJson`, for answers that are lists. */
export const callList = async (target: Target, request: ApiRequest): Promise<Result<readonly Tree[]>> =>
  asList(await callJson(target, request))

/** As `callJson`, for answers that are objects; null counts as an empty one. */
export const callObject = async (target: Target, request: ApiRequest): Promise<Result<TreeObject>> => {
  const answer = await callJson(target, request)
  if (!answer.ok) return answer
  if (answer.value === null) return { ok: true, value: new Map() }
  return isObject(answer.value)
    ? { ok: true, value: answer.value }
    : { ok: false, message: 'The answer is not an object' }
}

/** Refuses what is no list; null counts as an empty one. */
export const asList = (answer: Result<Tree>): Result<readonly Tree[]> => {
  if (!answer.ok) return answer
  if (answer.value === null) return { ok: true, value: [] }
  return isList(answer.value) ? { ok: true, value: answer.value } : { ok: false, message: 'The answer is not a list' }
}

export const json = (response: Response): Result<Tree> => {
  const parsed = parseJson(response.body.toString('utf8'))
  return parsed.ok ? { ok: true, value: parsed.tree } : { ok: false, message: parsed.message }
}

export const unexpected = (response: Response): string =>
  `Unexpected response code: ${response.status} (${response.body.toString('utf8')})`

/** Escapes text for a URL path as Go's net/url does: bytes but letters, digits, `-_.~$&+,/:;=@`. */
export const escapePath = (text: string): string => escapeBytes(text, /[A-Za-z0-9\-_.~$&+,/:;=@]/)

/** `?a=1&b=2`, sorted by name, as Go's url.Values; '' for none. A name without value is written `name=`. */
export const encodeQuery = (query: Query): string => {
  const plain = (text: string) => escapeBytes(text, /[A-Za-z0-9\-_.~ ]/).replaceAll(' ', '+')
  const pairs = Object.keys(query)
    .sort()
    .flatMap((name) => [query[name] ?? ''].flat().map((value) => `${plain(name)}=${plain(value)}`))
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

const escapeBytes = (text: string, plain: RegExp): string => {
  let out = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte)
    out += plain.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

const origin = (target: Target): string => {
  if (target.socketPath !== null) return `${target.scheme}://localhost`
  const host = target.host.includes(':') ? `[${target.host}]` : target.host
  return `${target.scheme}://${host}:${target.port}`
}

const headersFor = (target: Target, request: ApiRequest): Record<string, string | number> => ({
  'User-Agent': 'proconsul-cli',
  ...(target.socketPath === null ? {} : { Host: 'localhost' }),
  ...(target.token === null ? {} : { 'X-Consul-Token': target.token }),
  ...(request.body === undefined ? {} : { 'Content-Length': request.body.length }),
})

type Opener = (options: RequestOptions, answered: (incoming: IncomingMessage) => void) => ClientRequest

const httpsOpener = async (tls: TlsFiles | null): Promise<Opener> => {
  const { request } = await import('node:https')
  return (options, answered) =>
    request(
      {
        ...options,
        ...(tls === null || tls.ca.length === 0 ? {} : { ca: [...tls.ca] }),
        ...(tls?.cert == null ? {} : { cert: tls.cert }),
        ...(tls?.key == null ? {} : { key: tls.key }),
        ...(tls?.serverName == null ? {} : { servername: tls.serverName }),
        rejectUnauthorized: tls?.verify ?? true,
      },
      answered,
    )
}

const collect = (
  incoming: IncomingMessage,
  failed: (error: unknown) => void,
  done: (response: Response) => void,
): void => {
  const chunks: Buffer[] = []
  let size = 0
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= maxAnswerBytes) chunks.push(chunk)
    else incoming.destroy(new Error(`the answer is larger than ${maxAnswerBytes} bytes`))
  })
  incoming.on('error', failed)
  incoming.on('end', () => {
    done({
      status: incoming.statusCode ?? 0,
      header: (name) => {
        const value = incoming.headers[name.toLowerCase()]
        return Array.isArray(value) ? value[0] : value
      },
      body: Buffer.concat(chunks),
    })
  })
}
