/** Metrics as JSON of the field and as Prometheus text. */
import type { PlainJson } from '../json/write.ts'
import type { Aggregate, Interval, Labels } from './metrics.ts'

/** The shape of `/v1/agent/metrics`. */
export const metricsJson = (interval: Interval): PlainJson => ({
  Timestamp: timestamp(interval.startMs),
  Gauges: interval.gauges.map(({ name, value, labels }) => ({ Name: name, Value: value, Labels: record(labels) })),
  Points: [],
  Counters: interval.counters.map(aggregated),
  Samples: interval.samples.map(aggregated),
})

/** Text format 0.0.4: gauges, counters as totals, samples as summaries. */
export const metricsPrometheus = (total: Interval): string => {
  const lines: string[] = []
  const typed = new Set<string>()
  const header = (name: string, type: string): void => {
    if (typed.has(name)) return
    typed.add(name)
    lines.push(`# HELP ${name} ${name}`, `# TYPE ${name} ${type}`)
  }
  for (const { name, labels, value } of total.gauges) {
    header(plain(name), 'gauge')
    lines.push(`${plain(name)}${braces(labels)} ${value}`)
  }
  for (const { name, labels, sum } of total.counters) {
    header(plain(name), 'counter')
    lines.push(`${plain(name)}${braces(labels)} ${sum}`)
  }
  for (const { name, labels, sum, count } of total.samples) {
    header(plain(name), 'summary')
    lines.push(`${plain(name)}_sum${braces(labels)} ${sum}`, `${plain(name)}_count${braces(labels)} ${count}`)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** Whole seconds, UTC: `2026-01-02 03:04:10 +0000 UTC`. */
const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`

const record = (labels: Labels): PlainJson => Object.fromEntries(labels)

const aggregated = ({ name, labels, count, rate, sum, min, max, mean, stddev }: Aggregate): PlainJson => ({
  Name: name,
  Count: count,
  Rate: rate,
  Sum: sum,
  Min: min,
  Max: max,
  Mean: mean,
  Stddev: stddev,
  Labels: record(labels),
})

const plain = (name: string): string => name.replace(/[^A-Za-z0-9_:]/g, '_')

const braces = (labels: Labels): string =>
  labels.length === 0 ? '' : `{${labels.map(([name, value]) => `${plain(name)}="${escaped(value)}"`).join(',')}}`

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
