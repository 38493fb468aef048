import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dispatch } from '../../src/cli/dispatch.ts'
import { closedAddress, fakeAgent, type FakeAgent } from './fake-agent.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { pattern, readGolden, type Golden } from './golden-file.ts'
import { recordedAgent } from './recorded-agent.ts'
import { recordedSnapshot } from './recorded-snapshot.ts'

const dir = new URL('../golden/cli/', import.meta.url)
const names = readdirSync(dir)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => name.replace('.txt', ''))

/** Where this program answers as a later release, or more safely, than the recorded one. */
const deviations: Readonly<Record<string, (golden: Golden) => Golden>> = {
  // 1.11 added the column Partition.
  members: (golden) => ({ ...golden, stdout: withPartition(golden.stdout) }),
  'members-wan': (golden) => ({ ...golden, stdout: withPartition(golden.stdout) }),
  // 1.11 shows the partition among the tags.
  'members-detailed': (golden) => ({ ...golden, stdout: golden.stdout.replace('acls=0,', 'acls=0,ap=default,') }),
  // Later releases say why a read failed.
  'kv-get-bad-dc': (golden) => ({ ...golden, stderr: golden.stderr.replace('500', '500 (No path to datacenter)') }),
  'kv-get-denied': (golden) => ({ ...golden, stderr: golden.stderr.replace('403', '403 (Permission denied)') }),
  // The recorded release prints the error, stores an empty value and succeeds.
  'kv-put-bad-base64': (golden) => ({ ...golden, exit: 1, stdout: '' }),
  // 1.16 lists each level once.
  'agent-bad-loglevel': (golden) => ({ ...golden, stderr: golden.stderr.replace('ERR ERROR', 'ERROR') }),
  // 1.15 added two columns: the last index, and how far a server trails.
  'operator-raft-list-peers': (golden) => ({
    ...golden,
    stdout: golden.stdout
      .replace('RaftProtocol', 'RaftProtocol  Commit Index  Trails Leader By')
      .replace('true   3', 'true   3             <n>            _'),
  }),
  version: (golden) => ({
    ...golden,
    stdout: golden.stdout.replace('Consul v1.10.11\n', 'Consul v1.16.3\nProconsul v0.1.0\n'),
  }),
  'version-json': (golden) => ({
    ...golden,
    stdout: golden.stdout
      .replace('1.10.11', '1.16.3')
      .replace('"Prerelease": "",', '"Prerelease": "",\n   "BuildDate": "1970-01-01T00:00:01Z",')
      .replace('   }\n}', '   },\n   "Proconsul": "0.1.0"\n}'),
  }),
}

/** Puts the column in front of Segment; its value is `default`. */
function withPartition(table: string): string {
  return table.replace('DC   Segment', 'DC   Partition  Segment').replace('dc1  <all>', 'dc1  default    <all>')
}

let agent: FakeAgent
let nobody: string
let cwd: string

beforeAll(async () => {
  agent = await fakeAgent((asked) => recordedAgent(current, asked))
  nobody = await closedAddress()
  cwd = mkdtempSync(join(tmpdir(), 'proconsul-golden-'))
  // bind_addr is ours: which address would be detected depends on the machine.
  const files: Readonly<Record<string, string>> = {
    'val.txt': 'from file',
    'good.json': '{"data_dir":"/tmp/x","server":true,"bind_addr":"127.0.0.1"}',
    'bad.json': '{"data_dir":"/tmp/x","server":true,"foo":1,"ports":{"bar":2}}',
    'frag.json': '{"server":true}',
    'syntax.hcl': 'a = {',
    'warn.json': '{"data_dir":"/tmp/x","server":true,"bootstrap_expect":2,"ui":true,"bind_addr":"127.0.0.1"}',
    'kv.json': '[{"key":"imp/a","flags":7,"value":"eA=="},{"key":"imp/b","flags":0,"value":""}]',
    'badkv.json': '{"key":"imp/a"}',
    'entry.hcl': 'Kind = "service-defaults"\nName = "web"\nProtocol = "http"\n',
    tokfile: 'good-token\n',
    badfile: 'bad-token\n',
  }
  writeFileSync(join(cwd, 's.snap'), recordedSnapshot)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  mkdirSync(join(cwd, 'emptydir'))
})

afterAll(async () => {
  await agent.close()
  rmSync(cwd, { recursive: true })
})

let current = ''

describe('Every recorded invocation of the commands that exist is answered as recorded', () => {
  test.each(names)('%s', async (name) => {
    current = name
    const recorded = readGolden(dir, name)
    const golden = deviations[name]?.(recorded) ?? recorded
    const refused = /127\.0\.44\.77/.test(golden.stderr)
    const { terminal, stdout, stderr } = fakeTerminal({
      cwd,
      stdin: golden.stdin,
      env: {
        CONSUL_HTTP_ADDR: refused ? nobody : agent.address,
        ...Object.fromEntries(Object.entries(golden.env).map(([key, value]) => [key, value.replace('<cwd>', cwd)])),
      },
    })
    const args = golden.args.map((arg) => arg.replace(/<id\.+>/, '11111111-2222-3333-4444-555555555555'))
    const code = await dispatch('consul', args, terminal)
    expect(stderr()).toMatch(pattern(golden.stderr.replaceAll('127.0.44.77:8500', nobody)))
    expect(stdout()).toMatch(pattern(golden.stdout))
    expect(code).toBe(golden.exit)
  })
})
