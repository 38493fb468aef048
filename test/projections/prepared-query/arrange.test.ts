import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { HealthEntry } from '../../../src/projections/catalog/state.ts'
import { arranged } from '../../../src/projections/prepared-query/arrange.ts'
import { aNodeRecord, aServiceRecord } from '../catalog/builders.ts'

const entry = (name: string): HealthEntry => {
  const node = aNodeRecord({ node: name })
  const service = aServiceRecord({ node: name })
  return { instance: { node, service }, node, service, checks: [] }
}
const entries = (count: number) => Array.from({ length: count }, (_, i) => entry(`n${i}`))
const names = (list: readonly HealthEntry[]) => list.map(({ node }) => node.node)

/** Numbers in [0, 1) from a list, then zeros. */
const chance = (values: readonly number[]) => {
  let at = 0
  return () => {
    at += 1
    return values[at - 1] ?? 0
  }
}

/** So that the shuffle leaves everything where it is. */
const still = () => 0.999999

describe('Instances that a query found', () => {
  test('are shuffled, none lost and none doubled, and the answer of the view stays as it is', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (count, values) => {
          const given = entries(count)
          const before = [...given]
          const result = arranged(given, { random: chance(values), near: '', limit: 0 })
          expect(new Set(result)).toEqual(new Set(before))
          expect(result).toHaveLength(count)
          expect(given).toEqual(before)
        },
      ),
    )
  })

  test('come in each order equally often', () => {
    const seen = new Map<string, number>()
    // Three instances: the first draw has three outcomes, the second two.
    for (const first of [0, 1, 2])
      for (const second of [0, 1]) {
        const random = chance([(first + 0.5) / 3, (second + 0.5) / 2])
        const order = names(arranged(entries(3), { random, near: '', limit: 0 })).join()
        seen.set(order, (seen.get(order) ?? 0) + 1)
      }
    expect([...seen.values()]).toEqual([1, 1, 1, 1, 1, 1])
  })

  test('are cut after the near node was put first', () => {
    const list = entries(5)
    expect(names(arranged(list, { random: still, near: '', limit: 2 }))).toEqual(['n0', 'n1'])
    expect(names(arranged(list, { random: still, near: 'N3', limit: 2 }))).toEqual(['n3', 'n1'])
    expect(names(arranged(list, { random: still, near: 'n0', limit: 9 }))).toHaveLength(5)
    expect(names(arranged(list, { random: still, near: '', limit: -1 }))).toHaveLength(5)
  })

  test('begin with the near node only if it is among the first ten', () => {
    expect(names(arranged(entries(12), { random: still, near: 'n9', limit: 1 }))).toEqual(['n9'])
    expect(names(arranged(entries(12), { random: still, near: 'n10', limit: 1 }))).toEqual(['n0'])
    expect(names(arranged(entries(12), { random: still, near: 'elsewhere', limit: 1 }))).toEqual(['n0'])
  })
})
