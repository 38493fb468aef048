import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { numbersOf, setNumber } from './toy-domain.ts'
import { openOne } from './toy-server.ts'

describe('a single server', () => {
  test('boots, begins its log’s life and carries commands out', async () => {
    const server = await openOne()
    expect(await server.execute(setNumber('a', 1))).toEqual(E.right({ index: 4, reply: true }))
    const root = server.log.committed()
    expect(numbersOf(root.view)).toEqual({ a: 1 })
    expect(root.epoch).toMatch(/^[0-9a-f]{32}$/)
    expect(root.view.epoch).toBe(root.epoch)
    expect(root.view.servers).toEqual([{ id: 's1', address: 's1:8300', suffrage: 'voter' }])
    expect(server.log.status()).toMatchObject({ role: 'leader', leader: 's1', lastIndex: 4, appliedIndex: 4 })
    await server.log.stop()
  })
})
