/**
 * Baseline P1: a log and nothing else. node:http takes a PUT, its body is framed and appended to one preallocated
 * file; requests that arrive during a sync share the next; the acknowledged-up-to mark is written in parallel with the
 * batch, both with O_DSYNC; then all of the batch are answered.
 */
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { appendLog } from './append-log.ts'

const dir = process.argv[2] ?? '.'
const log = await appendLog(dir)
const answer = Buffer.from('true')
let waiting: { readonly body: Buffer; readonly response: ServerResponse }[] = []
let writing = false

const pump = async () => {
  if (writing) return
  writing = true
  while (waiting.length > 0) {
    const batch = waiting
    waiting = []
    await log.append(batch.map((one) => one.body))
    for (const { response } of batch) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 4 })
      response.end(answer)
    }
  }
  writing = false
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    waiting.push({ body: Buffer.concat(chunks), response })
    void pump()
  })
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0)
})
process.on('disconnect', () => process.exit(0))
