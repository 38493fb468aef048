/**
 * Observers under a storm of changes: each asks its blocking query again with the index of its last answer, while one
 * writer changes what they watch at a steady pace. How late an answer is: from the sending of the newest change that it
 * can hold to its last byte.
 */
import { openConnection } from './connection.ts'
import type { Answered, Connection } from './connection.ts'

export type StormPlan = {
  readonly hostname: string
  readonly port: number
  readonly observers: number
  readonly path: string // without index
  /** `{n}` in the body is the number of the change. */
  readonly write: { readonly path: string; readonly body: string }
  readonly changesPerSecond: number
  readonly durationMs: number
}

export type StormResult = {
  readonly answersPerSecond: number
  readonly changesPerSecond: number
  readonly lagP50Ms: number
  readonly lagP99Ms: number
}

export const runStorm = async (plan: StormPlan): Promise<StormResult> => {
  const control = await openConnection(plan)
  const observers: Connection[] = []
  for (let i = 0; i < plan.observers; i += 200) {
    const wave = Array.from({ length: Math.min(200, plan.observers - i) }, () => openConnection(plan))
    observers.push(...(await Promise.all(wave)))
  }
  const host = `${plan.hostname}:${plan.port}`
  const read = `GET ${plan.path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  const first = (await control.ask(read)).index
  const answers: Answered[] = []
  let over = false
  const observe = (observer: Connection, index: number): void => {
    const separator = plan.path.includes('?') ? '&' : '?'
    const query = `GET ${plan.path}${separator}index=${index}&wait=60s HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    observer.ask(query).then(
      (answered) => {
        if (over) return
        answers.push(answered)
        observe(observer, answered.index)
      },
      (error: unknown) => {
        if (!over) throw error
      },
    )
  }
  for (const observer of observers) observe(observer, first)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const sentAt = new Map<number, number>()
  const startedAt = performance.now()
  let changes = 0
  while (performance.now() - startedAt < plan.durationMs) {
    const due = startedAt + (changes * 1000) / plan.changesPerSecond
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
    const at = performance.now()
    const body = plan.write.body.replaceAll('{n}', String(changes++))
    await control.ask(
      `PUT ${plan.write.path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    sentAt.set((await control.ask(read)).index, at)
  }
  const seconds = (performance.now() - startedAt) / 1000
  over = true
  for (const { socket } of [control, ...observers]) socket.destroy()
  const lags = answers.flatMap(({ index, at }) => {
    const sent = sentAt.get(index)
    return sent === undefined ? [] : [at - sent]
  })
  lags.sort((a, b) => a - b)
  const at = (share: number) => lags[Math.min(lags.length - 1, Math.floor(lags.length * share))] ?? NaN
  return {
    answersPerSecond: answers.length / seconds,
    changesPerSecond: changes / seconds,
    lagP50Ms: at(0.5),
    lagP99Ms: at(0.99),
  }
}
