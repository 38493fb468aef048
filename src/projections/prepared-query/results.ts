/** What a rendered query selects from the catalog (reference: execution order, steps 2 and 5). */
import type { ByteString } from '../../domain/bytes.ts'
import type { QueryService } from '../../domain/prepared-query.ts'
import type { QueryOf } from '../../domain/queries/all.ts'
import { foldCase } from '../../domain/utf8.ts'
import { instancesOf } from '../catalog/instances.ts'
import { hasMeta } from '../catalog/select.ts'
import type { Catalog, HealthEntry, ServiceRecord } from '../catalog/state.ts'

export type Results = { readonly entries: readonly HealthEntry[]; readonly near: ByteString }

/** Instances of another cluster are not in this catalog: a query for a peer's finds none here. */
export const resultsOf = (catalog: Catalog, service: QueryService, asked: QueryOf<'query.execute'>): Results => {
  const near = nearNode(catalog, asked.near === '' ? service.near : asked.near, asked)
  if (service.peer !== '') return { entries: [], near }
  const { lists } = instancesOf(catalog, service.service, service.connect || asked.connect, true)
  const wanted = tagsOf(service)
  const entries = (lists?.entries ?? []).filter(
    (entry) =>
      isHealthy(entry, service) &&
      hasMeta(entry.node, service.nodeMeta ?? []) &&
      hasServiceMeta(entry.service, service.serviceMeta ?? []) &&
      matchesTags(entry.service, wanted),
  )
  return { entries, near }
}

/** `_agent`: the node whose agent was asked; `_ip`: the node with the requester's address. */
const nearNode = (catalog: Catalog, near: ByteString, { agent, ip }: QueryOf<'query.execute'>): ByteString => {
  if (near === '_agent') return agent
  if (near !== '_ip') return near
  let found = ''
  catalog.nodes.each(({ node }) => {
    if (node.address !== ip) return undefined
    found = node.node
    return false
  })
  return found
}

const isHealthy = ({ checks }: HealthEntry, { onlyPassing, ignoreCheckIds }: QueryService): boolean =>
  checks.every(
    ({ checkId, status }) =>
      (onlyPassing ? status === 'passing' : status !== 'critical') || (ignoreCheckIds?.includes(checkId) ?? false),
  )

const hasServiceMeta = ({ meta }: ServiceRecord, wanted: NonNullable<QueryService['serviceMeta']>): boolean =>
  wanted.every(([key, value]) => meta?.some(([k, v]) => k === key && v === value) ?? false)

type Tags = { readonly present: readonly ByteString[]; readonly absent: readonly ByteString[] }

const tagsOf = ({ tags }: QueryService): Tags => {
  const folded = (tags ?? []).map(foldCase)
  return {
    present: folded.filter((tag) => !tag.startsWith('!')),
    absent: folded.filter((tag) => tag.startsWith('!')).map((tag) => tag.slice(1)),
  }
}

const matchesTags = ({ tags }: ServiceRecord, { present, absent }: Tags): boolean => {
  if (present.length === 0 && absent.length === 0) return true
  const folded = new Set((tags ?? []).map(foldCase))
  return present.every((tag) => folded.has(tag)) && !absent.some((tag) => folded.has(tag))
}
