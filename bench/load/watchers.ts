/**
 * Blocked watchers: each connection sends one blocking query and waits. When all are parked, one write wakes them; the
 * times from the write's answer to each watcher's whole answer are the result.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { responseReader } from './response-reader.ts'

export type WatchPlan = {
  readonly hostname: string
  readonly port: number
  readonly watchers: number
  readonly path: string // without index
  readonly write: { readonly path: string; readonly body: string }
  readonly parkMs: number // how long to wait after the last request was sent
  readonly rounds: number
}

export type WatchResult = {
  readonly firstMs: readonly number[]
  readonly medianMs: readonly number[]
  readonly lastMs: readonly number[]
  readonly bodyBytes: number
}

/** Opens the watchers, then wakes them `rounds` times. */
export const runWatchers = async (plan: WatchPlan): Promise<WatchResult> => {
  const host = `${plan.hostname}:${plan.port}`
  const control = await openConnection(plan)
  const watchers: Connection[] = []
  for (let i = 0; i < plan.watchers; i += 200) {
    const wave = Array.from({ length: Math.min(200, plan.watchers - i) }, () => openConnection(plan))
    watchers.push(...(await Promise.all(wave)))
  }
  const result = { firstMs: [] as number[], medianMs: [] as number[], lastMs: [] as number[], bodyBytes: 0 }
  let index = (await control.ask(`GET ${plan.path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).index
  for (let round = 0; round < plan.rounds; round++) {
    const separator = plan.path.includes('?') ? '&' : '?'
    const query = `GET ${plan.path}${separator}index=${index}&wait=300s HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    const answers = watchers.map((watcher) => watcher.ask(query))
    await new Promise((resolve) => setTimeout(resolve, plan.parkMs))
    const body = `${plan.write.body}${round}`
    const startedAt = performance.now()
    await control.ask(
      `PUT ${plan.write.path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    const woken = await Promise.all(answers)
    const times = woken.map((answer) => answer.at - startedAt).sort((a, b) => a - b)
    result.firstMs.push(times[0] ?? 0)
    result.medianMs.push(times[times.length >> 1] ?? 0)
    result.lastMs.push(times.at(-1) ?? 0)
    result.bodyBytes = woken[0]?.bodyBytes ?? 0
    index = woken[0]?.index ?? index
  }
  control.socket.destroy()
  for (const watcher of watchers) watcher.socket.destroy()
  return result
}

type Answered = { readonly at: number; readonly index: number; readonly bodyBytes: number }
type Connection = { readonly socket: Socket; readonly ask: (request: string) => Promise<Answered> }

const openConnection = (plan: WatchPlan): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: plan.hostname, port: plan.port, noDelay: true })
    let answer: ((answered: Answered) => void) | null = null
    let fail: (reason: Error) => void = reject
    const reader = responseReader((status, bodyBytes, headers) => {
      if (status !== 200) fail(new Error(`Unexpected answer: ${headers}`))
      const index = Number(/\r\nX-Consul-Index: (\d+)/i.exec(headers)?.[1] ?? 0)
      answer?.({ at: performance.now(), index, bodyBytes })
    })
    socket.on('data', reader.push)
    socket.on('error', (error) => fail(error))
    socket.on('close', () => fail(new Error('The server closed a connection')))
    const ask = (request: string) =>
      new Promise<Answered>((resolveAnswer, rejectAnswer) => {
        answer = resolveAnswer
        fail = rejectAnswer
        socket.write(request, 'latin1')
      })
    socket.on('connect', () => resolve({ socket, ask }))
  })
