import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { agentFlags } from '../../src/cli/agent/config/agent-flags.ts'
import { apiFlags } from '../../src/cli/api-flags.ts'
import { parseFlags } from '../../src/cli/flags.ts'
import { load } from '../cli/agent/config/fake-host.ts'

const names = agentFlags.map((flag) => flag.name)

const argument = fc.oneof(
  fc.string(),
  fc.constantFrom('-', '--', '---', '-=', '-x', '-h', '--help', '-dev'),
  fc
    .tuple(
      fc.constantFrom('-', '--'),
      fc.constantFrom(...names),
      fc.oneof(
        fc.constant(''),
        fc.string().map((v) => `=${v}`),
      ),
    )
    .map((parts) => parts.join('')),
)
const args = fc.array(argument, { maxLength: 12 })

test('Any arguments are parsed or refused, and nothing of them is lost', () => {
  fc.assert(
    fc.property(args, (given) => {
      const parsed = parseFlags([...agentFlags, ...apiFlags('server')], given)
      if (parsed.type === 'Parsed') expect(given.slice(given.length - parsed.args.length)).toEqual(parsed.args)
      if (parsed.type === 'Bad') expect(parsed.message).not.toBe('')
    }),
    { numRuns: 3000 },
  )
})

test('Any arguments of the agent give a configuration or a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(args, async (given) => {
      expect(await load(['-dev', ...given])).toBeDefined()
    }),
    { numRuns: 500 },
  )
})
