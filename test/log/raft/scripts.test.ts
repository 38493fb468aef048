import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { runScript } from './script.ts'

const folder = join(import.meta.dirname, 'scripts')
const files = readdirSync(folder).filter((file) => file.endsWith('.txt'))

/** UPDATE=1 writes what really happens into the scripts; the difference is reviewed like code. */
const update = process.env['UPDATE'] === '1'

describe('Scripts', () => {
  test.each(files)('%s', (file) => {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    const actual = runScript(text)
    if (update) writeFileSync(path, actual)
    else expect(actual).toBe(text)
  })

  test('there are at least twenty', () => {
    expect(files.length).toBeGreaterThanOrEqual(20)
  })
})
