/**
 * Loaded into an agent with `--import`: watches its event loop. SIGUSR2 writes the longest delay since the last one, in
 * ms, to the file that BENCH_PROBE_FILE names.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const file = process.env['BENCH_PROBE_FILE'] ?? ''
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
process.on('SIGUSR2', () => {
  const longestMs = delay.max / 1e6
  delay.reset()
  writeFileSync(`${file}.new`, String(longestMs))
  renameSync(`${file}.new`, file)
})
