import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { nodeId } from '../../../src/cli/agent/node-id.ts'

describe('nodeId', () => {
  test('is drawn once and kept in the data directory', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'proconsul-node-id-'))
    const first = await nodeId(join(dir, 'data'), null)
    expect(first).toMatch(/^[0-9a-f-]{36}$/)
    expect(await nodeId(join(dir, 'data'), null)).toBe(first)
    expect(await readFile(join(dir, 'data', 'node-id'), 'utf8')).toBe(first)
    await rm(dir, { recursive: true })
  })

  test('is the configured one in lower case when given', async () => {
    expect(await nodeId(null, 'AAAAAAAA-0000-0000-0000-000000000001')).toBe('aaaaaaaa-0000-0000-0000-000000000001')
  })

  test('is random without a data directory', async () => {
    expect(await nodeId(null, null)).not.toBe(await nodeId(null, null))
  })
})
