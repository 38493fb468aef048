/**
 * Baseline N: a read answered as one would first write it. It takes the subject's own answer once, keeps it as objects
 * and makes JSON of them at each request.
 */
import { createServer } from 'node:http'

const records: unknown = await (await fetch(process.argv[2] ?? '')).json()
const server = createServer((request, response) => {
  request.resume()
  const body = Buffer.from(JSON.stringify(records))
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
  response.end(body)
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0)
})
process.on('disconnect', () => process.exit(0))
