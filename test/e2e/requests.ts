/** Requests as a client without a library makes them, and what their answers hold. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Agent } from './processes.ts'

export type Answer = { readonly status: number; readonly index: number; readonly text: string }

export const ask = async (agent: Agent, method: string, path: string, body?: unknown): Promise<Answer> => {
  const answer = await fetch(agent.url + path, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return {
    status: answer.status,
    index: Number(answer.headers.get('x-consul-index') ?? 0),
    text: await answer.text(),
  }
}

export const get = (agent: Agent, path: string): Promise<Answer> => ask(agent, 'GET', path)

export const put = (agent: Agent, path: string, body?: unknown): Promise<Answer> => ask(agent, 'PUT', path, body)

/** Reads now and leaves a second read waiting for a change after it. */
export const watch = async (agent: Agent, path: string): Promise<{ now: Answer; next: Promise<Answer> }> => {
  const now = await get(agent, path)
  return { now, next: get(agent, `${path}${path.includes('?') ? '&' : '?'}index=${now.index}&wait=60s`) }
}

/** A key's value, or null where the key is not. */
export const valueOf = async (agent: Agent, key: string): Promise<string | null> => {
  const answer = await get(agent, `/v1/kv/${key}?raw`)
  return answer.status === 404 ? null : answer.text
}

/** A JSON text in the shape that the test expects. */
export const parsed = <A>(shape: t.Decoder<unknown, A>, text: string): A => {
  const decoded = shape.decode(JSON.parse(text))
  if (E.isLeft(decoded)) throw new Error(`not as expected: ${text}`)
  return decoded.right
}

const objects = t.union([t.array(t.UnknownRecord), t.UnknownRecord])

/** One member of a JSON object, or of the first element of a JSON list. */
export const member = (text: string, name: string): unknown => [parsed(objects, text)].flat()[0]?.[name]
