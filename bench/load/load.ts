/**
 * Closed-loop HTTP load: each connection sends a request, waits for its whole response and sends the next (no
 * pipelining). Counts, latencies and wrong statuses of a measured span after a warm-up.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { requestWriter } from './requests.ts'
import type { RequestPlan } from './requests.ts'
import { responseReader } from './response-reader.ts'

export type LoadPlan = {
  readonly hostname: string
  readonly port: number
  readonly connections: number
  readonly warmUpMs: number
  readonly durationMs: number
  readonly requests: readonly RequestPlan[] // used in turn
  readonly expectStatus: readonly number[]
}

export type LoadResult = {
  readonly perSecond: number
  readonly p50Us: number
  readonly p99Us: number
  readonly maxUs: number
  readonly requestsCount: number
  readonly unexpectedCount: number
  readonly firstUnexpected: string | null
  readonly bodyBytesPerSecond: number
}

/** Runs one load to its end. Rejects when a connection fails. */
export const runLoad = (plan: LoadPlan): Promise<LoadResult> =>
  new Promise((resolve, reject) => {
    const writers = plan.requests.map(requestWriter)
    const latenciesUs = new Float32Array(4_000_000)
    let count = 0
    let turn = 0
    let unexpected = 0
    let firstUnexpected: string | null = null
    let bodyBytesTotal = 0
    let phase: 'warm-up' | 'measured' | 'over' = 'warm-up'
    let measuredFrom = 0

    const open = (): Socket => {
      const socket = connect({ host: plan.hostname, port: plan.port, noDelay: true })
      let sentAt = 0
      const send = () => {
        const writer = writers[turn++ % writers.length]
        if (writer === undefined) return
        sentAt = performance.now()
        socket.write(writer(), 'latin1')
      }
      const reader = responseReader((status, bodyBytes, headers) => {
        if (phase === 'measured') {
          if (count < latenciesUs.length) latenciesUs[count] = (performance.now() - sentAt) * 1000
          count++
          bodyBytesTotal += bodyBytes
          if (!plan.expectStatus.includes(status)) {
            unexpected++
            firstUnexpected ??= headers
          }
        }
        if (phase !== 'over') send()
      })
      socket.on('data', reader.push)
      socket.on('error', reject)
      socket.on('close', () => {
        if (phase !== 'over') reject(new Error('The server closed a connection'))
      })
      socket.on('connect', send)
      return socket
    }
    const sockets = Array.from({ length: plan.connections }, open)
    setTimeout(() => {
      phase = 'measured'
      measuredFrom = performance.now()
    }, plan.warmUpMs)
    setTimeout(() => {
      const seconds = (performance.now() - measuredFrom) / 1000
      phase = 'over'
      for (const socket of sockets) socket.destroy()
      const sorted = latenciesUs.subarray(0, Math.min(count, latenciesUs.length)).sort()
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      resolve({
        perSecond: count / seconds,
        p50Us: at(0.5),
        p99Us: at(0.99),
        maxUs: at(1),
        requestsCount: count,
        unexpectedCount: unexpected,
        firstUnexpected,
        bodyBytesPerSecond: bodyBytesTotal / seconds,
      })
    }, plan.warmUpMs + plan.durationMs)
  })
