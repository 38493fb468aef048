import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type { Command } from '../../../src/domain/commands/all.ts'
import type { Query } from '../../../src/domain/queries/all.ts'
import type { Topic } from '../../../src/domain/topic.ts'
import { foldCase } from '../../../src/domain/utf8.ts'
import { answerCatalog } from '../../../src/projections/catalog/answer.ts'
import type { CatalogQuery } from '../../../src/projections/catalog/answer.ts'
import { passingOf } from '../../../src/projections/catalog/instances.ts'
import { catalogLoader, encodeCatalog } from '../../../src/projections/catalog/checkpoint.ts'
import type { CatalogView } from '../../../src/projections/catalog/state.ts'
import { touchedRows } from '../../../src/log/history/touched-rows.ts'
import {
  draft,
  emptyViews,
  encode,
  evolve,
  loader,
  needsBefore,
  publish,
  topics,
  touched,
} from '../../../src/projections/views.ts'
import { aCheck, aProxy, aService, deregister, register } from './builders.ts'
import * as ask from './queries.ts'
import { foldEntries, story } from './story.ts'

const uuid = (n: number) => `aaaaaaaa-0000-0000-0000-00000000000${n}`
const nodeName = fc.constantFrom('n1', 'N1', 'n2', 'n3', 'a\0b')
const nodeInput = fc.record({
  node: nodeName,
  id: fc.constantFrom('', '', uuid(1), uuid(2)),
  address: fc.constantFrom('10.0.0.1', '10.0.0.2'),
  meta: fc.constantFrom(null, [], [['env', 'prod'] as const]),
})
const serviceInput = fc.oneof(
  fc
    .record({
      id: fc.constantFrom('s1', 'S1', 's2', ''),
      name: fc.constantFrom('web', 'WEB', 'db'),
      port: fc.constantFrom(0, 80),
      tags: fc.constantFrom(null, ['a'], ['a', 'B']),
      connect: fc.constantFrom(null, '{"Native":true}'),
    })
    .map(aService),
  fc
    .record({ target: fc.constantFrom('web', 'db'), id: fc.constantFrom('s1', 'p') })
    .map(({ target, id }) => aProxy(target, { id })),
)
const checkInput = fc
  .record({
    checkId: fc.constantFrom('c1', 'C1', 'c2', 'serfHealth'),
    status: fc.constantFrom('passing', 'warning', 'critical', ''),
    serviceId: fc.constantFrom('', 's1', 's2', 'p'),
    output: fc.constantFrom('', 'x'),
  })
  .map(aCheck)

const registration: fc.Arbitrary<Command> = fc
  .record({
    node: nodeInput,
    service: fc.option(serviceInput),
    checks: fc.array(checkInput, { maxLength: 2 }),
    skipNodeUpdate: fc.boolean(),
  })
  .map(({ service, ...rest }) => register({ ...rest, ...(service === null ? {} : { service }) }))
const removal: fc.Arbitrary<Command> = fc
  .record({ node: nodeName, service: fc.constantFrom('', 's1', 'p'), check: fc.constantFrom('', 'c1') })
  .map(({ node, service, check }) => deregister(node, service, check))
const sessions: fc.Arbitrary<Command> = fc
  .record({ node: nodeName, check: fc.constantFrom('c1', 'c2'), n: fc.integer({ min: 1, max: 3 }) })
  .map(({ node, check, n }) => ({
    type: 'CreateSession',
    id: uuid(n),
    name: '',
    node,
    lockDelayMs: 0,
    behavior: 'release',
    ttl: '',
    nodeChecks: [check],
    serviceChecks: null,
    checks: null,
  }))
const command = fc.oneof({ weight: 6, arbitrary: registration }, { weight: 3, arbitrary: removal }, sessions)
const commands = fc.array(command, { maxLength: 25 })

const byEnv = { nodeMeta: [['env', 'prod']] as const }
const queries: readonly CatalogQuery[] = [
  ask.nodes(),
  ask.services(),
  ask.services(byEnv),
  ...['web', 'db', 'web-sidecar', 'none'].flatMap((name) => [
    ask.service(name),
    ask.service(name, { connect: true }),
    ask.health(name),
    ask.health(name, { connect: true }),
    ask.health(name, { passing: true }),
    ask.health(name, { tags: ['a'], ...byEnv }),
    ask.checks(name),
    ask.checks(name, byEnv),
  ]),
  ...['n1', 'n2', 'a\0b'].flatMap((name) => [ask.node(name), ask.healthNode(name), ask.uiNode(name)]),
  ...['any', 'passing', 'critical'].flatMap((name) => [ask.state(name), ask.state(name, byEnv)]),
  ask.uiNodes(),
  ask.uiServices(),
]

/** Plain data of everything that can be seen of a catalog, derived tables included. */
const seen = (catalog: CatalogView) => ({
  answers: queries.map((query) => answerCatalog(catalog, query)),
  rows: [...encodeCatalog(catalog)],
  keys: [catalog.nodeIds, catalog.instances, catalog.connect, catalog.troubled].map((tree) => [...tree.keys()]),
})

const told = (all: readonly Command[]) => {
  const teller = story()
  for (const one of all) if (E.isRight(teller.ask(one))) teller.tell(one)
  return teller
}

