import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import type { OperatorInfo, PoolProblem } from '../../../src/net/http/operator-info.ts'
import { testOperator, testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

const id = '11111111-1111-1111-1111-111111111111'

let server: TestServer
let asked: (string | null)[]
let problem: PoolProblem | null
let pool: OperatorInfo['pool']

beforeEach(async () => {
  asked = []
  problem = null
  pool = testOperator.pool
  const answer = (target: string | null) => {
    asked.push(target)
    return Promise.resolve(problem === null ? E.right(undefined) : E.left(problem))
  }
  server = await testServer({}, { operator: { pool: () => pool(), remove: answer, transferLeader: answer } })
})
afterEach(() => server.close())

const send = (method: string, path: string, body?: string) =>
  server.send({ method, path: `/v1/operator/${path}`, ...(body === undefined ? {} : { body }) })

describe('/v1/operator/raft', () => {
  test('lists the servers, also those that gossip does not know', async () => {
    const [own] = testOperator.pool().servers
    const other = { ...own!, id: 's2', name: '', address: '10.0.0.2:8300', leader: false, voter: false }
    pool = () => ({ ...testOperator.pool(), servers: [own!, other], configurationIndex: 22 })
    const answer = await send('GET', 'raft/configuration?stale')
    expect(answer.text).toBe(
      `{"Servers":[{"ID":"${id}","Node":"n1","Address":"127.0.0.1:8300","Leader":true,"ProtocolVersion":"3","Voter":true},` +
        '{"ID":"s2","Node":"(unknown)","Address":"10.0.0.2:8300","Leader":false,"ProtocolVersion":"unknown","Voter":false}],' +
        '"Index":22}',
    )
    expect(answer.headers['x-consul-index']).toBeUndefined()
  })

  test('removes a server by id or by address', async () => {
    for (const path of [`raft/peer?id=${id}`, 'raft/peer?address=127.0.0.1:8300']) {
      const answer = await send('DELETE', path)
      expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([200, '', undefined])
    }
    expect(asked).toEqual([id, id])
  })

  test('hands leadership over, to whom it is told or to anybody', async () => {
    expect((await send('POST', 'raft/transfer-leader')).text).toBe('{"Success":true}')
    expect((await send('POST', `raft/transfer-leader?id=${id}`)).text).toBe('{"Success":true}')
    expect(asked).toEqual([null, id])
  })

  const specify = "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove"
  test.each([
    ['DELETE', 'raft/peer', 400, specify],
    ['DELETE', 'raft/peer?id=&address=', 400, specify],
    ['DELETE', 'raft/peer?id=a&address=b', 400, 'Must specify only one of ?id or ?address'],
    ['DELETE', 'raft/peer?id=nope', 500, 'id "nope" was not found in the Raft configuration'],
    ['DELETE', 'raft/peer?address=1.2.3.4:1', 500, 'address "1.2.3.4:1" was not found in the Raft configuration'],
    ['DELETE', `raft/peer?id=${id}&dc=nowhere`, 500, 'No path to datacenter'],
    ['POST', 'raft/transfer-leader?id=nope', 500, 'id "nope" was not found in the Raft configuration'],
    ['POST', 'raft/transfer-leader?dc=nowhere', 500, 'No path to datacenter'],
    ['GET', 'raft/configuration?dc=nowhere', 500, 'No path to datacenter'],
    [
      'GET',
      'raft/configuration?stale&consistent',
      400,
      'Cannot specify ?stale with ?consistent, conflicting semantics.',
    ],
    ['GET', 'raft/transfer-leader', 405, 'method GET not allowed'],
    ['GET', 'raft/peer', 405, 'method GET not allowed'],
  ])('%s %s is %i %s and does nothing', async (method, path, status, text) => {
    const answer = await send(method, path)
    expect([answer.status, answer.text, asked]).toEqual([status, text, []])
  })

  test.each<[PoolProblem, string]>([
    ['NotLeader', 'No cluster leader'],
    ['NotReady', 'Cannot transfer leadership: the leader is not ready'],
    ['InProgress', 'Cannot transfer leadership: another change is in progress'],
    ['UnknownServer', 'Cannot transfer leadership: the server is not in the Raft configuration'],
    ['NotVoter', 'Cannot transfer leadership: the server has no vote'],
    ['Alone', 'Cannot transfer leadership: there is no other server that votes'],
    ['AlreadyLeader', 'Cannot transfer leadership: the server leads already'],
    ['Failed', 'Failed to transfer leadership'],
  ])('says why leadership stays: %s', async (why, text) => {
    problem = why
    const answer = await send('POST', 'raft/transfer-leader')
    expect([answer.status, answer.text]).toEqual([500, text])
  })

  test('says why the last server cannot be removed', async () => {
    problem = 'LastVoter'
    expect((await send('DELETE', `raft/peer?id=${id}`)).text).toBe(
      `Cannot remove id "${id}": it is the last server that votes, without it the log has no keeper`,
    )
  })
})

describe('/v1/operator/autopilot', () => {
  const rules = (over: object) => JSON.stringify({ CleanupDeadServers: true, LastContactThreshold: '400ms', ...over })

  test('shows the defaults before anybody set rules, then the rules with their indexes', async () => {
    const shown = (rest: string) => `{"CleanupDeadServers":true,${rest},"CreateIndex":0,"ModifyIndex":0}`
    expect((await send('GET', 'autopilot/configuration')).text).toBe(
      shown(
        '"LastContactThreshold":"200ms","MaxTrailingLogs":250,"MinQuorum":0,"ServerStabilizationTime":"10s",' +
          '"RedundancyZoneTag":"","DisableUpgradeMigration":false,"UpgradeVersionTag":""',
      ),
    )
    const body = rules({ MaxTrailingLogs: 500, ServerStabilizationTime: 1_500_000, UpgradeVersionTag: 'v' })
    expect((await send('PUT', 'autopilot/configuration', body)).text).toBe('true')
    expect((await send('GET', 'autopilot/configuration')).text).toBe(
      '{"CleanupDeadServers":true,"LastContactThreshold":"400ms","MaxTrailingLogs":500,"MinQuorum":0,' +
        '"ServerStabilizationTime":"1.5ms","RedundancyZoneTag":"","DisableUpgradeMigration":false,' +
        '"UpgradeVersionTag":"v","CreateIndex":2,"ModifyIndex":2}',
    )
  })

  test('replaces them only at the index that is named', async () => {
    expect((await send('PUT', 'autopilot/configuration?cas=7', rules({}))).text).toBe('false')
    expect((await send('PUT', 'autopilot/configuration?cas=0', rules({}))).text).toBe('true')
    expect((await send('PUT', 'autopilot/configuration?cas=2', rules({ MinQuorum: 3 }))).text).toBe('true')
    expect((await send('PUT', 'autopilot/configuration?cas=18446744073709551615', rules({}))).text).toBe('false')
  })

  test.each([
    [
      'autopilot/configuration',
      '{bad',
      "Error parsing autopilot config: invalid character 'b' looking for beginning of object key string",
    ],
    ['autopilot/configuration', '{"Bogus":1}', 'Error parsing autopilot config: json: unknown field "Bogus"'],
    [
      'autopilot/configuration',
      '{"LastContactThreshold":"abc"}',
      'Error parsing autopilot config: time: invalid duration "abc"',
    ],
    [
      'autopilot/configuration?cas=abc',
      '{}',
      'Error parsing cas value: strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    [
      'autopilot/configuration?cas=18446744073709551616',
      '{}',
      'Error parsing cas value: strconv.ParseUint: parsing "18446744073709551616": value out of range',
    ],
  ])('refuses %s with %s', async (path, body, text) => {
    const answer = await send('PUT', path, body)
    expect([answer.status, answer.text]).toEqual([400, text])
  })

  test('shows a healthy pool', async () => {
    const answer = await send('GET', 'autopilot/health')
    expect([answer.status, answer.text]).toEqual([
      200,
      `{"Healthy":true,"FailureTolerance":0,"Servers":[{"ID":"${id}","Name":"n1","Address":"127.0.0.1:8300",` +
        '"SerfStatus":"alive","Version":"1.16.3","Leader":true,"LastContact":"0s","LastTerm":2,"LastIndex":46,' +
        '"Healthy":true,"Voter":true,"StableSince":"2023-11-14T22:13:20Z"}]}',
    ])
  })

  test('answers 429 for one that is not', async () => {
    pool = () => ({ ...testOperator.pool(), lastTerm: 0 })
    const answer = await send('GET', 'autopilot/health')
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      429,
      { Healthy: false, Servers: [{ Healthy: false }] },
    ])
  })

  test('shows the state with status 200 in any case', async () => {
    expect((await send('GET', 'autopilot/state')).text).toBe(
      '{"Healthy":true,"FailureTolerance":0,"OptimisticFailureTolerance":0,' +
        `"Servers":{"${id}":{"ID":"${id}","Name":"n1","Address":"127.0.0.1:8300","NodeStatus":"alive",` +
        '"Version":"1.16.3","LastContact":"0s","LastTerm":2,"LastIndex":46,"Healthy":true,' +
        '"StableSince":"2023-11-14T22:13:20Z","ReadReplica":false,"Status":"leader",' +
        `"Meta":{"consul-network-segment":""},"NodeType":"voter"}},"Leader":"${id}","Voters":["${id}"]}`,
    )
    const [own] = testOperator.pool().servers
    const ill = { ...own!, id: 's2', leader: false, voter: false, alive: false, lastContactMs: null }
    pool = () => ({ ...testOperator.pool(), servers: [own!, ill] })
    const answer = await send('GET', 'autopilot/state')
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      200,
      { Healthy: false, Servers: { s2: { NodeStatus: 'failed', Status: 'non-voter', Healthy: false } }, Voters: [id] },
    ])
  })

  test('says when there is no leader to ask', async () => {
    server.system.failReads({ type: 'NoLeader' })
    const answer = await send('GET', 'autopilot/health')
    expect([answer.status, answer.text]).toEqual([500, 'No cluster leader'])
  })
})

