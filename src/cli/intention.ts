/** Intentions as the commands print and name them. */
import type { ApiRequest } from './http-client.ts'
import { list, text, type Tree } from './tree.ts'

/** `web => db (allow)`. */
export const intentionLine = (intention: Tree): string =>
  `${text(intention, 'SourceName')} => ${text(intention, 'DestinationName')} (${verdict(intention)})`

/** The action, or how many permissions decide in its place. */
export const verdict = (intention: Tree): string => {
  const permissions = list(intention, 'Permissions').length
  if (permissions === 0) return text(intention, 'Action')
  return `${permissions} permission${permissions === 1 ? '' : 's'}`
}

/** The endpoint of what the arguments name: an id, or source and destination; undefined for any other number of them. */
export const namedIntention = (args: readonly string[]): Pick<ApiRequest, 'path' | 'query'> | undefined => {
  const [first, second] = args
  if (first === undefined || args.length > 2) return undefined
  return second === undefined
    ? { path: `/v1/connect/intentions/${encodeURIComponent(first)}` }
    : { path: '/v1/connect/intentions/exact', query: { source: first, destination: second } }
}
