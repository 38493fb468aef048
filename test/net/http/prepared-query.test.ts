import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer()
})
afterEach(() => server.close())

const post = (path: string, body: unknown) =>
  server.send({ method: 'POST', path, body: typeof body === 'string' ? body : JSON.stringify(body) })
const remove = (path: string) => server.send({ method: 'DELETE', path })
const first = '00000000-0000-0000-0000-000000000001'
const second = '00000000-0000-0000-0000-000000000002'
const web = { Name: 'q1', Service: { Service: 'web' } }

const shown = (id: string, name: string, create: number, modify: number) =>
  `{"ID":"${id}","Name":"${name}","Session":"","Token":"","Template":{"Type":"","Regexp":"","RemoveEmptyTags":false},` +
  '"Service":{"Service":"web","Failover":{"NearestN":0,"Datacenters":null,"Targets":null},"OnlyPassing":false,' +
  '"IgnoreCheckIDs":null,"Near":"","Tags":null,"NodeMeta":null,"ServiceMeta":null,"Connect":false,"Peer":""},' +
  `"DNS":{"TTL":""},"CreateIndex":${create},"ModifyIndex":${modify}}`

describe('/v1/query', () => {
  test('is created, listed, shown, replaced and removed', async () => {
    expect((await server.get('/v1/query')).text).toBe('[]')
    expect((await post('/v1/query', web)).text).toBe(`{"ID":"${first}"}`)
    const list = await server.get('/v1/query')
    expect(list.text).toBe(`[${shown(first, 'q1', 2, 2)}]`)
    expect(list.headers).toMatchObject({
      'content-type': 'application/json',
      'x-consul-index': '2',
      'x-consul-knownleader': 'true',
      'x-consul-lastcontact': '0',
      'x-consul-effective-consistency': 'leader',
    })
    const replaced = await server.put(`/v1/query/${first}`, { ...web, ID: 'ignored', Name: 'q2' })
    expect([replaced.status, replaced.text, replaced.headers['content-type']]).toEqual([200, '', undefined])
    expect((await server.get(`/v1/query/${first}`)).text).toBe(`[${shown(first, 'q2', 2, 3)}]`)
    const removed = await remove(`/v1/query/${first}`)
    expect([removed.status, removed.text, removed.headers['content-type']]).toEqual([200, '', undefined])
    const gone = await server.get(`/v1/query/${first}`)
    expect([gone.status, gone.text]).toEqual([404, 'Query not found'])
  })

  test('shows every field as it was given', async () => {
    const service = {
      Service: 'web',
      Failover: { NearestN: 2, Datacenters: ['dc2'], Targets: null },
      OnlyPassing: true,
      IgnoreCheckIDs: ['x'],
      Near: '_agent',
      Tags: ['a', '!b'],
      NodeMeta: { k: 'v' },
      ServiceMeta: {},
      Connect: true,
      Peer: '',
    }
    const template = { Type: '', Regexp: '', RemoveEmptyTags: true }
    await post('/v1/query', { Name: 'n', Token: 't', Template: template, Service: service, DNS: { TTL: '10s' } })
    const targets = {
      ...service,
      Failover: { NearestN: 0, Datacenters: null, Targets: [{ Peer: 'p', Datacenter: '' }] },
    }
    await post('/v1/query', { Name: 'm', Service: targets })
    expect(JSON.parse((await server.get('/v1/query')).text)).toMatchObject([
      { Name: 'n', Token: 't', Template: template, Service: service, DNS: { TTL: '10s' } },
      { Name: 'm', Service: targets },
    ])
  })

  test('blocks until a query changes', async () => {
    await post('/v1/query', web)
    const waiting = server.get('/v1/query?index=2')
    while (server.waiting() === 0) await new Promise(setImmediate)
    await post('/v1/query', { ...web, Name: 'q2' })
    expect((await waiting).headers['x-consul-index']).toBe('3')
  })

  test('blocks on one query until it is gone, and then says so', async () => {
    await post('/v1/query', web)
    const waiting = server.get(`/v1/query/${first}?index=2`)
    while (server.waiting() === 0) await new Promise(setImmediate)
    await remove(`/v1/query/${first}`)
    server.clock.advance(700_000)
    expect([(await waiting).status, (await waiting).text]).toEqual([404, 'Query not found'])
  })

  test('dies with its session', async () => {
    const session = JSON.parse((await server.put('/v1/session/create', { LockDelay: '0s' })).text) as { ID: string }
    await post('/v1/query', { Service: { Service: 'web' }, Session: session.ID.toUpperCase() })
    expect((await server.get(`/v1/query/${second}`)).status).toBe(200)
    await server.put(`/v1/session/destroy/${session.ID}`)
    expect((await server.get(`/v1/query/${second}`)).status).toBe(404)
  })

  const uuid = '11111111-2222-3333-4444-555555555555'
  const template = (over: object) => ({ Name: 'x', Service: { Service: 'a' }, Template: over })
  test.each<[unknown, number, string]>([
    [{}, 500, 'Invalid prepared query: Must be bound to a session'],
    [{ Name: 'x', Service: {} }, 500, 'Invalid prepared query: Must provide a Service name to query'],
    [{ ...web, ID: 'x' }, 500, 'ID must be empty when creating a new prepared query'],
    [
      { ...web, Token: '<hidden>' },
      500,
      "Invalid prepared query: Bad Token '<hidden>', it looks like a query definition with a redacted token was submitted",
    ],
    [
      { Name: 'x', Service: { Service: 'a', Failover: { NearestN: -1 } } },
      500,
      "Invalid prepared query: Bad NearestN '-1', must be >= 0",
    ],
    [
      { Name: 'x', Service: { Service: 'a', Failover: { NearestN: 1, Targets: [{ Peer: 'p' }] } } },
      500,
      'Invalid prepared query: Targets cannot be populated with NearestN',
    ],
    [{ ...web, DNS: { TTL: 'abc' } }, 500, 'Invalid prepared query: Bad DNS TTL \'abc\': time: invalid duration "abc"'],
    [{ ...web, DNS: { TTL: '-1s' } }, 500, "Invalid prepared query: DNS TTL '-1000000000', must be >=0"],
    [{ ...web, Name: 'Taken' }, 500, "raft apply failed: name 'Taken' aliases an existing query name"],
    [{ ...web, Name: first }, 500, `raft apply failed: name '${first}' aliases an existing query ID`],
    [{ ...web, Session: uuid }, 500, `raft apply failed: invalid session "${uuid}"`],
    [{ ...web, Session: 'nope' }, 500, 'raft apply failed: invalid session: index error: UUID must be 36 characters'],
    [template({ Type: 'bogus' }), 500, "raft apply failed: failed compiling template: Bad Template.Type 'bogus'"],
    [
      { ...template({ Type: 'name_prefix_match' }), Service: { Service: 'a', Tags: ['${'] } },
      500,
      "raft apply failed: failed compiling template: Bad format '${' in Service.Tags[0]: " +
        'no variable, match(N), text or number between "${" and "}" at byte 2',
    ],
    ['', 400, 'Request decode failed: EOF'],
    ['{bad', 400, "Request decode failed: invalid character 'b' looking for beginning of object key string"],
    [{ ...web, Bogus: 1 }, 400, 'Request decode failed: json: unknown field "Bogus"'],
    [{ Name: 'x', Service: { Service: 'a', Bogus: 1 } }, 400, 'Request decode failed: json: unknown field "Bogus"'],
    [
      { Name: 'x', Service: { Service: 'a', SamenessGroup: 'g' } },
      400,
      'Request decode failed: Sameness groups are a Consul Enterprise feature',
    ],
    [
      { Name: 'x', Service: { Service: 'a', Failover: { Targets: [{ Partition: 'p' }] } } },
      400,
      'Request decode failed: Partitions are a Consul Enterprise feature',
    ],
    [
      { Name: 'x', Service: { Service: 'a', Namespace: 'n' } },
      400,
      'Request decode failed: Namespaces are a Consul Enterprise feature',
    ],
  ])('refuses %j with %i %s', async (body, status, text) => {
    await post('/v1/query', { ...web, Name: 'taken' })
    const answer = await post('/v1/query', body)
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(JSON.parse((await server.get('/v1/query')).text)).toHaveLength(1)
  })

  test('has one template for every name', async () => {
    const catchAll = { Name: '', Template: { Type: 'name_prefix_match' }, Service: { Service: 'a' } }
    expect((await post('/v1/query', catchAll)).status).toBe(200)
    expect((await post('/v1/query', catchAll)).text).toBe(
      'raft apply failed: a query template with an empty name already exists',
    )
    const bad = { ...catchAll, Name: 'x', Template: { Type: 'name_prefix_match', Regexp: '(' } }
    expect((await post('/v1/query', bad)).text).toMatch(/^raft apply failed: failed compiling template: Bad Regexp: .+/)
  })

  test.each([
    ['GET', uuid, 404, 'Query not found'],
    ['PUT', uuid, 500, `Cannot modify non-existent prepared query: '${uuid}'`],
    ['DELETE', uuid, 500, `Cannot modify non-existent prepared query: '${uuid}'`],
    ['GET', 'not-a-uuid', 500, 'failed prepared query lookup: index error: UUID must be 36 characters'],
    [
      'PUT',
      'x',
      500,
      'Prepared Query lookup failed: failed prepared query lookup: index error: UUID must be 36 characters',
    ],
    [
      'DELETE',
      'x',
      500,
      'Prepared Query lookup failed: failed prepared query lookup: index error: UUID must be 36 characters',
    ],
    ['GET', `${uuid}?dc=nowhere`, 500, 'No path to datacenter'],
    ['PUT', `${uuid}?dc=nowhere`, 500, 'No path to datacenter'],
    ['DELETE', `${uuid}?dc=nowhere`, 500, 'No path to datacenter'],
    ['PUT', `${uuid}?bad`, 500, `Cannot modify non-existent prepared query: '${uuid}'`],
  ])('%s of %s is %i %s', async (method, path, status, text) => {
    const answer = await server.send({
      method,
      path: `/v1/query/${path}`,
      ...(method === 'PUT' ? { body: JSON.stringify(web) } : {}),
    })
    expect([answer.status, answer.text]).toEqual([status, text])
  })

  test.each([
    ['PUT', '/v1/query', 405, 'OPTIONS,GET,POST'],
    ['OPTIONS', '/v1/query', 200, 'OPTIONS,GET,POST'],
    ['POST', '/v1/query/x', 405, 'GET,PUT,DELETE'],
    ['OPTIONS', '/v1/query/x', 200, 'OPTIONS,GET,PUT,DELETE'],
    ['PUT', '/v1/query/x/execute', 405, 'GET'],
    ['DELETE', '/v1/query/x/explain', 405, 'GET'],
    ['OPTIONS', '/v1/query/x/explain', 200, 'OPTIONS,GET'],
  ])('%s of %s is %i and names what is allowed', async (method, path, status, allowed) => {
    const answer = await server.send({ method, path })
    expect([answer.status, answer.headers.allow]).toEqual([status, allowed])
    if (status === 405) expect(answer.text).toBe(`method ${method} not allowed`)
  })
})

