import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Metrics } from '../../net/metrics/metrics.ts'
import type { RunningServer } from './server.ts'

/** States the levels of the process and of the log whenever numbers are read: memory, loop delay, indexes. */
export const processGauges = (server: RunningServer): ((metrics: Metrics) => void) => {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  return (metrics) => {
    const memory = process.memoryUsage()
    metrics.gauge('consul.runtime.alloc_bytes', memory.heapUsed)
    metrics.gauge('consul.runtime.sys_bytes', memory.rss)
    metrics.gauge('consul.runtime.heap_limit_bytes', getHeapStatistics().heap_size_limit)
    metrics.gauge('consul.runtime.loop_delay_p99_ms', delay.percentile(99) / 1e6)
    metrics.gauge('consul.runtime.loop_delay_max_ms', delay.max / 1e6)
    const status = server.log.status()
    metrics.gauge('consul.raft.last_index', status.lastIndex)
    metrics.gauge('consul.raft.applied_index', status.appliedIndex)
    metrics.gauge('consul.raft.commit_index', status.commitIndex)
    metrics.gauge('consul.raft.pending', status.pending)
    metrics.gauge('consul.server.isLeader', status.role === 'leader' ? 1 : 0)
    metrics.gauge('consul.log.bytes', status.store.bytes)
    metrics.gauge('consul.log.segments', status.store.segments)
    metrics.gauge('consul.log.syncs', status.store.syncs)
    delay.reset()
  }
}
