import { describe, expect, test } from '@jest/globals'
import { runCommand, type Command } from '../../src/cli/command.ts'
import { logReplay } from '../../src/cli/commands/log-replay.ts'
import { logShow } from '../../src/cli/commands/log-show.ts'
import { logStats } from '../../src/cli/commands/log-stats.ts'
import { logVerify } from '../../src/cli/commands/log-verify.ts'
import type { OpenOffline } from '../../src/cli/log-call.ts'
import type { EventQuery, LogSource } from '../../src/cli/log-source.ts'
import type { Tree } from '../../src/cli/tree.ts'
import { fakeAgent, type Asked, type Reply } from './fake-agent.ts'
import { fakeTerminal } from './fake-terminal.ts'

const nowhere: OpenOffline = (dataDir) => Promise.resolve({ ok: false, message: `No log in ${dataDir}` })

const run = async (command: Command, args: readonly string[], env: Record<string, string> = {}) => {
  let pauses = 0
  const { terminal, stdout, stderr } = fakeTerminal({ env, paused: () => pauses++ })
  const code = await runCommand(command, 'proconsul', args, terminal)
  return { code, stdout: stdout(), stderr: stderr(), pauses }
}

/** Runs a command against an agent that answers as told. */
const online = async (
  command: (open: OpenOffline) => Command,
  args: readonly string[],
  answer: (asked: Asked) => Reply,
) => {
  const agent = await fakeAgent(answer)
  const result = await run(command(nowhere), args, { CONSUL_HTTP_ADDR: agent.address })
  await agent.close()
  return { ...result, asked: agent.asked.map(({ path, query }) => `${path}?${query.toString()}`) }
}

/** Runs a command with files that hold `log`. */
const offline = (command: (open: OpenOffline) => Command, args: readonly string[], log: Partial<LogSource>) => {
  const none = () => Promise.resolve({ ok: false, message: 'not asked' } as const)
  const source: LogSource = { events: none, replay: none, verify: none, stats: none, ...log }
  return run(
    command((dataDir) => (dataDir === '/data' ? Promise.resolve({ ok: true, value: source }) : nowhere(dataDir))),
    ['-data-dir=/data', ...args],
  )
}

const anEvent = (index: number, ordinal = 0) => ({
  Index: index,
  Ordinal: ordinal,
  Type: 'NodeDeregistered',
  Payload: { Node: `n${index}` },
})

