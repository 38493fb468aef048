/** Sends a fixed number of requests over some connections, for example to fill a server with keys. */
import { connect } from 'node:net'
import { requestWriter } from './requests.ts'
import type { RequestPlan } from './requests.ts'
import { responseReader } from './response-reader.ts'

export type FillPlan = {
  readonly hostname: string
  readonly port: number
  readonly connections: number
  readonly count: number
  readonly request: RequestPlan
}

export type FillResult = {
  readonly seconds: number
  readonly failedCount: number
  readonly firstFailure: string | null
}

/** Resolves when all requests are answered. */
export const fill = (plan: FillPlan): Promise<FillResult> =>
  new Promise((resolve, reject) => {
    const next = requestWriter(plan.request)
    const started = performance.now()
    let toSend = plan.count
    let toCome = plan.count
    let failedCount = 0
    let firstFailure: string | null = null
    const open = () => {
      const socket = connect({ host: plan.hostname, port: plan.port, noDelay: true })
      const send = () => {
        if (toSend > 0) {
          toSend--
          socket.write(next(), 'latin1')
        } else socket.end()
      }
      const reader = responseReader((status, _bodyBytes, headers) => {
        if (status !== 200) {
          failedCount++
          firstFailure ??= headers
        }
        if (--toCome === 0) resolve({ seconds: (performance.now() - started) / 1000, failedCount, firstFailure })
        send()
      })
      socket.on('data', reader.push)
      socket.on('error', reject)
      socket.on('connect', send)
    }
    for (let i = 0; i < plan.connections; i++) open()
  })
