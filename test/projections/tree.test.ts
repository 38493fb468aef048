import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { eachWithPrefix, emptyNumberTree, emptyTree, prefixEnd, valuesWithPrefix } from '../../src/projections/tree.ts'
import type { Tree, TreeDraft } from '../../src/projections/tree.ts'

const filled = (keys: readonly string[]): Tree<number> => {
  const draft = emptyTree<number>().draft()
  keys.forEach((key, i) => draft.set(key, i))
  return draft.publish()
}
const pairs = (tree: Tree<number>): [string, number][] => {
  const all: [string, number][] = []
  tree.each((value, key) => {
    all.push([key, value])
    return undefined
  })
  return all
}

describe('a published tree', () => {
  test('never changes, whatever its drafts do', () => {
    const tree = filled(['a', 'b', 'c'])
    const draft = tree.draft()
    draft.set('a', 100)
    draft.delete('b')
    draft.deleteRange('c', 'd')
    expect(pairs(tree)).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ])
    expect(pairs(draft)).toEqual([['a', 100]])
  })

  test('stays as it is when its own draft goes on', () => {
    const draft = emptyTree<number>().draft()
    draft.set('a', 1)
    const first = draft.publish()
    draft.set('a', 2)
    const second = draft.publish()
    expect([first.get('a'), second.get('a')]).toEqual([1, 2])
  })

  test('is the same object when nothing was written', () => {
    const tree = filled(['a'])
    const draft = tree.draft()
    draft.delete('not there')
    expect(draft.publish()).toBe(tree)
    expect(draft.draft().publish()).toBe(tree)
  })

  test('orders keys by bytes and finds its ends', () => {
    const tree = filled(['b', 'a\u00ff', 'a', 'a/', '\u00c3\u00bc', 'B', ''])
    expect([...tree.keys()]).toEqual(['', 'B', 'a', 'a/', 'a\u00ff', 'b', '\u00c3\u00bc'])
    expect([tree.minKey(), tree.maxKey(), tree.size, tree.has('a'), tree.has('x')]).toEqual([
      '',
      '\u00c3\u00bc',
      7,
      true,
      false,
    ])
    expect(emptyTree().minKey()).toBeUndefined()
  })
})

describe('scans', () => {
  test('a prefix scan sees exactly the keys that begin with it, the highest byte included', () => {
    const tree = filled(['a', 'a/', 'a/\u00ff', 'a/\u00ff\u00ff', 'a/b', 'a0', 'b'])
    const seen: string[] = []
    eachWithPrefix(tree, 'a/', (_, key) => {
      seen.push(key)
      return undefined
    })
    expect(seen).toEqual(['a/', 'a/b', 'a/\u00ff', 'a/\u00ff\u00ff'])
    expect(valuesWithPrefix(tree, '')).toHaveLength(7)
    expect(valuesWithPrefix(tree, 'nothing')).toEqual([])
  })

  test('a visitor that answers false stops the scan', () => {
    const seen: string[] = []
    const first = (_: number, key: string): false => {
      seen.push(key)
      return false
    }
    const tree = filled(['a', 'b', 'c'])
    tree.each(first)
    tree.range('b', 'd', first)
    expect(seen).toEqual(['a', 'b'])
  })

  test('number keys are ordered as numbers', () => {
    const draft = emptyNumberTree<string>().draft()
    for (const n of [10, 9, 2, 100]) draft.set(n, n.toString())
    expect([...draft.keys()]).toEqual([2, 9, 10, 100])
    expect(draft.deleteRange(3, 100)).toBe(2)
    expect([...draft.values()]).toEqual(['2', '100'])
  })
})

describe('against a plain Map, with forks', () => {
  const key = fc.stringMatching(/^[ab/]{0,4}$/)
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), key, value: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('deletePrefix' as const), key }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('publish' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('fork' as const), stay: fc.boolean() }) },
  )

  test('every published tree keeps what it had, and drafts see their own writes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const kept: [Tree<number>, Map<string, number>][] = []
        const left: [TreeDraft<number>, Map<string, number>][] = []
        let draft = emptyTree<number>().draft()
        let model = new Map<string, number>()
        for (const s of steps) {
          if (s.do === 'set') {
            draft.set(s.key, s.value)
            model.set(s.key, s.value)
          } else if (s.do === 'delete') {
            expect(draft.delete(s.key)).toBe(model.delete(s.key))
          } else if (s.do === 'deletePrefix') {
            const gone = [...model.keys()].filter((k) => k.startsWith(s.key))
            gone.forEach((k) => model.delete(k))
            expect(draft.deleteRange(s.key, prefixEnd(s.key))).toBe(gone.length)
          } else if (s.do === 'publish') {
            kept.push([draft.publish(), new Map(model)])
          } else {
            const fork = draft.draft()
            left.push(s.stay ? [fork, new Map(model)] : [draft, model])
            if (!s.stay) [draft, model] = [fork, new Map(model)]
          }
        }
        const sorted = (m: Map<string, number>) => [...m].sort(([a], [b]) => (a < b ? -1 : 1))
        for (const [tree, was] of [...kept, ...left, [draft, model] as const]) {
          expect(pairs(tree)).toEqual(sorted(was))
          expect(tree.size).toBe(was.size)
        }
      }),
    )
  })

  test('a range delete over many nodes leaves the clones whole', () => {
    const keys = Array.from({ length: 5_000 }, (_, i) => `k/${i.toString().padStart(5, '0')}`)
    const tree = filled(keys)
    const draft = tree.draft()
    expect(draft.deleteRange('k/00100', 'k/04900')).toBe(4_800)
    expect([draft.size, tree.size]).toEqual([200, 5_000])
    expect(pairs(tree).map(([k]) => k)).toEqual(keys)
    expect([...draft.keys()]).toEqual([...keys.slice(0, 100), ...keys.slice(4_900)])
  })
})
