/** The log through an agent's HTTP interface. */
import { json, send, unexpected, type ApiRequest, type Result, type Target } from './http-client.ts'
import type { Broken, EventPage, EventQuery, LogSource, Verified } from './log-source.ts'
import { isObject, list, shown, text, type Tree, type TreeObject } from './tree.ts'

export const onlineLog = (target: Target): LogSource => ({
  events: (query) => events(target, query),
  replay: () =>
    Promise.resolve({
      ok: false,
      message:
        'The agent does not serve past views yet: replay the files of a stopped server, or a copy, with -data-dir',
    }),
  verify: () => verify(target),
  stats: () => callOwn(target, { method: 'GET', path: '/v1/log/status' }),
})

/** Events of one answer; more would make answers slow to begin. */
const pageEvents = 1000

const events = async (target: Target, query: EventQuery): Promise<Result<EventPage>> => {
  const given = { since: query.since, until: query.until, type: query.types, topic: query.topic, actor: query.actor }
  const answer = await callOwn(target, {
    method: 'GET',
    path: '/v1/log',
    query: {
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
      limit: String(Math.min(query.limit ?? pageEvents, pageEvents)),
      ...(query.reverse ? { reverse: '' } : {}),
    },
  })
  if (!answer.ok) return answer
  return { ok: true, value: { events: list(answer.value, 'Events'), next: text(answer.value, 'Next') || null } }
}

/** Entries asked for at a time while the chain is walked. */
const windowEntries = 16

/** Walks the hash chain over what the agent retains: each entry must name the hash of the one before it. */
const verify = async (target: Target): Promise<Result<Verified | Broken>> => {
  const status = await callOwn(target, { method: 'GET', path: '/v1/log/status' })
  if (!status.ok) return status
  const first = Number(shown(status.value, 'FirstIndex'))
  const last = Number(shown(status.value, 'LastIndex'))
  let before: Tree | null = null
  for (let from = first; from <= last; from += windowEntries) {
    const indexes = Array.from({ length: Math.min(windowEntries, last - from + 1) }, (_, i) => from + i)
    const window = await Promise.all(
      indexes.map((index) => callOwn(target, { method: 'GET', path: `/v1/log/entry/${index}` })),
    )
    for (const entry of window) {
      if (!entry.ok) return entry
      if (before !== null && text(entry.value, 'PreviousHash') !== text(before, 'Hash')) {
        const index = shown(entry.value, 'Index')
        return broken(`Entry ${index} does not follow the entry before it: its previous hash differs`)
      }
      before = entry.value
    }
  }
  const headHash = before === null ? '' : text(before, 'Hash')
  const entriesCount = before === null ? 0 : last - first + 1
  return {
    ok: true,
    value: {
      intact: true,
      firstIndex: first,
      lastIndex: last,
      entriesCount,
      headHash,
      checked: 'links of the hash chain',
    },
  }
}

const broken = (problem: string): Result<Broken> => ({ ok: true, value: { intact: false, problem } })

/** Our own endpoints refuse with `{"Error": ...}`: the text is what the user needs. */
const callOwn = async (target: Target, request: ApiRequest): Promise<Result<TreeObject>> => {
  const answer = await send(target, request)
  if (!answer.ok) return answer
  const body = json(answer.value)
  if (answer.value.status !== 200) {
    const why = body.ok ? text(body.value, 'Error') : ''
    return { ok: false, message: why === '' ? unexpected(answer.value) : why }
  }
  if (!body.ok) return body
  return isObject(body.value) ? { ok: true, value: body.value } : { ok: false, message: 'The answer is not an object' }
}
