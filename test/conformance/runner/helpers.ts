/** Small servers that health checks of a scenario can point at. */
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import type { Scenario, Step } from './scenario.ts'

type Helper = { readonly server: Server; status: number; body: string; readonly close: () => void }

export type Helpers = {
  /** `helper_NAME` -> port. */
  readonly ports: ReadonlyMap<string, string>
  readonly set: (name: string, change: NonNullable<Step['set']>) => void
  readonly stop: () => void
}

export const startHelpers = async (specs: Scenario['helpers'] = {}): Promise<Helpers> => {
  const helpers = new Map<string, Helper>()
  const ports = new Map<string, string>()
  for (const [name, spec] of Object.entries(specs)) {
    const helper = spec.type === 'tcp' ? tcpHelper() : httpHelper(spec.status ?? 200, spec.body ?? 'ok')
    await new Promise<void>((resolve) => helper.server.listen(0, '127.0.0.1', resolve))
    helpers.set(name, helper)
    ports.set(`helper_${name}`, String((helper.server.address() as AddressInfo).port))
  }
  return {
    ports,
    set: (name, change) => {
      const helper = helpers.get(name)
      if (helper === undefined) throw new Error(`no helper is called ${name}`)
      helper.status = change.status ?? helper.status
      helper.body = change.body ?? helper.body
      if (change.down === true) helper.close()
    },
    stop: () => {
      for (const helper of helpers.values()) helper.close()
    },
  }
}

const tcpHelper = (): Helper => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.end()
  })
  return { server, status: 0, body: '', close: () => server.close() }
}

const httpHelper = (status: number, body: string): Helper => {
  const server = createHttpServer((_request, response) => {
    response.writeHead(helper.status, { 'Content-Type': 'text/plain' })
    response.end(helper.body)
  })
  const helper: Helper = {
    server,
    status,
    body,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return helper
}
