/** Registrations as the benches send them: one instance per node with a node check and a service check. */
import type { LoadProcess, Running } from './processes.ts'
import { requestTo } from './servers.ts'

/**
 * The body of catalog/register for instance `n` of a service; `n` may be `{n}`. `mark` ends up in the service's tags:
 * another mark is another state.
 */
export const registration = (service: string, n: string, mark: string): string =>
  `{"Node":"${service}-${n}","Address":"10.0.0.1","SkipNodeUpdate":false,` +
  `"Service":{"ID":"${service}-${n}","Service":"${service}","Tags":["${mark}","primary"],"Address":"10.0.0.1",` +
  `"Port":8080,"Meta":{"version":"1.2.3","zone":"a"}},` +
  `"Checks":[{"CheckID":"alive","Name":"Alive","Status":"passing","Output":"Agent alive and reachable"},` +
  `{"CheckID":"service:${service}-${n}","Name":"HTTP API","ServiceID":"${service}-${n}","Status":"passing",` +
  `"Output":"HTTP GET http://10.0.0.1:8080/health: 200 OK"}]}`

/** Registers `count` instances of a service, each on a node of its own. */
export const fillInstances = (load: LoadProcess, server: Running, service: string, count: number) =>
  load.fill({
    hostname: server.hostname,
    port: server.port,
    connections: 64,
    count,
    request: requestTo(server, {
      method: 'PUT',
      path: '/v1/catalog/register',
      body: registration(service, '{n}', 'first'),
    }),
  })

/** Registers one instance anew from this process. */
export const changeInstance = async (server: Running, service: string, n: number, mark: string): Promise<void> => {
  const answer = await fetch(`http://${server.hostname}:${server.port}/v1/catalog/register`, {
    method: 'PUT',
    body: registration(service, String(n), mark),
  })
  if ((await answer.text()).trim() !== 'true') throw new Error('A registration was refused')
}
