/** What the route table says of an endpoint. */
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'

/** Answers the exchange, now or later. `body` is empty where the route takes none. */
export type Handler = (context: HttpContext, exchange: Exchange, body: Uint8Array) => void

export type Route = {
  /** A final slash makes it a subtree: what follows is `exchange.argument`. */
  readonly path: string
  /** In the order of the Allow header. */
  readonly methods: readonly Method[]
  /** What a token must be allowed: `none`, or resource:level; `items` filters instead of refusing. */
  readonly right:
    | 'none'
    | 'agent:read'
    | 'node:read items'
    | 'operator:read'
    | 'key:read'
    | 'key:write'
    | 'key by method'
    | 'session:read'
    | 'session:write'
    | 'node:write'
    | 'service and node:read items'
    | 'service:write'
    | 'by operation'
    | 'operator:write'
    | 'operator by method'
    | 'query by method'
    | 'keyring by method'
    | 'config entry by method'
    | 'intention by method'
    | 'intention:read'
  /** Bytes of a body that is read; 0: the endpoint takes none. */
  readonly body: BodyLimit
  /** True: answered before express sees it. */
  readonly hot: boolean
  /** Which enterprise parameters are refused when they are not empty. */
  readonly refuses: 'nothing' | 'partition' | 'namespace and partition'
  /** True: what is allowed depends on the rest of the path, so the handler answers OPTIONS and refuses methods. */
  readonly judgesMethod: boolean
  readonly handle: Handler
}

/** `stream`: the handler reads the body itself, and all of it. */
export type BodyLimit = 'none' | 'json' | 'kv' | 'txn' | 'stream'

/** A JSON body of an endpoint without a limit of its own. */
export const jsonBodyBytes = 1_048_576

export const bodyLimitBytes = (limit: BodyLimit, context: HttpContext): number => {
  switch (limit) {
    case 'none':
    case 'stream':
      return 0
    case 'json':
      return jsonBodyBytes
    case 'kv':
      return context.options.kvMaxValueBytes
    case 'txn':
      return Math.max(context.options.txnMaxBytes, context.options.kvMaxValueBytes)
  }
}

/** The text of a 413. Clients of old and new look for `too large` and for `Value exceeds`. */
export const tooLargeText = (limit: BodyLimit, declaredBytes: number | null, limitBytes: number): string => {
  const size = declaredBytes === null ? 'Request body' : `Request body(${declaredBytes} bytes)`
  const text = `${size} too large, max size: ${limitBytes} bytes.`
  if (limit === 'kv') return `${text} See ${manual}#kv_max_value_size. (Value exceeds ${limitBytes} byte limit)`
  if (limit === 'txn') return `${text} See ${manual}#txn_max_req_len.`
  return text
}

/** Part of a text that clients know. */
const manual = 'https://www.consul.io/docs/agent/config/config-files'
