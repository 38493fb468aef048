import { describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'

const cli = new URL('../../src/cli/', import.meta.url)

/** Everything that a file loads at once: its static imports that are more than types, and theirs. */
const loadedBy = (file: URL, seen = new Set<string>()): Set<string> => {
  if (seen.has(file.href)) return seen
  seen.add(file.href)
  const source = readFileSync(file, 'utf8')
  for (const [, clause = '', from = ''] of source.matchAll(/^import\s+(?!type\b)([^'"]*?)(?:from\s+)?'([^']+)'/gm)) {
    const onlyTypes =
      /^\{[^}]*\}\s*$/.test(clause) &&
      clause
        .replace(/[{}\s]/g, '')
        .split(',')
        .filter(Boolean)
        .every((name) => name.startsWith('type'))
    if (onlyTypes) continue
    if (from.startsWith('.')) loadedBy(new URL(from, file), seen)
    else seen.add(from)
  }
  return seen
}

/** Commands that run on this machine alone and may take their time to load. */
const heavy = ['agent.ts', 'validate.ts']

const commands = readdirSync(new URL('commands/', cli)).filter((name) => !heavy.includes(name))

describe('A command that asks an agent starts fast', () => {
  test.each(['../main.ts', ...commands])('%s loads small modules of the command line and of Node only', (name) => {
    const loaded = [...loadedBy(new URL(`commands/${name}`, cli))]
    const outside = loaded.filter((one) => !one.startsWith('node:') && !one.startsWith(cli.href))
    expect(outside).toEqual([])
    expect(loaded.filter((one) => one.includes('/agent/'))).toEqual([])
  })

  test('the agent is what loads more', () => {
    const loaded = [...loadedBy(new URL('commands/agent.ts', cli))]
    expect(loaded).toContain('fp-ts/lib/Either.js')
  })
})
