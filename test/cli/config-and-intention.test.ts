import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dispatch } from '../../src/cli/dispatch.ts'
import { fakeAgent, type Asked, type Reply } from './fake-agent.ts'
import { fakeTerminal } from './fake-terminal.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'proconsul-entries-'))
  writeFileSync(join(cwd, 'web.hcl'), 'kind = "service-defaults"\nname = "web"\n')
  writeFileSync(join(cwd, 'one.json'), '{"SourceName":"a","DestinationName":"b","Permissions":[{"Action":"allow"}]}')
})
afterAll(() => rmSync(cwd, { recursive: true }))

const run = async (line: string, answer: (asked: Asked) => Reply = () => ({ body: 'true' }), stdin = '') => {
  const agent = await fakeAgent(answer)
  const { terminal, stdout, stderr } = fakeTerminal({ cwd, env: { CONSUL_HTTP_ADDR: agent.address }, stdin })
  const code = await dispatch('consul', line.split(' '), terminal)
  await agent.close()
  const asked = agent.asked.map(({ method, path, query }) => {
    const text = query.toString()
    return `${method} ${path}${text === '' ? '' : `?${text}`}`
  })
  return { code, stdout: stdout(), stderr: stderr(), asked, bodies: agent.asked.map(({ body }) => body.toString()) }
}

describe('config write', () => {
  test.each([
    ['kind = "mesh"', 'mesh/mesh', '{"kind":"mesh"}'],
    ['{"Kind": "proxy-defaults", "Name": "x"}', 'proxy-defaults/global', '{"Kind":"proxy-defaults","Name":"x"}'],
    [
      'Kind = "proxy-defaults"\nName = "global"\nConfig { big = 9007199254740993\n nested { a = [1, 2] } }',
      'proxy-defaults/global',
      '{"Kind":"proxy-defaults","Name":"global","Config":{"big":9007199254740993,"nested":{"a":[1,2]}}}',
    ],
    [
      'Kind = "service-splitter"\nName = "web"\nSplits = [{ Weight = 100 }]',
      'service-splitter/web',
      '{"Kind":"service-splitter","Name":"web","Splits":[{"Weight":100}]}',
    ],
  ])('sends %j as %s', async (stdin, name, body) => {
    expect(await run('config write -', undefined, stdin)).toEqual({
      code: 0,
      stdout: `Config entry written: ${name}\n`,
      stderr: '',
      asked: ['PUT /v1/config'],
      bodies: [body],
    })
  })

  test('asks for the state that -cas names, and says when it is another', async () => {
    expect((await run('config write -cas -modify-index=7 web.hcl')).asked).toEqual(['PUT /v1/config?cas=7'])
    expect(await run('config write -cas -modify-index=7 web.hcl', () => ({ body: 'false' }))).toMatchObject({
      code: 1,
      stderr: 'Config entry not updated: service-defaults/web\n',
    })
  })

  test.each([
    ['config write a b', '', 'Must provide exactly one positional argument to specify the config entry to write'],
    ['config write none', '', 'Failed to load data: Failed to read file: open none: no such file or directory'],
    [
      'config write -',
      'Name = "x"',
      'Failed to decode config entry input: Payload does not contain a kind/Kind key at the top level',
    ],
    ['config write -', 'Kind = 5', 'Failed to decode config entry input: Kind value in payload is not a string'],
    ['config write -', 'Kind = ', 'Failed to decode config entry input: At 1:8: Unknown token: EOF ""'],
  ])('%s with %j fails before anything is sent', async (line, stdin, stderr) => {
    expect(await run(line, undefined, stdin)).toMatchObject({ code: 1, stderr: `${stderr}\n`, asked: [] })
  })
})

describe('config read, list and delete', () => {
  test.each([
    ['config read -kind=service-defaults -name=a/b', 'GET /v1/config/service-defaults/a/b'],
    ['config list -kind=mesh -filter=Name==x', 'GET /v1/config/mesh?filter=Name%3D%3Dx'],
    ['config delete -kind=mesh -name=mesh', 'DELETE /v1/config/mesh/mesh'],
    ['config delete -cas -modify-index=3 -filename=web.hcl', 'DELETE /v1/config/service-defaults/web?cas=3'],
  ])('%s asks %s', async (line, asked) => {
    const body = line.startsWith('config list') ? [] : 'true'
    expect((await run(line, () => ({ body }))).asked).toEqual([asked])
  })

  test.each([
    ['config read -name=x', 'Must specify the -kind parameter'],
    ['config read -kind=mesh', 'Must specify the -name parameter'],
    ['config list', 'Must specify the -kind parameter'],
    ['config delete -kind=mesh', 'Must specify the -name parameter'],
    ['config delete -name=mesh', 'Must specify the -kind parameter'],
    ['config delete -kind=mesh -filename=web.hcl', 'The -filename flag cannot be used with the -kind or -name flags'],
    ['config delete -cas -kind=mesh -name=mesh', 'Must specify a -modify-index greater than 0 with -cas'],
    ['config delete -modify-index=1 -kind=mesh -name=mesh', 'Cannot specify -modify-index without -cas'],
  ])('%s fails', async (line, stderr) => {
    expect(await run(line)).toMatchObject({ code: 1, stderr: `${stderr}\n`, asked: [] })
  })

  test('a deletion of another state says so', async () => {
    const line = 'config delete -cas -modify-index=3 -kind=mesh -name=mesh'
    expect(await run(line, () => ({ body: 'false' }))).toMatchObject({
      code: 1,
      stderr: 'Config entry not deleted: mesh/mesh\n',
    })
  })
})

