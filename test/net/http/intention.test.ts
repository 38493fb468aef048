import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { testServer } from './support/test-server.ts'
import type { TestServer } from './support/test-server.ts'

let server: TestServer
beforeEach(async () => {
  server = await testServer({ connectEnabled: true })
})
afterEach(() => server.close())

const root = '/v1/connect/intentions'
const exact = (source: string, destination: string) => `${root}/exact?source=${source}&destination=${destination}`
const send = (method: string, path: string, body?: unknown) =>
  server.send({ method, path, body: typeof body === 'string' ? body : JSON.stringify(body ?? '') })
const id = '00000000-0000-0000-0000-000000000001'
const partitions = '"SourcePartition":"default","DestinationPartition":"default"'

describe('the intention of a pair', () => {
  test('is set, shown, overwritten and deleted', async () => {
    expect((await send('PUT', exact('web', 'db'), { Action: 'allow', Description: 'd' })).text).toBe('true')
    const shown = await server.get(exact('web', 'db'))
    expect(shown.text).toBe(
      '{"Description":"d","SourceNS":"default","SourceName":"web","DestinationNS":"default","DestinationName":"db",' +
        `"SourceType":"consul","Action":"allow","Precedence":9,${partitions},"CreateIndex":2,"ModifyIndex":2}`,
    )
    expect(shown.headers).not.toHaveProperty('x-consul-index')
    expect((await send('PUT', exact('default/web', 'default/db'), { Action: 'deny' })).text).toBe('true')
    expect((await server.get(exact('web', 'db'))).text).toMatch('"Action":"deny"')
    expect((await send('DELETE', exact('web', 'db'))).text).toBe('true')
    expect(await server.get(exact('web', 'db'))).toMatchObject({ status: 404, text: 'Intention not found' })
    expect((await send('DELETE', exact('web', 'db'))).text).toBe('true')
  })

  test('is a source of the config entry of its destination, and the other way round', async () => {
    await send('PUT', exact('*', 'db'), { Action: 'deny' })
    await send('PUT', exact('web', 'db'), { Permissions: [{ action: 'allow', http: { path_prefix: '/v1' } }] })
    const entry = '/v1/config/service-intentions/db'
    expect((await server.get(entry)).text).toBe(
      '{"Kind":"service-intentions","Name":"db","Sources":[{"Name":"web","Permissions":[{"Action":"allow","HTTP":' +
        '{"PathPrefix":"/v1"}}],"Precedence":9,"Type":"consul"},{"Name":"*","Action":"deny","Precedence":8,' +
        '"Type":"consul"}],"CreateIndex":2,"ModifyIndex":3}',
    )
    await server.put('/v1/config', {
      Kind: 'service-intentions',
      Name: 'db',
      Sources: { Name: 'api', Action: 'allow' },
    })
    expect(JSON.parse((await server.get(root)).text)).toMatchObject([
      { SourceName: 'api', CreateIndex: 2, ModifyIndex: 4 },
    ])
    await send('DELETE', entry)
    expect((await server.get(root)).text).toBe('[]')
  })

  test.each<[string, string, unknown, number, string]>([
    ['PUT', exact('web', 'db'), { Action: 'bogus' }, 500, "Sources[0].Action must be set to 'allow' or 'deny'"],
    [
      'PUT',
      exact('web', 'db'),
      '{bad',
      400,
      "Request decode failed: invalid character 'b' looking for beginning of object key string",
    ],
    [
      'PUT',
      exact('web', 'db'),
      { Permissions: [{ Bogus: 1 }] },
      400,
      'Request decode failed: 1 error occurred:\n\t* invalid config key "Sources[0].Permissions[0].Bogus"\n\n',
    ],
    ['PUT', `${root}/exact?source=web`, {}, 500, "required query parameter 'destination' not set"],
    ['PUT', `${root}/exact?destination=db`, {}, 500, "required query parameter 'source' not set"],
    [
      'GET',
      exact('east/web', 'db'),
      '',
      500,
      'source "east/web" is invalid: Namespaces are a Consul Enterprise feature',
    ],
    ['GET', `${root}/match`, '', 500, "required query parameter 'by' not set"],
    ['GET', `${root}/match?by=x&name=db`, '', 500, "'by' parameter must be one of 'source' or 'destination'"],
    ['GET', `${root}/match?by=source`, '', 500, "required query parameter 'name' not set"],
    [
      'GET',
      `${root}/match?by=source&name=a/b`,
      '',
      500,
      'name "a/b" is invalid: Namespaces are a Consul Enterprise feature',
    ],
    ['GET', `${root}/check?source=web`, '', 500, "required query parameter 'destination' not set"],
    [
      'GET',
      `${root}?filter=Bogus==1`,
      '',
      500,
      'Failed to create boolean expression evaluator: Selector "Bogus" is not valid',
    ],
    ['PUT', `${exact('web', 'db')}&dc=east`, { Action: 'allow' }, 500, 'No path to datacenter'],
    ['DELETE', root, '', 405, 'method DELETE not allowed'],
    ['POST', `${root}/exact`, {}, 405, 'method POST not allowed'],
  ])('%s %s %j answers %d', async (method, path, body, status, text) => {
    expect(await send(method, path, body)).toMatchObject({ status, text })
  })
})