describe('/v1/operator/keyring', () => {
  const reports = (why: string) =>
    `4 errors occurred:\n\t* WAN error: 1/1 nodes reported failure\n\t* n1.dc1: ${why}\n` +
    `\t* dc1 (LAN) error: 1/1 nodes reported failure\n\t* n1: ${why}\n\n`
  const key = '{"Key":"pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s="}'

  test.each([
    ['GET', 'keyring', undefined, 500, reports('Keyring is empty (encryption not enabled)')],
    [
      'GET',
      'keyring?local-only=true&relay-factor=5',
      undefined,
      500,
      reports('Keyring is empty (encryption not enabled)'),
    ],
    ['PUT', 'keyring', key, 500, reports('No keyring to modify (encryption not enabled)')],
    ['POST', 'keyring?local-only=false', key, 500, reports('No keyring to modify (encryption not enabled)')],
    ['DELETE', 'keyring', '{', 400, 'Request decode failed: unexpected EOF'],
    [
      'GET',
      'keyring?relay-factor=x',
      undefined,
      400,
      'Error parsing relay factor: strconv.Atoi: parsing "x": invalid syntax',
    ],
    ['GET', 'keyring?relay-factor=6', undefined, 400, 'Invalid relay-factor: Relay factor must be in range: [0, 5]'],
    ['GET', 'keyring?local-only=maybe', undefined, 400, 'Error parsing local-only: maybe'],
    [
      'PUT',
      'keyring?local-only=true',
      key,
      400,
      'Invalid use of local-only: local-only can only be set for GET requests',
    ],
  ])('%s %s is answered', async (method, path, body, status, text) => {
    const answer = await send(method, path, body)
    expect([answer.status, answer.text]).toEqual([status, text])
  })
})