describe('/v1/query/.../execute', () => {
  const register = (node: string, address: string, service: object, check: object | null = null) =>
    server.put('/v1/catalog/register', {
      Node: node,
      Address: address,
      Service: service,
      ...(check === null ? {} : { Check: check }),
    })
  type Executed = { Nodes: { Node: { Node: string } }[] }
  const nodes = async (path: string, headers?: Record<string, string>) =>
    (JSON.parse((await server.get(path, headers)).text) as Executed).Nodes.map(({ Node }) => Node.Node)

  const meta =
    '"Index":0,"LastContact":0,"KnownLeader":true,"ConsistencyLevel":"leader","NotModified":false,"Backend":0,"ResultsFilteredByACLs":false'

  test('answers instances as the catalog has them, without checks as null', async () => {
    await register('p1', '10.4.0.1', { ID: 'w1', Service: 'web', Port: 1 })
    await post('/v1/query', { ...web, DNS: { TTL: '7s' } })
    const answer = await server.get('/v1/query/Q1/execute')
    expect(answer.text).toBe(
      '{"Service":"web","Nodes":[{"Node":{"ID":"","Node":"p1","Address":"10.4.0.1","Datacenter":"dc1",' +
        '"TaggedAddresses":null,"Meta":null,"CreateIndex":2,"ModifyIndex":2},' +
        '"Service":{"ID":"w1","Service":"web","Tags":null,"Address":"","Meta":null,"Port":1,' +
        '"Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,' +
        '"Proxy":{"Mode":"","MeshGateway":{},"Expose":{}},"Connect":{},"PeerName":"","CreateIndex":2,"ModifyIndex":2},' +
        `"Checks":null}],"DNS":{"TTL":"7s"},"Datacenter":"dc1","Failovers":0,${meta}}`,
    )
    expect(answer.headers).toMatchObject({ 'x-consul-index': '1', 'x-consul-effective-consistency': 'leader' })
  })

  test('answers at once, whatever index it is given, and marks what a cache might have had', async () => {
    await post('/v1/query', {
      Name: 'none',
      Service: { Service: 'ghost', Failover: { NearestN: 3, Datacenters: ['dc9'] } },
    })
    const answer = await server.get('/v1/query/none/execute?index=1000&cached')
    expect(answer.text).toBe(`{"Service":"ghost","Nodes":[],"DNS":{"TTL":""},"Datacenter":"dc1","Failovers":0,${meta}}`)
    expect(answer.headers['x-cache']).toBe('MISS')
  })

  test('names the consistency of the read in the body', async () => {
    await post('/v1/query', web)
    expect((await server.get('/v1/query/q1/execute?stale')).text).toContain('"ConsistencyLevel":"stale"')
    expect((await server.get('/v1/query/q1/explain?consistent')).text).toContain('"ConsistencyLevel":"consistent"')
  })

  test('puts the near node first and cuts', async () => {
    for (const n of [1, 2, 3]) await register(`p${n}`, `10.4.0.${n}`, { Service: 'web' })
    await register('n1', '127.0.0.1', { Service: 'web' })
    await post('/v1/query', { Name: 'q1', Service: { Service: 'web', Near: 'p2' } })
    expect(await nodes('/v1/query/q1/execute')).toHaveLength(4)
    expect(await nodes('/v1/query/q1/execute?limit=1')).toEqual(['p2'])
    expect(await nodes('/v1/query/q1/execute?limit=1&near=P3')).toEqual(['p3'])
    expect(await nodes('/v1/query/q1/execute?limit=1&near=_agent')).toEqual(['n1'])
    expect(await nodes('/v1/query/q1/execute?limit=1&near=_ip')).toEqual(['n1'])
    const forwarded = { 'X-Forwarded-For': '10.4.0.1, 10.4.0.2' }
    expect(await nodes('/v1/query/q1/execute?limit=1&near=_ip', forwarded)).toEqual(['p1'])
  })

  test('may ask for what answers over Connect', async () => {
    const proxy = { Kind: 'connect-proxy', Service: 'web-proxy', Port: 1, Proxy: { DestinationServiceName: 'web' } }
    await register('p1', '10.4.0.1', proxy)
    await register('p2', '10.4.0.2', { Service: 'web' })
    await post('/v1/query', web)
    expect([await nodes('/v1/query/q1/execute'), await nodes('/v1/query/q1/execute?connect=true')]).toEqual([
      ['p2'],
      ['p1'],
    ])
  })

  test.each([
    ['q1/execute?limit=abc', 400, 'Bad limit: strconv.Atoi: parsing "abc": invalid syntax'],
    [
      'q1/execute?limit=99999999999999999999',
      400,
      'Bad limit: strconv.Atoi: parsing "99999999999999999999": value out of range',
    ],
    ['ghost/execute', 404, 'Query not found'],
    ['ghost/explain', 404, 'Query not found'],
    [`${second}/execute`, 500, 'prepared query templates can only be resolved up by name, not by ID'],
    ['q1/execute?dc=nowhere', 500, 'No path to datacenter'],
    ['q1/explain?stale&consistent', 400, 'Cannot specify ?stale with ?consistent, conflicting semantics.'],
  ])('%s is %i %s', async (path, status, text) => {
    await post('/v1/query', web)
    await post('/v1/query', {
      Name: 'geo-',
      Template: { Type: 'name_prefix_match' },
      Service: { Service: '${name.full}' },
    })
    const answer = await server.get(`/v1/query/${path}`)
    expect([answer.status, answer.text]).toEqual([status, text])
  })

  test('explains how a template is rendered', async () => {
    const template = { Type: 'name_prefix_match', Regexp: '^geo-(.+)$', RemoveEmptyTags: false }
    await post('/v1/query', { Name: 'geo-', Template: template, Service: { Service: '${match(1)}' } })
    const answer = await server.get('/v1/query/geo-db/explain')
    expect(JSON.parse(answer.text)).toMatchObject({
      Query: { ID: first, Name: 'geo-', Template: template, Service: { Service: 'db' } },
      Index: 0,
      KnownLeader: true,
    })
  })
})
