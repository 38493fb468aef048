import { describe, expect, test } from '@jest/globals'
import { dispatch } from '../../src/cli/dispatch.ts'
import { fakeAgent, type Asked, type Reply } from './fake-agent.ts'
import { fakeTerminal } from './fake-terminal.ts'

/** Runs one command against an agent that answers as told; gives what was asked and what was printed. */
const run = async (args: readonly string[], answer: (asked: Asked) => Reply, stdin = '') => {
  const agent = await fakeAgent(answer)
  const { terminal, stdout, stderr } = fakeTerminal({ env: { CONSUL_HTTP_ADDR: agent.address }, stdin })
  const code = await dispatch('consul', args, terminal)
  await agent.close()
  const asked = agent.asked.map(({ method, path, query, body }) => [
    `${method} ${path}${query.size === 0 ? '' : `?${query.toString()}`}`,
    body.toString(),
  ])
  return { code, stdout: stdout(), stderr: stderr(), asked }
}

const yes = (): Reply => ({ body: 'true' })

describe('kv put asks for exactly what the flags say', () => {
  test.each<[readonly string[], string]>([
    [['-flags=18446744073709551615', 'a/b', 'v'], 'PUT /v1/kv/a/b?flags=18446744073709551615'],
    [['-cas', '-modify-index=7', 'k', 'v'], 'PUT /v1/kv/k?cas=7'],
    [['-cas', 'k', 'v'], 'PUT /v1/kv/k?cas=0'],
    [['-acquire', '-session=s', 'k', 'v'], 'PUT /v1/kv/k?acquire=s'],
    [['-release', '-session=s', 'k', 'v'], 'PUT /v1/kv/k?release=s'],
    [['-modify-index=7', 'k', 'v'], 'PUT /v1/kv/k'],
    [['-datacenter=east', 'k', 'v'], 'PUT /v1/kv/k?dc=east'],
    [['a b?c', 'v'], 'PUT /v1/kv/a%20b%3Fc'],
  ])('%j', async (args, request) => {
    const { code, asked } = await run(['kv', 'put', ...args], yes)
    expect([code, asked]).toEqual([0, [[request, 'v']]])
  })

  test('and sends literals, standard input and decoded base64', async () => {
    expect((await run(['kv', 'put', 'k', '-xyz'], yes)).asked[0]?.[1]).toBe('-xyz')
    expect((await run(['kv', 'put', 'k', '-'], yes, 'from stdin')).asked[0]?.[1]).toBe('from stdin')
    expect((await run(['kv', 'put', '-base64', 'k', 'aGk='], yes)).asked[0]?.[1]).toBe('hi')
  })

  test('and needs one key and at most one value', async () => {
    expect(await run(['kv', 'put'], yes)).toMatchObject({ code: 1, stderr: 'Error! Missing KEY argument\n', asked: [] })
    expect(await run(['kv', 'put', 'a', 'b', 'c'], yes)).toMatchObject({
      code: 1,
      stderr: 'Error! Too many arguments (expected 1 or 2, got 3)\n',
    })
  })
})

describe('kv get', () => {
  const pair = (more: object = {}) => ({
    body: [{ Key: 'k', Value: Buffer.from([0xff, 0x0a]).toString('base64'), Flags: 0, CreateIndex: 1, ...more }],
  })

  test('keeps flags exact', async () => {
    const answer = () => ({ body: '[{"Key":"k","Value":null,"Flags":16210313421097356768}]' })
    expect((await run(['kv', 'get', '-detailed', 'k'], answer)).stdout).toContain(
      'Flags            16210313421097356768\n',
    )
  })

  test('prints any bytes as they are', async () => {
    const agent = await fakeAgent(() => pair())
    const written: Uint8Array[] = []
    const { terminal } = fakeTerminal({ env: { CONSUL_HTTP_ADDR: agent.address } })
    await dispatch('consul', ['kv', 'get', 'k'], { ...terminal, out: (text) => written.push(Buffer.from(text)) })
    await agent.close()
    expect([...Buffer.concat(written)]).toEqual([0xff, 0x0a, 0x0a])
  })

  test('asks for keys with the separator', async () => {
    const { asked } = await run(['kv', 'get', '-keys', '-separator=', '/a'], () => ({ body: '[]' }))
    expect(asked).toEqual([['GET /v1/kv/a?keys=&separator=', '']])
  })

  test('asks stale servers when told to', async () => {
    expect((await run(['kv', 'get', '-stale', 'k'], () => pair())).asked[0]?.[0]).toBe('GET /v1/kv/k?stale=')
  })
})

describe('kv delete', () => {
  test.each<[readonly string[], string]>([
    [['/k'], 'DELETE /v1/kv/k'],
    [['-recurse', ''], 'DELETE /v1/kv/?recurse='],
    [['-cas', '-modify-index=3', 'k'], 'DELETE /v1/kv/k?cas=3'],
  ])('%j', async (args, request) => {
    expect((await run(['kv', 'delete', ...args], yes)).asked).toEqual([[request, '']])
  })

  test.each<[readonly string[], string]>([
    [['k'], 'Error deleting key k: Unexpected response code: 500 (no)'],
    [['-recurse', 'k'], 'Error! Did not delete prefix k: Unexpected response code: 500 (no)'],
    [['-cas', '-modify-index=3', 'k'], 'Error! Did not delete key k: Unexpected response code: 500 (no)'],
  ])('%j says what failed', async (args, text) => {
    const { code, stderr } = await run(['kv', 'delete', ...args], () => ({ status: 500, body: 'no' }))
    expect([code, stderr]).toEqual([1, `${text}\n`])
  })

  test('needs one key', async () => {
    expect((await run(['kv', 'delete'], yes)).stderr).toBe('Error! Missing KEY argument\n')
    expect((await run(['kv', 'delete', 'a', 'b'], yes)).stderr).toBe('Too many arguments (expected 1, got 2)\n')
  })
})