describe('/v1/operator/usage', () => {
  test('counts, and blocks until the catalog changes', async () => {
    await server.put('/v1/catalog/register', {
      Node: 'n2',
      Address: '10.0.0.2',
      Service: { Service: 'web', Connect: { Native: true } },
    })
    const answer = await server.get('/v1/operator/usage')
    expect(answer.text).toBe(
      '{"Usage":{"dc1":{"Nodes":2,"Services":1,"ServiceInstances":1,"ConnectServiceInstances":{"api-gateway":0,' +
        '"connect-native":1,"connect-proxy":0,"ingress-gateway":0,"mesh-gateway":0,"terminating-gateway":0},' +
        '"BillableServiceInstances":1}},"Index":2,"LastContact":0,"KnownLeader":true,"ConsistencyLevel":"leader",' +
        '"NotModified":false,"Backend":0,"ResultsFilteredByACLs":false}',
    )
    const waiting = server.get('/v1/operator/usage?index=2')
    while (server.waiting() === 0) await new Promise(setImmediate)
    await server.put('/v1/catalog/register', { Node: 'n3', Address: '10.0.0.3' })
    expect(JSON.parse((await waiting).text)).toMatchObject({ Usage: { dc1: { Nodes: 3 } }, Index: 3 })
  })
})
