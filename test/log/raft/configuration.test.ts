import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { changed, configurationAt } from '../../../src/log/raft/configuration.ts'
import { majority } from '../../../src/log/raft/quorum.ts'
import type { ConfigurationChange } from '../../../src/log/raft/types.ts'
import { configurationOf, member } from './cluster.ts'

const three = configurationOf(['1', '2', '3'])
const add = (id: string): ConfigurationChange => ({ type: 'AddVoter', server: member(id, 'voter') })

describe('One change of a configuration', () => {
  test('adds, promotes, demotes and removes', () => {
    expect(changed(three, add('0'))).toEqual(E.right(configurationOf(['0', '1', '2', '3'])))
    expect(changed(three, { type: 'AddLearner', server: member('4', 'voter') })).toEqual(
      E.right(configurationOf(['1', '2', '3'], ['4'])),
    )
    expect(changed(configurationOf(['1'], ['2']), add('2'))).toEqual(E.right(configurationOf(['1', '2'])))
    expect(changed(three, { type: 'Demote', id: '2' })).toEqual(E.right(configurationOf(['1', '3'], ['2'])))
    expect(changed(three, { type: 'Remove', id: '2' })).toEqual(E.right(configurationOf(['1', '3'])))
  })

  test('of an address leaves the vote as it is', () => {
    const moved = { id: '2', address: 'elsewhere:8300', suffrage: 'voter' } as const
    const servers = three.servers.map((server) => (server.id === '2' ? moved : server))
    expect(changed(three, { type: 'AddLearner', server: moved })).toEqual(E.right({ servers }))
    expect(changed(three, { type: 'AddVoter', server: moved })).toEqual(E.right({ servers }))
  })

  test('that changes nothing is the same value', () => {
    expect(changed(three, add('2'))).toEqual(E.right(three))
    const same = changed(three, add('2'))
    expect(E.isRight(same) && same.right === three).toBe(true)
  })

  test('is refused when it names strangers, takes the last voter, or gives an address twice or none', () => {
    const server = (id: string, address: string) => ({ id, address, suffrage: 'voter' }) as const
    expect(changed(three, { type: 'Demote', id: '9' })).toEqual(E.left('UnknownServer'))
    expect(changed(three, { type: 'Remove', id: '9' })).toEqual(E.left('UnknownServer'))
    expect(changed(configurationOf(['1'], ['2']), { type: 'Remove', id: '1' })).toEqual(E.left('LastVoter'))
    expect(changed(configurationOf(['1'], ['2']), { type: 'Demote', id: '1' })).toEqual(E.left('LastVoter'))
    for (const bad of [server('4', 'host1:8300'), server('', 'host4:8300'), server('4', '')])
      expect(changed(three, { type: 'AddVoter', server: bad })).toEqual(E.left('InvalidServer'))
  })

  test('keeps ids sorted, and majorities of before and after always share a voter', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { minLength: 1 })
    const changes = fc.tuple(
      fc.constantFrom('AddVoter', 'AddLearner', 'Demote', 'Remove' as const),
      fc.constantFrom('a', 'c', 'g', 'h'),
    )
    fc.assert(
      fc.property(ids, changes, (voters, [type, id]) => {
        const before = configurationAt(1, configurationOf(voters)).voters
        const what: ConfigurationChange =
          type === 'Demote' || type === 'Remove' ? { type, id } : { type, server: member(id, 'voter') }
        const next = changed(configurationOf(voters), what)
        if (E.isLeft(next)) return
        const all = next.right.servers.map((server) => server.id)
        expect(all).toEqual([...all].sort())
        const after = configurationAt(2, next.right).voters
        const union = new Set([...before, ...after]).size
        expect(majority(before.length) + majority(after.length)).toBeGreaterThan(union)
      }),
    )
  })
})