const isTouched = (wanted: readonly Topic[], touched: readonly Topic[]): boolean =>
  wanted.some((topic) => touched.some((other) => other.view === topic.view && other.key === topic.key))

const sameText = (a: Query, x: unknown, y: unknown): boolean => JSON.stringify([a, x]) === JSON.stringify([a, y])

describe('Laws of the catalog', () => {
  test('any split into batches gives the same view', () => {
    fc.assert(
      fc.property(commands, fc.array(fc.nat({ max: 24 }), { maxLength: 4 }), (all, cuts) => {
        const teller = told(all)
        const entries = teller.entries()
        let views = foldEntries([])
        const ends = [...new Set([...cuts.filter((cut) => cut < entries.length), entries.length])].sort((a, b) => a - b)
        let start = 0
        for (const end of ends) {
          views = foldEntries(entries.slice(start, end), views, start + 1)
          start = end
        }
        expect(seen(views.catalog)).toEqual(seen(teller.views().catalog))
      }),
      { numRuns: 60 },
    )
  })

  test('the history index finds the same records whether each entry is folded before the next or not', () => {
    const exact = { draft, evolve, publish, touched }
    fc.assert(
      fc.property(commands, (all) => {
        const entries = told(all)
          .entries()
          .map((events, i) => ({ index: i + 1, term: 1, at: 0, events }))
        expect(touchedRows({ ...exact, needsBefore }, emptyViews, entries)).toEqual(
          touchedRows(exact, emptyViews, entries),
        )
      }),
      { numRuns: 100 },
    )
  })

  test('a checkpoint and what comes after it give the same view', () => {
    fc.assert(
      fc.property(commands, fc.nat({ max: 25 }), (all, cut) => {
        const teller = told(all)
        const entries = teller.entries()
        const at = Math.min(cut, entries.length)
        const collect = loader()
        for (const row of encode(foldEntries(entries.slice(0, at)))) collect.row(row)
        const views = foldEntries(entries.slice(at), collect.done(), at + 1)
        expect(seen(views.catalog)).toEqual(seen(teller.views().catalog))
      }),
      { numRuns: 60 },
    )
  })

  test('a waiter is woken if and only if the index of its present answer rises; what changes is always told', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const teller = story()
        teller.tell({ type: 'StartEpoch', epoch: '0'.repeat(32), featureLevel: 1 }) // index 1, which clients cannot see
        for (const one of all) {
          if (E.isLeft(teller.ask(one))) continue
          const before = teller.views()
          const events = teller.tell(one)
          const touched = events.flatMap((event) => topics(event, before))
          for (const query of queries) {
            const was = answerCatalog(before.catalog, query)
            const is = answerCatalog(teller.views().catalog, query)
            const woken = isTouched(was.topics, touched)
            if (!is.absent)
              expect([query, woken]).toEqual([query, is.absent === was.absent ? is.index > was.index : true])
            if (!sameText(query, was.result, is.result)) expect([query, woken]).toEqual([query, true])
            if (!is.absent && woken) expect(is.index).toBe(teller.index())
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('a command that was told once yields nothing when it is told again', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const teller = told(all)
        const last = all.at(-1)
        if (last === undefined || E.isLeft(teller.ask(last))) return
        teller.tell(last)
        expect(teller.ask(last)).toEqual(E.right([]))
      }),
      { numRuns: 100 },
    )
  })

  test('all endpoints share one order, and every entry is what its records say', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const teller = told(all)
        const { catalog } = teller.views()
        const { catalog: world } = teller.world()
        for (const name of ['web', 'db', 'web-sidecar']) {
          const entries = [...catalog.instances.values()].filter(({ service }) => foldCase(service.name) === name)
          expect(answerCatalog(catalog, ask.health(name)).result).toEqual(entries)
          expect(answerCatalog(catalog, ask.service(name)).result).toEqual(entries.map(({ instance }) => instance))
          expect(answerCatalog(catalog, ask.health(name, { passing: true })).result).toEqual(passingOf(entries))
          const order = entries.map(({ service }) => [foldCase(service.node), foldCase(service.id)].join('\0\0'))
          expect(order).toEqual([...order].sort())
          for (const { node, service, checks } of entries) {
            expect(node).toBe(world.node(service.node))
            expect(service).toBe(world.service(service.node, service.id))
            const ofNode = world.checksOf(service.node)
            expect(checks).toEqual([
              ...ofNode.filter((check) => check.serviceId === ''),
              ...ofNode.filter((check) => foldCase(check.serviceId) === foldCase(service.id)),
            ])
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('sessions never stand on a check that is gone or critical', () => {
    fc.assert(
      fc.property(commands, (all) => {
        const { sessions: open, catalog } = told(all).world()
        for (const session of open.all())
          for (const check of session.nodeChecks)
            expect(catalog.check(session.node, check)?.status ?? 'gone').not.toMatch(/critical|gone/)
      }),
      { numRuns: 100 },
    )
  })
})

describe('A checkpoint that cannot be ours', () => {
  test.each([
    ['nodes', [1, 'id']],
    ['services', null],
    ['checks', ['n1', 7]],
    ['serviceIndexes', ['web', '1']],
    ['indexes', [1, 2, 3]],
    ['others', []],
  ])('stops at a malformed row of %s', (table, data) => {
    expect(() => catalogLoader().row(table, data)).toThrow('Invariant broken')
  })
})
