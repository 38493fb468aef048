/** Connections written by hand: what an honest client would never send. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export type RawAnswer = { readonly head: string; readonly body: string; readonly all: string }

/** Sends bytes and resolves when `enough` holds for what came back, or the other side closes. */
export const sendRaw = (
  port: number,
  write: (socket: Socket) => void,
  enough: (received: string) => boolean = (received) => received.includes('\r\n\r\n'),
): Promise<RawAnswer> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    const finish = (): void => {
      const end = received.indexOf('\r\n\r\n')
      resolve({
        head: end === -1 ? received : received.slice(0, end),
        body: end === -1 ? '' : received.slice(end + 4),
        all: received,
      })
      socket.destroy()
    }
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (enough(received)) finish()
    })
    socket.on('close', finish)
    socket.on('error', () => undefined) // a reset ends in close
    socket.on('connect', () => {
      write(socket)
    })
  })

/** Writes chunks of a body until `bytes` are out or the other side has answered or gone. */
export const pour = (socket: Socket, bytes: number, chunk: Buffer, frame: (chunk: Buffer) => Buffer): void => {
  let left = bytes
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= chunk.length
      if (!socket.write(frame(chunk))) {
        socket.once('drain', more)
        return
      }
    }
  }
  more()
}

/** One chunk of a chunked body. */
export const chunked = (chunk: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')])
