import * as t from 'io-ts'

/**
 * Who caused an entry. `token` is the accessor id or `anonymous`, never a secret; `via` is `http`, `rpc`, `gossip`
 * or `policy:NAME`.
 */
export const Actor = t.readonly(t.type({ token: t.string, node: t.string, address: t.string, via: t.string }), 'Actor')
export type Actor = t.TypeOf<typeof Actor>

/** The actor of a server's own duty, such as `policy:session-ttl`. */
export const policyActor = (name: string, node: string): Actor => ({
  token: 'anonymous',
  node,
  address: '',
  via: `policy:${name}`,
})
