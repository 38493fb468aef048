/** Variables in requests: `{{name}}`, `{{name+1}}`; a text that is exactly `#{{name}}` becomes a number. */
import type { Outgoing } from './http.ts'
import type { JsonData, RequestSpec } from './scenario.ts'

export const fillText = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(/\{\{(\w+)([+-]\d+)?\}\}/g, (_, name: string, shift: string | undefined) => {
    const value = variables.get(name)
    if (value === undefined) throw new Error(`variable ${name} has no value`)
    return shift === undefined ? value : String(BigInt(value) + BigInt(shift))
  })

/** A request ready to be sent. `kept` holds bodies that earlier steps saved. */
export const buildRequest = (
  spec: RequestSpec,
  variables: ReadonlyMap<string, string>,
  kept: ReadonlyMap<string, Buffer>,
): Outgoing => {
  const pairs = Object.entries(spec.query ?? {}).map(([name, value]) =>
    value === null
      ? encodeURIComponent(name)
      : `${encodeURIComponent(name)}=${encodeURIComponent(fillText(value, variables))}`,
  )
  const path = fillText(spec.path, variables)
  const query = pairs.length === 0 ? '' : `${path.includes('?') ? '&' : '?'}${pairs.join('&')}`
  const headers = Object.entries(spec.headers ?? {}).map(([name, value]) => [name, fillText(value, variables)] as const)
  return {
    method: spec.method ?? 'GET',
    path: path + query,
    headers: Object.fromEntries(headers),
    body: bodyOf(spec, variables, kept),
  }
}

const bodyOf = (
  spec: RequestSpec,
  variables: ReadonlyMap<string, string>,
  kept: ReadonlyMap<string, Buffer>,
): Buffer | undefined => {
  if (typeof spec.body === 'string') return Buffer.from(fillText(spec.body, variables))
  if (spec.body !== undefined) return Buffer.from(jsonText(spec.body, variables))
  if (spec.bodyBase64 !== undefined) return Buffer.from(spec.bodyBase64, 'base64')
  if (spec.bodyRepeat !== undefined) return Buffer.alloc(spec.bodyRepeat.count, spec.bodyRepeat.text)
  return spec.bodyFrom === undefined ? undefined : kept.get(spec.bodyFrom)
}

const jsonText = (value: JsonData, variables: ReadonlyMap<string, string>): string => {
  if (typeof value === 'string') {
    const filled = fillText(value, variables)
    return /^#\{\{[^}]+\}\}$/.test(value) ? filled.slice(1) : JSON.stringify(filled)
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item: JsonData) => jsonText(item, variables)).join(',')}]`
  const members = Object.entries(value).map(
    ([key, member]: readonly [string, JsonData]) =>
      `${JSON.stringify(fillText(key, variables))}:${jsonText(member, variables)}`,
  )
  return `{${members.join(',')}}`
}
