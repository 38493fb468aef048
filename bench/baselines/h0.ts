/** Baseline H0: what node:http costs by itself. Answers `ok` to everything. */
import { createServer } from 'node:http'

const body = Buffer.from('ok')
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 2 })
  response.end(body)
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0)
})
process.on('disconnect', () => process.exit(0))
