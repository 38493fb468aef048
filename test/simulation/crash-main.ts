/** `npm run crash [-- --seeds N]`: every crash point of several workloads. Exit 1 and the points that fail. */
import { checkCrashPoint, operationsOf } from './crash-points.ts'
import type { CrashMode } from './disk.ts'

const modes: readonly CrashMode[] = ['before', 'torn', 'after', 'killed']
const seedsFlag = process.argv.indexOf('--seeds')
const seedsCount = seedsFlag < 0 ? 8 : Number(process.argv[seedsFlag + 1])

let points = 0
const failures: string[] = []
for (let seed = 1; seed <= seedsCount; seed++) {
  const operations = await operationsOf(seed)
  for (let operation = 1; operation <= operations; operation++) {
    for (const mode of modes) {
      for (const again of mode === 'torn' ? [0, 1, 2, 3] : [0]) {
        points += 1
        const failure = await checkCrashPoint({ seed, operation, mode, again })
        if (failure !== null) failures.push(failure)
      }
    }
  }
  console.log(`seed ${seed}: ${operations} operations`)
}
for (const failure of failures.slice(0, 20)) console.error(failure)
console.log(`${points} crash points, ${failures.length} failures`)
process.exitCode = failures.length === 0 && points >= 2000 ? 0 : 1
