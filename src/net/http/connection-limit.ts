/**
 * At most so many connections per client address; the one too many gets a raw 429 and is closed (reference: transport;
 * CVE-2020-7219).
 */
import type { Socket } from 'node:net'

const body = 'Your IP is issuing too many concurrent connections, please rate limit your calls\n'

/** What goes out on a refused connection, before any request is read. */
export const tooManyConnections = `HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`

/** Returns the listener for a server's `connection` event. Calls `refused` for each connection over the limit. */
export const connectionLimit = (limit: number, refused: () => void): ((socket: Socket) => void) => {
  const openByAddress = new Map<string, number>()
  return (socket) => {
    const address = socket.remoteAddress ?? ''
    const open = openByAddress.get(address) ?? 0
    if (open >= limit) {
      refused()
      socket.on('error', () => {
        socket.destroy()
      })
      socket.end(tooManyConnections, () => {
        socket.destroy()
      })
      return
    }
    openByAddress.set(address, open + 1)
    socket.once('close', () => {
      const left = (openByAddress.get(address) ?? 1) - 1
      if (left === 0) openByAddress.delete(address)
      else openByAddress.set(address, left)
    })
  }
}
