import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { keys, oldKeys } from '../../src/cli/agent/config/keys.ts'
import { load } from '../cli/agent/config/fake-host.ts'

const paths = [...keys, ...oldKeys].map((key) => key.path)

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    '',
    '10s',
    '-1h',
    '0.0.0.0',
    '::',
    'unix:///x',
    '{{ GetPrivateIP }}',
    '{{',
    -1,
    0,
    65536,
    1e300,
  ),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
)

/** A document that sets some keys to something. */
const document = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...paths), fc.string()), value), { maxLength: 6 })
  .map((pairs) => {
    const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    for (const [path, leaf] of pairs) {
      const names = path.split('.')
      let at = root
      for (const name of names.slice(0, -1)) {
        const next = at[name]
        const inner =
          typeof next === 'object' && next !== null && !Array.isArray(next) ? (next as Record<string, unknown>) : {}
        at[name] = inner
        at = inner
      }
      at[names.at(-1) ?? ''] = leaf
    }
    return JSON.stringify(root)
  })

test('Whatever keys are set to, the configuration loads or is refused with a text', async () => {
  await fc.assert(
    fc.asyncProperty(document, fc.boolean(), async (text, dev) => {
      const args = ['-config-file=a.json', ...(dev ? ['-dev'] : ['-server', '-data-dir=/d'])]
      const config = await load(args, { files: { 'a.json': text } })
      if (typeof config === 'string') expect(config).not.toBe('')
      else expect(config.ports.http).toBeLessThanOrEqual(65535)
    }),
    { numRuns: 1500 },
  )
})
