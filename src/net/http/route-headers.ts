import type { Headers } from './exchange.ts'

/** Headers of every answer of a kind of route; redirects, unknown paths and refused requests carry none of them. */
export type RouteHeaders = { readonly api: Headers; readonly page: Headers }

type Configured = {
  readonly defaultAclPolicy: string
  readonly responseHeaders: readonly (readonly [name: string, value: string])[]
}

export const routeHeaders = (options: Configured): RouteHeaders => {
  const configured = options.responseHeaders.flatMap(([name, value]) => [canonicalName(name), value])
  return {
    api: ['Vary', 'Accept-Encoding', 'X-Consul-Default-Acl-Policy', options.defaultAclPolicy, ...configured],
    page: configured,
  }
}

/** `x-custom` becomes `X-Custom`. */
const canonicalName = (name: string): string =>
  name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
