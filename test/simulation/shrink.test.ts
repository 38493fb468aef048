import { expect, test } from '@jest/globals'
import { optionsOf } from './options.ts'
import { commandOf, parseFaults } from './shrink.ts'

test('the command names what differs from the seed', () => {
  const own = optionsOf(5)
  expect(commandOf(own, own)).toBe('npm run sim -- --seed 5')
  expect(commandOf({ ...own, faults: [], operationsCount: 60 }, own)).toBe(
    'npm run sim -- --seed 5 --faults none --operations 60',
  )
})

test('fault kinds are read by name, and unknown names are refused', () => {
  expect(parseFaults('none')).toEqual([])
  expect(parseFaults('kill,loss')).toEqual(['loss', 'kill'])
  expect(parseFaults('kill,meteor')).toBeNull()
})

test('a seed always expands to the same options, other seeds to others', () => {
  expect(optionsOf(9)).toEqual(optionsOf(9))
  expect(optionsOf(9)).not.toEqual({ ...optionsOf(10), seed: 9 })
})