describe('intention', () => {
  const root = '/v1/connect/intentions'
  const pair = 'destination=b&source=a'

  test('create sends a new one, with metadata', async () => {
    const made = await run('intention create -deny -meta=k=v=w a b', () => ({ body: { ID: 'i' } }))
    expect(made).toMatchObject({ code: 0, stdout: 'Created: a => b (deny)\n', asked: [`POST ${root}`] })
    expect(JSON.parse(made.bodies[0] ?? '')).toEqual({
      ...{ SourceName: 'a', DestinationName: 'b', SourceType: 'consul', Action: 'deny', Meta: { k: 'v=w' } },
    })
  })

  test.each<[string, Reply, readonly string[], string]>([
    ['none yet', { status: 404, body: 'Intention not found' }, [`POST ${root}`], 'Created'],
    ['one with an id', { body: { ID: 'i1' } }, [`PUT ${root}/i1`], 'Updated'],
    ['one without', { body: { SourceName: 'a' } }, [`PUT ${root}/exact?${pair}`], 'Updated'],
  ])('create -replace, where there is %s', async (_, present, asked, word) => {
    const answer = ({ method }: Asked): Reply => (method === 'GET' ? present : { body: 'true' })
    expect(await run('intention create -replace a b', answer)).toMatchObject({
      stdout: `${word}: a => b (allow)\n`,
      asked: [`GET ${root}/exact?${pair}`, ...asked],
    })
  })

  test('create -file takes intentions from files', async () => {
    expect(await run('intention create -file one.json')).toMatchObject({ stdout: 'Created: a => b (1 permission)\n' })
    expect(await run('intention create -file none.json')).toMatchObject({
      code: 1,
      stderr: 'Error: open none.json: no such file or directory\n',
    })
  })

  test.each([
    ['intention get i1', `GET ${root}/i1`, '{"SourceName":"a"}'],
    ['intention delete i1', `DELETE ${root}/i1`, 'true'],
    ['intention match -source a', `GET ${root}/match?by=source&name=a`, '{"a":[]}'],
  ])('%s asks %s', async (line, asked, body) => {
    expect(await run(line, () => ({ body }))).toMatchObject({ code: 0, asked: [asked] })
  })

  test('get shows what is there', async () => {
    const body = {
      ...{ SourceName: 'a', DestinationName: 'b', Action: 'deny', Description: 'why', Meta: { k: 'v' } },
      CreatedAt: '2026-11-23T00:03:35.5Z',
    }
    expect((await run('intention get a b', () => ({ body }))).stdout).toBe(
      'Source:       a\nDestination:  b\nAction:       deny\nDescription:  why\nMeta[k]:      v\n' +
        'Created At:   Monday, 23-Nov-26 00:03:35 UTC\n',
    )
  })

  test('list says when there are none', async () => {
    expect(await run('intention list', () => ({ body: [] }))).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'There are no intentions.\n',
    })
  })

  test.each([
    ['intention create a', 1, 'Error: Must specify two arguments: source and destination'],
    ['intention get', 1, 'Error: Must specify two arguments: source and destination'],
    ['intention delete a b c', 1, 'Error: command requires exactly 1 or 2 arguments'],
    ['intention match', 1, 'Error: command requires exactly one argument: src or dst'],
    ['intention match -source -destination a', 1, 'Error: only one of -source or -destination may be specified'],
    ['intention check a b c', 2, 'Error: command requires exactly two arguments: src and dst'],
  ])('%s exits with %d', async (line, code, stderr) => {
    expect(await run(line)).toMatchObject({ code, stderr: `${stderr}\n`, asked: [] })
  })

  test('check fails with 2 when nobody can say', async () => {
    expect(await run('intention check a b', () => ({ status: 500, body: 'No cluster leader' }))).toMatchObject({
      code: 2,
      stderr: 'Error checking the connection: Unexpected response code: 500 (No cluster leader)\n',
    })
  })
})
