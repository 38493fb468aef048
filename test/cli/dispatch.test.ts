import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { commandTable, type Entry, type Group } from '../../src/cli/command-table.ts'
import { usageOf } from '../../src/cli/command.ts'
import { dispatch } from '../../src/cli/dispatch.ts'
import { proconsulVersion } from '../../src/cli/version.ts'
import { fakeTerminal } from './fake-terminal.ts'

const run = async (program: string, ...args: readonly string[]) => {
  const { terminal, stdout, stderr } = fakeTerminal()
  const code = await dispatch(program, args, terminal)
  return { code, stdout: stdout(), stderr: stderr() }
}

describe('Without a known command', () => {
  test('the commands are listed on stderr, exit 127', async () => {
    for (const args of [[], ['frobnicate'], ['-foo'], ['frobnicate', '-h']]) {
      const { code, stdout, stderr } = await run('consul', ...args)
      expect([code, stdout]).toEqual([127, ''])
      expect(stderr).toMatch(
        /^Usage: consul \[--version\] \[--help\] <command> \[<args>\]\n\nAvailable commands are:\n {4}agent {5,}Runs a Consul agent\n/,
      )
    }
  })

  test('help is asked for, not a mistake', async () => {
    const { code, stdout, stderr } = await run('proconsul', '--help')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Usage: proconsul /)
  })

  test('a group lists its members, exit 1', async () => {
    for (const args of [['kv'], ['kv', 'no'], ['kv', '-x']]) {
      const { code, stdout, stderr } = await run('consul', ...args)
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(/^Usage: consul kv <subcommand>/)
      expect(stderr).toContain('    export    ')
    }
  })
})

describe('Help and version', () => {
  test('are printed wherever the flag stands', async () => {
    for (const args of [
      ['kv', 'get', '-h'],
      ['--help', 'kv', 'get'],
      ['kv', 'get', 'key', '-help'],
    ]) {
      const { code, stdout, stderr } = await run('consul', ...args)
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(/^Usage: consul kv get /)
    }
    expect((await run('consul', 'kv', '-h')).code).toBe(0)
  })

  test('stop at two dashes', async () => {
    expect(await run('consul', 'kv', 'get', '--', '-h', 'b')).toMatchObject({
      code: 1,
      stderr: 'Too many arguments (expected 1, got 2)\n',
    })
  })

  test('the version has three flags', async () => {
    for (const flag of ['-v', '-version', '--version']) {
      expect((await run('consul', flag)).stdout).toMatch(/^Consul v1\.16\.\d+\nProconsul v/)
    }
  })

  test('the own version is that of package.json', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    expect((JSON.parse(text) as { version: string }).version).toBe(proconsulVersion)
  })
})

describe('Every command', () => {
  const all = (
    members: ReadonlyMap<string, Entry | Group>,
    path: readonly string[],
  ): readonly (readonly [string, Entry])[] =>
    [...members].flatMap(([name, entry]) =>
      'members' in entry ? all(entry.members, [...path, name]) : [[[...path, name].join(' '), entry] as const],
    )

  test.each(all(commandTable, []))('%s can be loaded, names itself and refuses unknown flags', async (name, entry) => {
    const command = await entry.load()
    const usage = usageOf(command, 'consul')
    expect(usage.startsWith(`Usage: consul ${name} [options]`)).toBe(true)
    expect(await run('consul', ...name.split(' '), '-no-such-flag')).toEqual({
      code: 1,
      stdout: '',
      stderr: `flag provided but not defined: -no-such-flag\n${usage}\n`,
    })
    if (command.api !== 'none') expect(usage).toContain('-http-addr=<address>')
    expect(usage.includes('-stale')).toBe(command.api === 'server')
  })
})
