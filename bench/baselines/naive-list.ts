/** Baseline N: a list of keys answered as one would first write it, JSON.stringify of all records at each request. */
import { createServer } from 'node:http'

const count = Number(process.argv[2] ?? '1000')
const records = Array.from({ length: count }, (_, i) => ({
  LockIndex: 0,
  Key: `list/${i}`,
  Flags: 0,
  Value: 'v'.repeat(36),
  CreateIndex: 10 + i,
  ModifyIndex: 10 + i,
}))
const server = createServer((request, response) => {
  request.resume()
  const shown = records.map((record) => ({ ...record, Value: Buffer.from(record.Value).toString('base64') }))
  const body = Buffer.from(JSON.stringify(shown))
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
  response.end(body)
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0)
})
process.on('disconnect', () => process.exit(0))
