/** Differences from the recorded release that are accepted, with the reason for each (tolerances.json). */
import { readFileSync } from 'node:fs'
import type { Bindings } from './bindings.ts'
import { textMismatch } from './compare.ts'
import type { Difference } from './compare.ts'
import type { Expectation } from './scenario.ts'

type Rules = {
  readonly extraKeys: readonly string[]
  readonly optionalPrefixes: readonly string[]
  readonly optionalHeadersOnErrors: readonly string[]
  readonly looseIndex: readonly string[]
  readonly cacheMayMiss: boolean
  readonly answers: readonly {
    readonly why: string
    readonly method?: string
    readonly path?: string
    readonly recorded: { readonly status: number; readonly text?: string }
    readonly accept: { readonly status: number | readonly number[]; readonly text?: string }
  }[]
}

export type Seen = {
  readonly method: string
  readonly path: string
  readonly expect: Expectation
  readonly status: number
  readonly headers: { readonly [name: string]: unknown }
  readonly text: string
}

export type Tolerances = {
  readonly extraKeys: ReadonlySet<string>
  /** Paths whose index is computed from other tables in other releases. */
  readonly isLooseIndex: (path: string) => boolean
  /** Why all differences of an answer are acceptable; null when they are not. */
  readonly excuse: (seen: Seen, found: readonly Difference[], bound: Bindings) => string | null
}

export const loadTolerances = (file: string): Tolerances => {
  const rules = JSON.parse(readFileSync(file, 'utf8')) as Rules // our own data
  return {
    extraKeys: new Set(rules.extraKeys),
    isLooseIndex: (path) => rules.looseIndex.some((pattern) => new RegExp(pattern).test(path)),
    excuse: (seen, found, bound) => {
      const rule = rules.answers.find((candidate) => accepts(candidate, seen))
      if (rule !== undefined) return rule.why
      const reasons = found.map((difference) => excuseOne(rules, seen, difference, bound))
      return reasons.every((reason) => reason !== null) ? [...new Set(reasons)].join('; ') : null
    },
  }
}

const accepts = (rule: Rules['answers'][number], seen: Seen): boolean => {
  const matches = (pattern: string | undefined, text: string): boolean =>
    pattern === undefined || new RegExp(pattern).test(text)
  const statuses = [rule.accept.status].flat()
  return (
    (rule.method === undefined || rule.method === seen.method) &&
    matches(rule.path, seen.path) &&
    rule.recorded.status === seen.expect.status &&
    matches(rule.recorded.text, seen.expect.bodyText ?? '') &&
    statuses.includes(seen.status) &&
    matches(rule.accept.text, seen.text)
  )
}

const excuseOne = (rules: Rules, seen: Seen, { at }: Difference, bound: Bindings): string | null => {
  if (rules.cacheMayMiss && (at === 'header Age' || (at === 'header X-Cache' && seen.headers['x-cache'] !== undefined)))
    return 'a cache hit is an optimisation'
  const { expect } = seen
  if (expect.status < 400 || seen.status < 400 || expect.bodyText === undefined) return null
  if (at === '(status)' && expect.status === 500 && (seen.status === 400 || seen.status === 404))
    return 'a 500 that later releases answer with 400 or 404'
  const bare = (text: string): string => withoutPrefixes(text, rules.optionalPrefixes)
  if (at === '(body)' && textMismatch(bare(expect.bodyText), bare(seen.text), bound) === null)
    return 'a prefix of the error'
  return rules.optionalHeadersOnErrors.includes(at.replace('header ', '')) ? 'query headers on an error' : null
}

const withoutPrefixes = (text: string, prefixes: readonly string[]): string => {
  const prefix = prefixes.find((candidate) => text.startsWith(candidate))
  return prefix === undefined ? text.replace(/\n$/, '') : withoutPrefixes(text.slice(prefix.length), prefixes)
}