describe('kv export and import', () => {
  const exported = '[\n\t{\n\t\t"key": "a/",\n\t\t"flags": 16210313421097356768,\n\t\t"value": "eQ=="\n\t}\n]\n'

  test('are exact inverses', async () => {
    const answer = () => ({ body: '[{"Key":"a/","Value":"eQ==","Flags":16210313421097356768}]' })
    expect(await run(['kv', 'export', '/a'], answer)).toMatchObject({ code: 0, stdout: exported })
    const { stdout, asked } = await run(['kv', 'import', '-'], yes, exported)
    expect(stdout).toBe('Imported: a/\n')
    expect(asked).toEqual([['PUT /v1/kv/a/?flags=16210313421097356768', 'y']])
  })

  test('an import stops at the first key that fails', async () => {
    const data = '[{"key":"a","value":""},{"key":"b","value":""},{"key":"c","value":""}]'
    const answer = ({ path }: Asked) => (path === '/v1/kv/b' ? { status: 413, body: 'too large' } : yes())
    expect(await run(['kv', 'import', data], answer)).toMatchObject({
      code: 1,
      stdout: 'Imported: a\n',
      stderr: 'Error! Failed writing data for key b: Unexpected response code: 413 (too large)\n',
    })
  })

  test.each([
    ['', 'Error! Empty DATA argument'],
    ['@nofile', 'Error! Failed to read file: open nofile: no such file or directory'],
    ['[1]', 'Cannot unmarshal data: json: cannot unmarshal number into Go value of type impexp.Entry'],
    [
      '[{"key":1}]',
      'Cannot unmarshal data: json: cannot unmarshal number into Go struct field Entry.key of type string',
    ],
    [
      '[{"flags":-1}]',
      'Cannot unmarshal data: json: cannot unmarshal number into Go struct field Entry.flags of type uint64',
    ],
    ['[', 'Cannot unmarshal data: unexpected end of JSON input'],
  ])('an import of %j is refused before anything is written', async (data, text) => {
    expect(await run(['kv', 'import', data], yes)).toMatchObject({ code: 1, stderr: `${text}\n`, asked: [] })
  })
})

describe('catalog', () => {
  test('nodes asks for what the flags say', async () => {
    const args = ['-near=_agent', '-node-meta=a=b', '-node-meta=c=d', '-filter=-']
    const { asked } = await run(['catalog', 'nodes', ...args], () => ({ body: '[]' }), 'Node == n1')
    expect(asked[0]?.[0]).toBe(
      'GET /v1/catalog/nodes?filter=Node+%3D%3D+n1&near=_agent&node-meta=a%3Ab&node-meta=c%3Ad',
    )
  })

  test('services of a node are listed once each, tags of all instances together', async () => {
    const body = {
      Services: {
        a1: { Service: 'a', Tags: ['y'] },
        a2: { Service: 'a', Tags: ['x', 'y'] },
        b: { Service: 'b', Tags: null },
      },
    }
    expect((await run(['catalog', 'services', '-node=n1', '-tags'], () => ({ body }))).stdout).toBe(
      'a      x,y\nb      \n',
    )
  })

  test.each(['nodes', 'services', 'datacenters'])('%s says what failed', async (name) => {
    const { code, stderr } = await run(['catalog', name], () => ({ status: 500, body: 'No cluster leader' }))
    expect([code, stderr]).toEqual([1, `Error listing ${name}: Unexpected response code: 500 (No cluster leader)\n`])
  })
})

describe('members', () => {
  const member = (name: string, status: number, tags: object) => ({
    Name: name,
    Addr: '::1',
    Port: 8301,
    Status: status,
    Tags: tags,
  })
  const body = [
    member('c', 1, { role: 'node', build: '1.2:x', vsn: '2', dc: 'dc1' }),
    member('b', 4, { role: 'consul', build: '1.2', vsn: '2', dc: 'dc1' }),
    member('a', 3, { role: 'other' }),
  ]

  test('come with servers first', async () => {
    expect((await run(['members'], () => ({ body }))).stdout).toBe(
      [
        'Node  Address     Status  Type     Build  Protocol  DC   Partition  Segment',
        'b     [::1]:8301  failed  server   1.2    2         dc1  default    <all>',
        'a     [::1]:8301  left    unknown                                   ',
        'c     [::1]:8301  alive   client   1.2    2         dc1  default    <default>',
        '',
      ].join('\n'),
    )
  })

  test('are filtered by status, here and by the agent', async () => {
    const { stdout, asked } = await run(['members', '-status=left|failed', '-filter=x', '-wan'], () => ({ body }))
    expect(
      stdout
        .split('\n')
        .slice(1, 3)
        .map((line) => line[0]),
    ).toEqual(['b', 'a'])
    expect(asked[0]?.[0]).toBe('GET /v1/agent/members?filter=x&segment=_all&wan=1')
  })
})

test('info needs statistics in the answer', async () => {
  expect(await run(['info'], () => ({ body: {} }))).toMatchObject({ code: 1, stderr: 'Agent did not provide stats\n' })
  expect((await run(['info'], () => ({ status: 403, body: 'Permission denied' }))).stderr).toBe(
    'Error querying agent: Unexpected response code: 403 (Permission denied)\n',
  )
})
