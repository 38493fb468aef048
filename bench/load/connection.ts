/** One connection that asks one request at a time. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { responseReader } from './response-reader.ts'

/** When the whole answer was there, its X-Consul-Index (0 without one) and the bytes of its body. */
export type Answered = { readonly at: number; readonly index: number; readonly bodyBytes: number }

export type Connection = { readonly socket: Socket; readonly ask: (request: string) => Promise<Answered> }

/** Rejects, as each later `ask` does, when the connection fails or an answer is not 200. */
export const openConnection = (server: { readonly hostname: string; readonly port: number }): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: server.hostname, port: server.port, noDelay: true })
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
