/**
 * Templates: prepared queries whose texts are made for the name that was asked for (reference: template rendering).
 * Compiled when written, so that one that cannot be rendered is refused.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import type { TemplateProblem } from '../../domain/decide/query-problem.ts'
import { isTemplate } from '../../domain/prepared-query.ts'
import type { QueryDefinition, QueryService } from '../../domain/prepared-query.ts'
import { compileCapture } from '../filter/regular-expression.ts'
import type { Capture } from '../filter/regular-expression.ts'
import { parseInterpolation } from './interpolation.ts'
import type { Part } from './interpolation.ts'

/** The part of a query that is rendered, made for a name. Left: the rendered texts are too long. */
export type Template = (name: ByteString) => E.Either<TemplateProblem, QueryService>

/** Longest regular expression, in bytes: matching costs its length times the name's. */
export const maxRegexpBytes = 4_096

/** Bytes of all rendered texts of a query: names come with each request and may stand in a text many times. */
export const maxRenderedBytes = 262_144

/** The template that a definition is; null for one that is none. */
export const compileTemplate = (definition: QueryDefinition): E.Either<TemplateProblem, Template | null> => {
  if (!isTemplate(definition)) return E.right(null)
  const { type, regexp } = definition.template
  if (type !== 'name_prefix_match') return E.left({ type: 'BadType', templateType: type })
  const capture = compiled(regexp)
  if (E.isLeft(capture)) return capture
  const texts = parseTexts(definition.service)
  if (E.isLeft(texts)) return texts
  const template = renderer(definition, texts.right, capture.right)
  const trial = template(definition.name)
  return E.isLeft(trial) ? trial : E.right(template)
}

const compiled = (regexp: ByteString): E.Either<TemplateProblem, Capture | null> => {
  if (regexp === '') return E.right(null)
  if (regexp.length > maxRegexpBytes)
    return E.left({ type: 'BadRegexp', why: `expression is longer than ${maxRegexpBytes} bytes` })
  return E.mapLeft((why: string): TemplateProblem => ({ type: 'BadRegexp', why }))(compileCapture(regexp))
}

/** Parsed texts by their path. */
type Texts = ReadonlyMap<string, readonly Part[]>

const parseTexts = (service: QueryService): E.Either<TemplateProblem, Texts> => {
  const texts = new Map<string, readonly Part[]>()
  const problems: TemplateProblem[] = []
  mapTexts(service, (format, path) => {
    const parts = parseInterpolation(format)
    if (E.isRight(parts)) texts.set(path, parts.right)
    else problems.push({ type: 'BadFormat', format, path, why: parts.left })
    return format
  })
  const [first] = problems
  return first === undefined ? E.right(texts) : E.left(first)
}

const renderer =
  (definition: QueryDefinition, texts: Texts, capture: Capture | null): Template =>
  (name) => {
    const captures = capture?.(name) ?? []
    const suffix = name.startsWith(definition.name) ? name.slice(definition.name.length) : name
    const values = { 'name.full': name, 'name.prefix': definition.name, 'name.suffix': suffix, 'agent.segment': '' }
    const valueOf = (part: Part): ByteString => {
      switch (part.type) {
        case 'Text':
          return part.text
        case 'Variable':
          return values[part.name]
        case 'Match':
          return captures[part.index] ?? ''
      }
    }
    let left = maxRenderedBytes
    const tooLong: TemplateProblem[] = []
    const service = mapTexts(definition.service, (format, path) => {
      let rendered = ''
      for (const part of texts.get(path) ?? []) {
        const value = valueOf(part)
        left -= value.length
        if (left < 0) {
          tooLong.push({ type: 'BadFormat', format: '', path, why: `renders to more than ${maxRenderedBytes} bytes` })
          return format
        }
        rendered += value
      }
      return rendered
    })
    const [first] = tooLong
    return first === undefined ? E.right(withoutEmptyTags(definition, service)) : E.left(first)
  }

const withoutEmptyTags = (definition: QueryDefinition, service: QueryService): QueryService =>
  definition.template.removeEmptyTags ? { ...service, tags: (service.tags ?? []).filter((tag) => tag !== '') } : service

/** The same record with every text replaced; paths are those of the API, such as `.Failover.Datacenters[0]`. */
const mapTexts = (service: QueryService, to: (text: ByteString, path: string) => ByteString): QueryService => {
  const list = (items: readonly ByteString[] | null, path: string) =>
    items?.map((item, i) => to(item, `${path}[${i}]`)) ?? null
  const map = (pairs: QueryService['nodeMeta'], path: string) =>
    pairs?.map(([key, value]) => [key, to(value, `${path}[${key}]`)] as const) ?? null
  return {
    ...service,
    service: to(service.service, '.Service'),
    datacenters: list(service.datacenters, '.Failover.Datacenters'),
    targets:
      service.targets?.map(({ peer, datacenter }, i) => ({
        peer: to(peer, `.Failover.Targets[${i}].Peer`),
        datacenter: to(datacenter, `.Failover.Targets[${i}].Datacenter`),
      })) ?? null,
    ignoreCheckIds: list(service.ignoreCheckIds, '.IgnoreCheckIDs'),
    near: to(service.near, '.Near'),
    tags: list(service.tags, '.Tags'),
    nodeMeta: map(service.nodeMeta, '.NodeMeta'),
    serviceMeta: map(service.serviceMeta, '.ServiceMeta'),
    peer: to(service.peer, '.Peer'),
  }
}