describe('match and check', () => {
  beforeEach(async () => {
    await send('PUT', exact('web', 'db'), { Action: 'allow' })
    await send('PUT', exact('*', 'db'), { Action: 'deny' })
  })

  test('what concerns a destination or a source is shown by precedence', async () => {
    const byDestination = await server.get(`${root}/match?by=destination&name=db&name=default/x`)
    expect(JSON.parse(byDestination.text)).toMatchObject({
      db: [
        { SourceName: 'web', Precedence: 9 },
        { SourceName: '*', Precedence: 8 },
      ],
      x: [],
    })
    expect(byDestination.headers).toMatchObject({ 'x-consul-index': '3', 'x-consul-effective-consistency': 'leader' })
    expect(JSON.parse((await server.get(`${root}/match?by=source&name=web`)).text)).toMatchObject({
      web: [{ SourceName: 'web' }, { SourceName: '*' }],
    })
  })

  test.each([
    ['web', 'db', true],
    ['other', 'db', false],
    ['web', 'other', true],
  ])('%s may call %s: %s', async (source, destination, allowed) => {
    const answer = await server.get(`${root}/check?source=${source}&destination=${destination}`)
    expect(answer.text).toBe(`{"Allowed":${allowed}}`)
  })

  test('where no intention matches, the default policy decides', async () => {
    const strict = await testServer({ connectEnabled: true, defaultAclPolicy: 'deny' })
    const answer = await strict.get(`${root}/check?source=a&destination=b`)
    await strict.close()
    expect(answer.text).toBe('{"Allowed":false}')
  })

  test('a list can be waited for', async () => {
    const waiting = server.get(`${root}?index=3&wait=60s`)
    while (server.waiting() === 0) await new Promise((resolve) => setImmediate(resolve))
    await send('DELETE', exact('web', 'db'))
    const answer = await waiting
    expect([JSON.parse(answer.text), answer.headers['x-consul-index']]).toMatchObject([[{ SourceName: '*' }], '4'])
  })
})

describe('an intention with an id', () => {
  const body = { SourceName: 'a', DestinationName: 'b', Action: 'allow', Meta: { k: 'v' } }

  test('is created, shown, replaced and deleted by it', async () => {
    expect((await send('POST', root, body)).text).toBe(`{"ID":"${id}"}`)
    const created = JSON.parse((await server.get(`${root}/${id}`)).text) as Record<string, string>
    expect(created).toMatchObject({ ID: id, SourceName: 'a', Meta: { k: 'v' }, Precedence: 9, CreateIndex: 2 })
    expect(created['CreatedAt']).toBe(created['UpdatedAt'])
    expect(created['Hash']).toMatch(/^[A-Za-z0-9+/]{43}=$/)
    expect((await send('PUT', `${root}/${id.toUpperCase()}`, { ...body, Action: 'deny' })).text).toBe(`{"ID":"${id}"}`)
    const replaced = JSON.parse((await server.get(`${root}/${id}`)).text) as Record<string, string>
    expect(replaced).toMatchObject({ Action: 'deny', CreatedAt: created['CreatedAt'] })
    expect(replaced['Hash']).not.toBe(created['Hash'])
    expect((await server.get('/v1/config/service-intentions/b')).text).toMatch(`"LegacyID":"${id}"`)
    expect((await send('DELETE', `${root}/${id}`)).text).toBe('true')
    expect(await server.get(`${root}/${id}`)).toMatchObject({ status: 404, text: 'Intention not found' })
  })

  test.each<[string, string, unknown, number, string]>([
    ['POST', root, { ...body, ID: id }, 500, 'ID must be empty when creating a new intention'],
    ['POST', root, { ...body, SourceName: '' }, 500, 'Sources[0].Name is required'],
    ['POST', root, { ...body, DestinationName: '' }, 500, 'Name is required'],
    [
      'POST',
      root,
      { ...body, SourceNS: 'x' },
      400,
      'Request decode failed: Invalid namespace "x": Namespaces are a Consul Enterprise feature',
    ],
    ['PUT', `${root}/${id}`, body, 500, `Cannot modify non-existent intention: '${id}'`],
    ['DELETE', `${root}/${id}`, '', 500, `Cannot delete non-existent intention: '${id}'`],
    ['GET', `${root}/no-uuid`, '', 400, 'failed config entry lookup: index error: UUID must be 36 characters'],
  ])('%s %s %j answers %d', async (method, path, sent, status, text) => {
    expect(await send(method, path, sent)).toMatchObject({ status, text })
  })

  test('refuses a pair that is taken, and another destination', async () => {
    await send('POST', root, body)
    expect(await send('POST', root, body)).toMatchObject({ status: 500, text: 'Sources[1] defines "a" more than once' })
    expect(await send('PUT', `${root}/${id}`, { ...body, DestinationName: 'c' })).toMatchObject({
      status: 500,
      text: 'cannot modify DestinationNS or DestinationName for an intention once it exists.',
    })
  })
})

describe('while Connect is off', () => {
  const off = 'Connect must be enabled in order to use this endpoint'
  test.each([
    ['GET', root],
    ['POST', root],
    ['PUT', exact('a', 'b')],
    ['GET', `${root}/match?by=source&name=a`],
    ['GET', `${root}/check?source=a&destination=b`],
    ['GET', `${root}/${id}`],
    ['GET', '/v1/connect/ca/roots'],
    ['GET', '/v1/connect/ca/configuration'],
    ['GET', '/v1/agent/connect/ca/roots'],
    ['GET', '/v1/agent/connect/ca/leaf/web'],
    ['POST', '/v1/agent/connect/authorize'],
  ])('%s %s is refused', async (method, path) => {
    const closed = await testServer()
    const answer = await closed.send({ method, path, body: method === 'GET' ? '' : '{}' })
    await closed.close()
    expect(answer).toMatchObject({ status: 500, text: off })
  })

  test('while it is on, the authority that there is not says so', async () => {
    expect(await server.get('/v1/connect/ca/roots')).toMatchObject({
      status: 500,
      text: 'There is no certificate authority in this release',
    })
  })
})
