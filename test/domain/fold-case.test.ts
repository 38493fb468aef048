import { expect, test } from '@jest/globals'
import { foldCase } from '../../src/domain/fold-case.ts'

test('folds ASCII letters', () => {
  expect(foldCase('Web-01.EXAMPLE')).toBe('web-01.example')
  expect(foldCase('plain')).toBe('plain')
})

test('leaves the bytes of other characters alone', () => {
  expect(foldCase('\u00c3\u0084A\u00c0')).toBe('\u00c3\u0084a\u00c0')
})
