/** Every bench, in the order of a full run. A new bench is a file here and a line below. */
import type { Bench } from '../harness.ts'
import { disk } from './disk.ts'
import { health } from './health.ts'
import { idle } from './idle.ts'
import { kvGet } from './kv-get.ts'
import { kvList } from './kv-list.ts'
import { kvPut } from './kv-put.ts'
import { logAfterBurst } from './log-after-burst.ts'
import { log } from './log.ts'
import { memory } from './memory.ts'
import { register } from './register.ts'
import { replay } from './replay.ts'
import { session } from './session.ts'
import { snapshot } from './snapshot.ts'
import { start } from './start.ts'
import { watchFanout } from './watch-fanout.ts'
import { watchStorm } from './watch-storm.ts'

export const benches: readonly Bench[] = [
  disk,
  log,
  logAfterBurst,
  kvGet,
  kvPut,
  kvList,
  health,
  register,
  session,
  watchFanout,
  watchStorm,
  replay,
  snapshot,
  memory,
  idle,
  start,
]
