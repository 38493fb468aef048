/**
 * npm run sim:canary [-- --from N] [--focused] [NAME...]: plants each bug and searches the first seed that finds it, at most 500.
 * Exit code 1 when a bug stays hidden.
 */
import { canaries } from './canaries/all.ts'
import { hunt } from './canaries/hunt.ts'

const limit = 500

const main = async (args: readonly string[]): Promise<number> => {
  const at = args.indexOf('--from')
  const from = at < 0 ? 1 : Number(args[at + 1])
  const names = args.filter((arg, i) => !arg.startsWith('--') && (at < 0 || i !== at + 1))
  let hidden = 0
  for (const canary of canaries.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))) {
    const caught = await hunt(canary, { from, limit, focused: args.includes('--focused') })
    if (caught === null) hidden++
    console.log(
      caught === null
        ? `${canary.name}: NOT FOUND in ${limit} seeds`
        : `${canary.name}: seed ${caught.seed} (${caught.seedsCount} tried), ${caught.violation.law}`,
    )
  }
  return hidden === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
