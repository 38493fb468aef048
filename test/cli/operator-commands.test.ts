import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { dispatch } from '../../src/cli/dispatch.ts'
import { fakeAgent } from './fake-agent.ts'
import type { Asked, FakeAgent, Reply } from './fake-agent.ts'
import { fakeTerminal } from './fake-terminal.ts'

let agent: FakeAgent
let answer: (asked: Asked) => Reply
beforeEach(async () => {
  agent = await fakeAgent((asked) => answer(asked))
})
afterEach(() => agent.close())

const run = async (...args: readonly string[]) => {
  const { terminal, stdout, stderr } = fakeTerminal({ env: { CONSUL_HTTP_ADDR: agent.address } })
  const code = await dispatch('consul', ['operator', ...args], terminal)
  return { code, stdout: stdout(), stderr: stderr() }
}

const server = (id: string, over: object = {}) => ({
  ...{ ID: id, Node: `node-${id}`, Address: `10.0.0.${id}:8300`, Leader: false, ProtocolVersion: '3', Voter: true },
  ...over,
})

describe('operator raft list-peers', () => {
  const servers = [
    server('1', { Leader: true }),
    server('2'),
    server('3', { Voter: false }),
    server('4', { Node: '(unknown)', ProtocolVersion: 'unknown' }),
  ]
  const health = (status: number, indexes: object) => (asked: Asked) =>
    asked.path === '/v1/operator/raft/configuration'
      ? { body: { Servers: servers, Index: 1 } }
      : {
          status,
          body: { Servers: Object.entries(indexes).map(([ID, LastIndex]) => ({ ID, LastIndex: Number(LastIndex) })) },
        }

  test('says how far each server trails, also of a pool that is not healthy', async () => {
    answer = health(429, { 1: 100, 2: 99, 3: 60 })
    expect((await run('raft', 'list-peers', '-stale')).stdout).toBe(
      'Node       ID  Address        State     Voter  RaftProtocol  Commit Index  Trails Leader By\n' +
        'node-1     1   10.0.0.1:8300  leader    true   3             100           _\n' +
        'node-2     2   10.0.0.2:8300  follower  true   3             99            1 Commit\n' +
        'node-3     3   10.0.0.3:8300  follower  false  3             60            40 Commits\n' +
        '(unknown)  4   10.0.0.4:8300  follower  true   <=1           _\n',
    )
    expect(agent.asked.map(({ path, query }) => [path, query.has('stale')])).toEqual([
      ['/v1/operator/raft/configuration', true],
      ['/v1/operator/autopilot/health', true],
    ])
  })

  test('does without the health of the servers', async () => {
    answer = health(500, {})
    expect((await run('raft', 'list-peers')).stdout).toContain('leader    true   3             _\n')
  })

  test('says why there is no list', async () => {
    answer = () => ({ status: 500, body: 'No cluster leader' })
    expect(await run('raft', 'list-peers')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Error getting peers: Failed to retrieve raft configuration: Unexpected response code: 500 (No cluster leader)\n',
    })
  })
})

describe('operator raft', () => {
  test('removes a peer by id or address', async () => {
    answer = () => ({})
    expect((await run('raft', 'remove-peer', '-id=a')).stdout).toBe('Removed peer with id "a"\n')
    expect((await run('raft', 'remove-peer', '-address=b:1')).stdout).toBe('Removed peer with address "b:1"\n')
    expect(agent.asked.map(({ method, query }) => `${method} ${query.toString()}`)).toEqual([
      'DELETE id=a',
      'DELETE address=b%3A1',
    ])
  })

  test('hands leadership over, or says why not', async () => {
    answer = () => ({ body: { Success: true } })
    expect(await run('raft', 'transfer-leader', '-id=a')).toEqual({ code: 0, stdout: 'Success\n', stderr: '' })
    expect(agent.asked.map(({ method, path, query }) => `${method} ${path} ${query.toString()}`)).toEqual([
      'POST /v1/operator/raft/transfer-leader id=a',
    ])
    answer = () => ({ status: 500, body: 'alone' })
    expect(await run('raft', 'transfer-leader')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error transferring leadership: Unexpected response code: 500 (alone)\n',
    })
  })
})

describe('operator autopilot set-config', () => {
  const present = { CleanupDeadServers: true, MaxTrailingLogs: 250, LastContactThreshold: '200ms', ModifyIndex: 7 }

  test('changes what is given, at the index that it read', async () => {
    answer = ({ method }) => ({ body: method === 'PUT' ? 'true' : present })
    const args = ['-cleanup-dead-servers=false', '-max-trailing-logs=9007199254740993', '-last-contact-threshold=1s']
    expect((await run('autopilot', 'set-config', ...args, '-upgrade-version-tag=v')).stdout).toBe(
      'Configuration updated!\n',
    )
    const [, put] = agent.asked
    expect([put?.query.get('cas'), put?.body.toString()]).toEqual([
      '7',
      '{"CleanupDeadServers":false,"MaxTrailingLogs":9007199254740993,"LastContactThreshold":"1s","ModifyIndex":7,"UpgradeVersionTag":"v"}',
    ])
  })

  test('fails when somebody else was faster', async () => {
    answer = ({ method }) => ({ body: method === 'PUT' ? 'false' : present })
    expect(await run('autopilot', 'set-config')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Configuration could not be atomically updated, please try again\n',
    })
  })
})

describe('operator autopilot', () => {
  test.each([
    ['get-config', 'Error querying Autopilot configuration: Unexpected response code: 500 (x)\n'],
    ['set-config', 'Error querying Autopilot configuration: Unexpected response code: 500 (x)\n'],
    ['state', 'Error querying Autopilot state: Unexpected response code: 500 (x)\n'],
  ])('%s says why it failed', async (name, stderr) => {
    answer = () => ({ status: 500, body: 'x' })
    expect(await run('autopilot', name)).toEqual({ code: 1, stdout: '', stderr })
  })

  test('knows two forms of its state', async () => {
    expect((await run('autopilot', 'state', '-format=xml')).stderr).toBe(
      'Invalid format, valid formats are {pretty|json}: xml\n',
    )
  })
})
