import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { defaultAutopilot } from '../../../src/domain/autopilot/configuration.ts'
import { decideConfigureAutopilot } from '../../../src/domain/decide/autopilot.ts'
import type { Event } from '../../../src/domain/events/all.ts'
import { initialAutopilot } from '../../../src/domain/policies/autopilot.ts'
import { given, powerless, worldAfter } from './given.ts'
import { keySet } from './some-events.ts'

const configured = (over: object = {}): Event => ({
  type: 'AutopilotConfigured',
  ...defaultAutopilot,
  createIndex: 0,
  ...over,
})
const strict = { ...defaultAutopilot, minQuorum: 3 }
const command = (cas: number | null, configuration = strict) =>
  ({ type: 'ConfigureAutopilot', configuration, cas }) as const

describe('ConfigureAutopilot', () => {
  test('replaces the configuration and keeps when it was first set', () => {
    expect(given([keySet('a'), configured()]).when(decideConfigureAutopilot, command(null))).toEqual(
      E.right({ events: [configured({ minQuorum: 3, createIndex: 2 })], reply: true }),
    )
  })

  test('compares the index that it names; 0 is the one of no configuration', () => {
    const world = given([keySet('a'), configured()])
    expect(world.when(decideConfigureAutopilot, command(2))).toMatchObject({ right: { reply: true } })
    for (const index of [0, 1, 3])
      expect(world.when(decideConfigureAutopilot, command(index))).toEqual(E.right({ events: [], reply: false }))
    expect(given([]).when(decideConfigureAutopilot, command(0))).toMatchObject({
      right: { events: [{ minQuorum: 3, createIndex: 0 }], reply: true },
    })
  })

  test.each(Object.keys(defaultAutopilot))('yields nothing when all is as it was, and notices %s', (field) => {
    const world = given([configured()])
    expect(world.when(decideConfigureAutopilot, command(null, defaultAutopilot))).toEqual(
      E.right({ events: [], reply: true }),
    )
    const value = new Map<string, unknown>(Object.entries(defaultAutopilot)).get(field)
    const other = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : 'tag'
    const changed = { ...defaultAutopilot, [field]: other }
    expect(world.when(decideConfigureAutopilot, command(null, changed))).toMatchObject({
      right: { events: [{ [field]: other }] },
    })
  })

  test('needs the right of an operator', () => {
    expect(given([]).when(decideConfigureAutopilot, command(null), powerless)).toEqual(
      E.left({ type: 'Denied', resource: 'operator:' }),
    )
  })
})

describe('The first leader of a log', () => {
  test('writes the rules of its settings, a later one leaves those that are there', () => {
    expect(initialAutopilot(worldAfter([]), strict)).toEqual(command(0))
    expect(initialAutopilot(worldAfter([configured()]), strict)).toBeNull()
  })
})
