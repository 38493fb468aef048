/**
 * Blocked watchers: each connection sends one blocking query and waits. When all are parked, one write wakes them; the
 * times from the write's answer to each watcher's whole answer are the result.
 */
import { openConnection } from './connection.ts'
import type { Connection } from './connection.ts'

export type WatchPlan = {
  readonly hostname: string
  readonly port: number
  readonly watchers: number
  readonly path: string // without index
  /** `{n}` in the body is the number of the round. */
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
    const body = plan.write.body.replaceAll('{n}', String(round))
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