describe('log show', () => {
  test('asks for what the flags say', async () => {
    const args = [
      '-since=-15m',
      '-until=now',
      '-type=KeySet,KeyDeleted',
      '-topic=kv:a/*',
      '-actor=n1',
      '-limit=5',
      '-reverse',
    ]
    const { code, asked } = await online(logShow, args, () => ({ body: { Events: [] } }))
    expect([code, asked]).toEqual([
      0,
      ['/v1/log?actor=n1&limit=5&reverse=&since=-15m&topic=kv%3Aa%2F*&type=KeySet%2CKeyDeleted&until=now'],
    ])
  })

  test('follows the pages to the end', async () => {
    const { stdout, asked } = await online(logShow, ['-format=json'], ({ query }) =>
      query.get('since') === null
        ? { body: { Events: [anEvent(1)], Next: '2.0' } }
        : { body: { Events: [anEvent(2)] } },
    )
    expect(asked).toEqual(['/v1/log?limit=1000', '/v1/log?limit=1000&since=2.0'])
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { Index: number }).Index),
    ).toEqual([1, 2])
  })

  test('goes on downwards from the newest', async () => {
    const { asked } = await online(logShow, ['-reverse'], ({ query }) =>
      query.get('until') === null ? { body: { Events: [anEvent(9)], Next: '8.0' } } : { body: { Events: [] } },
    )
    expect(asked[1]).toBe('/v1/log?limit=1000&reverse=&until=8.0')
  })

  test('ends at the limit, across pages', async () => {
    const { asked } = await online(logShow, ['-limit=2'], ({ query }) => ({
      body: { Events: [anEvent(Number(query.get('since') ?? 1))], Next: '2' },
    }))
    expect(asked).toEqual(['/v1/log?limit=2', '/v1/log?limit=1&since=2'])
  })

  test('follows the log from behind the last event, with pauses', async () => {
    const { stdout, stderr, asked, pauses } = await online(logShow, ['-follow', '-format=json'], ({ query }) => {
      if (query.get('since') === null) return { body: { Events: [anEvent(7, 2)] } }
      return query.get('since') === '7.3' ? { body: { Events: [anEvent(8)] } } : { status: 500, body: 'stopped' }
    })
    expect(asked.map((path) => path.replace('/v1/log?limit=1000', ''))).toEqual(['', '&since=7.3', '&since=8.1'])
    expect([stdout.split('\n').length - 1, pauses]).toEqual([2, 2])
    expect(stderr).toBe('Error reading the log: Unexpected response code: 500 (stopped)\n')
  })

  test('passes on why the agent refused', async () => {
    const { code, stderr } = await online(logShow, ['-since=99'], () => ({
      status: 400,
      body: { Error: 'Parameter "since" lies in the future' },
    }))
    expect([code, stderr]).toEqual([1, 'Error reading the log: Parameter "since" lies in the future\n'])
  })

  test('reads files when told to', async () => {
    const queries: EventQuery[] = []
    const events = (query: EventQuery) => {
      queries.push(query)
      return Promise.resolve({
        ok: true,
        value: { events: [new Map<string, Tree>([['Index', 3]])], next: null },
      } as const)
    }
    const { code, stdout } = await offline(logShow, ['-since=3', '-limit=1'], { events })
    expect([code, stdout.split('\n')[1]]).toEqual([
      0,
      `    3  ${''.padEnd(20)}  ${''.padEnd(20)}  ${'(redacted)'.padEnd(46)}  `,
    ])
    expect(queries).toEqual([{ since: '3', until: '', types: '', topic: '', actor: '', limit: 1, reverse: false }])
  })

  test.each([
    [['x'], 'Too many arguments (expected 0, got 1)'],
    [['-format=xml'], 'Unknown format: xml'],
    [['-limit=0'], 'Invalid -limit: must be at least 1'],
    [['-follow', '-reverse'], 'Cannot specify both -follow and -reverse'],
    [['-follow'], 'Cannot follow the files of a stopped server'],
  ])('%j is refused', async (args, text) => {
    expect(await offline(logShow, args, {})).toMatchObject({ code: 1, stderr: `${text}\n`, stdout: '' })
  })

  test('a directory without a log is refused', async () => {
    expect(await run(logShow(nowhere), ['-data-dir=/no'])).toMatchObject({ code: 1, stderr: 'No log in /no\n' })
  })
})

