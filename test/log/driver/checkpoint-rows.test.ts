import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { collectContent, rowsOf } from '../../../src/log/driver/checkpoint-rows.ts'
import { rememberedAt } from '../../../src/log/leader/request-ids.ts'
import { idOf, setNumber, toyDomain } from '../toy-domain.ts'
import { Leader } from '../leader/leader-harness.ts'

const led = () => {
  const leader = new Leader().elected()
  leader.ask(setNumber('a', 1), idOf(1))
  leader.ask({ type: 'Answer', text: 'x'.repeat(70_000) }, idOf(2))
  leader.ask({ type: 'Answer', text: 'short' }, idOf(3))
  leader.append()
  leader.commit(3)
  return leader
}

describe('the rows of a checkpoint', () => {
  test('give the views and the request ids back', () => {
    const { committed, requestIds } = led().machine
    const collector = collectContent(toyDomain)
    for (const row of rowsOf(toyDomain, committed.root.view, requestIds, 3)) collector.row(structuredClone(row))
    const content = collector.done()
    if (E.isLeft(content)) throw new Error(content.left)
    expect(content.right.view).toEqual(committed.root.view)
    expect(rememberedAt(content.right.requestIds, 3)).toEqual(rememberedAt(requestIds, 3))
    expect(rememberedAt(content.right.requestIds, 3).map(({ reply }) => reply)).toEqual([true, undefined, 'short'])
  })

  test('hold what was there at the call, even if it is written later', () => {
    const leader = led()
    const { committed, requestIds } = leader.machine
    const rows = rowsOf(toyDomain, committed.root.view, requestIds, 3)
    leader.ask(setNumber('late', 1), idOf(4))
    leader.append()
    leader.commit(4)
    const text = JSON.stringify([...rows])
    expect(text).not.toContain('late')
    expect(text).not.toContain(idOf(4))
  })

  test('leave out requests beyond the checkpoint’s index', () => {
    const { committed, requestIds } = led().machine
    const rows = [...rowsOf(toyDomain, committed.root.view, requestIds, 2)]
    expect(rows.filter(({ view }) => view === 'log')).toHaveLength(2)
  })

  test.each([
    ['not a map', 7],
    ['a missing field', { id: 'x', index: 1 }],
    ['an index that does not rise', { id: 'x', index: 0, kept: false, reply: null }],
    ['a reply that none can be', { id: 'x', index: 1, kept: true, reply: new Uint8Array(1) }],
  ])('of the log’s own table that are malformed are refused: %s', (_, data) => {
    const collector = collectContent(toyDomain)
    collector.row({ view: 'log', table: 'requests', data })
    expect(collector.done()).toEqual(E.left('the table of request ids is malformed'))
  })
})
