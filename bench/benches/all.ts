/** Every bench, in the order of a full run. A new bench is a file here and a line below. */
import type { Bench } from '../harness.ts'
import { disk } from './disk.ts'
import { idle } from './idle.ts'
import { kvGet } from './kv-get.ts'
import { kvList } from './kv-list.ts'
import { kvPut } from './kv-put.ts'
import { memory } from './memory.ts'
import { session } from './session.ts'
import { start } from './start.ts'
import { watchFanout } from './watch-fanout.ts'

export const benches: readonly Bench[] = [disk, kvGet, kvPut, kvList, session, watchFanout, memory, idle, start]