describe('log verify', () => {
  const entries = (broken: number) => (asked: Asked) => {
    if (asked.path === '/v1/log/status') return { body: { FirstIndex: 3, LastIndex: 40 } }
    const index = Number(asked.path.split('/').at(-1))
    return { body: { Index: index, Hash: `h${index}`, PreviousHash: index === broken ? 'other' : `h${index - 1}` } }
  }

  test('walks the chain through an agent', async () => {
    const { code, stdout, asked } = await online(logVerify, [], entries(0))
    expect([code, asked.length]).toEqual([0, 39])
    expect(stdout).toBe('The log is intact: 38 entries, 3 to 40 (links of the hash chain)\nHead hash h40\n')
  })

  test('names the entry at which it breaks', async () => {
    expect(await online(logVerify, [], entries(20))).toMatchObject({
      code: 1,
      stderr: 'The log is NOT intact: Entry 20 does not follow the entry before it: its previous hash differs\n',
    })
  })

  test('reports what the files say', async () => {
    const verified = {
      intact: true,
      firstIndex: 1,
      lastIndex: 2,
      entriesCount: 2,
      headHash: 'ab',
      checked: 'everything',
    } as const
    const good = () => Promise.resolve({ ok: true, value: verified } as const)
    expect((await offline(logVerify, [], { verify: good })).stdout).toBe(
      'The log is intact: 2 entries, 1 to 2 (everything)\nHead hash ab\n',
    )
    const empty = () => Promise.resolve({ ok: true, value: { ...verified, entriesCount: 0 } } as const)
    expect((await offline(logVerify, [], { verify: empty })).stdout).toBe('The log is empty\n')
    const bad = () =>
      Promise.resolve({ ok: true, value: { intact: false, problem: 'segment 1, offset 7: checksum' } } as const)
    expect(await offline(logVerify, [], { verify: bad })).toMatchObject({
      code: 1,
      stderr: 'The log is NOT intact: segment 1, offset 7: checksum\n',
    })
  })
})

describe('log stats', () => {
  const body = { Epoch: 'e', Bytes: 7, Checkpoints: [{ Index: 3 }], LastTime: null }

  test('are rows of names and values, or JSON', async () => {
    expect((await online(logStats, [], () => ({ body }))).stdout).toBe(
      'Epoch                e\nBytes                7\nCheckpoints.0.Index  3\nLastTime             \n',
    )
    expect((await online(logStats, ['-format=json'], () => ({ body }))).stdout).toBe(`${JSON.stringify(body)}\n`)
  })

  test('say why the agent refused', async () => {
    const answer = () => ({ status: 403, body: { Error: 'History is not served to this address' } })
    expect((await online(logStats, [], answer)).stderr).toBe(
      'Error reading the log: History is not served to this address\n',
    )
  })
})

describe('log replay', () => {
  const rows = [
    new Map<string, Tree>([
      ['Key', 'a'],
      ['Value', Buffer.from('hello').toString('base64')],
      ['Flags', 16210313421097356768n],
      ['ModifyIndex', 7],
    ]),
    new Map<string, Tree>([
      ['Key', `b\n${'k'.repeat(60)}`],
      ['Value', ''],
      ['Other', ['x']],
    ]),
  ]
  const replay = (view: string, until: string) =>
    Promise.resolve(
      view === 'kv'
        ? ({ ok: true, value: { index: until === 'now' ? 9 : Number(until), rows } } as const)
        : ({ ok: false, message: `No view "${view}"` } as const),
    )

  test('prints a table of the records, or JSON lines with everything', async () => {
    expect((await offline(logReplay, ['-view=kv', '-until=7'], { replay })).stdout.split('\n')).toEqual([
      'View kv at index 7: 2 records',
      '',
      `${'Key'.padEnd(62)}Value    Flags                 Session  CreateIndex  ModifyIndex`,
      `${'a'.padEnd(62)}"hello"  16210313421097356768                        7`,
      `${`b ${'k'.repeat(57)}…`.padEnd(62)}""${' '.repeat(51)}`,
      '',
    ])
    expect((await offline(logReplay, ['-view=kv', '-format=json'], { replay })).stdout.split('\n')[1]).toBe(
      `{"Key":"b\\n${'k'.repeat(60)}","Value":"","Other":["x"]}`,
    )
  })

  test('needs a view that exists', async () => {
    expect((await offline(logReplay, [], { replay })).stderr).toBe(
      'Missing -view: one of catalog, health, kv, sessions\n',
    )
    expect((await offline(logReplay, ['-view=x'], { replay })).stderr).toBe('Error replaying the log: No view "x"\n')
  })

  test('is not served by an agent yet', async () => {
    const { code, stderr } = await online(logReplay, ['-view=kv'], () => ({}))
    expect(code).toBe(1)
    expect(stderr).toContain('-data-dir')
  })
})
