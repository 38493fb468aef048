/**
 * Numbers about the running agent, kept in intervals of ten seconds. Names follow `consul.area.what`; durations are
 * milliseconds (reference: agent/metrics). A series is a name with labels; their number is bounded.
 */
export type Labels = readonly (readonly [name: string, value: string])[]

/** Count and spread of what was recorded for a series within one interval. */
export type Aggregate = {
  readonly name: string
  readonly labels: Labels
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stddev: number
  /** Sum per second of the interval. */
  readonly rate: number
}

export type GaugeValue = { readonly name: string; readonly labels: Labels; readonly value: number }

/** One interval, its series sorted by name and labels. */
export type Interval = {
  readonly startMs: number
  readonly gauges: readonly GaugeValue[]
  readonly counters: readonly Aggregate[]
  readonly samples: readonly Aggregate[]
}

export type Metrics = {
  /** Counts something that happened. */
  readonly increment: (name: string, by?: number, labels?: Labels) => void
  /** Records a duration or a size. */
  readonly sample: (name: string, value: number, labels?: Labels) => void
  /** States a level; it stands until it is stated again. */
  readonly gauge: (name: string, value: number, labels?: Labels) => void
  /** An answered HTTP request; `path` is its route's. */
  readonly request: (method: string, path: string, ms: number) => void
  /** The last finished interval, or the first one while it is still open. */
  readonly interval: () => Interval
  /** Counters and samples since the start, for scrapers that compute rates themselves. */
  readonly total: () => Interval
}

export const intervalMs = 10_000

/** Series kept; further ones are not recorded, their number is. */
export const maxSeries = 4096

/** `collect` is called before numbers are read, to state levels that nobody else states. */
export const metricsRegistry = (
  wallMs: () => number,
  collect: (metrics: Metrics) => void = () => undefined,
): Metrics => {
  const gauges = new Map<string, Series>()
  const requests = new Map<string, Map<string, RequestSeries>>()
  const total = emptyWindow(wallMs())
  let current = emptyWindow(slotOf(wallMs()))
  let finished: Window | null = null

  const roll = (): void => {
    const slot = slotOf(wallMs())
    if (slot === current.startMs) return
    finished = slot === current.startMs + intervalMs ? current : emptyWindow(slot - intervalMs)
    current = emptyWindow(slot)
  }

  const record = (kind: Kind, name: string, value: number, labels: Labels, key = keyOf(name, labels)): void => {
    roll()
    if (total[kind].size >= maxSeries && !total[kind].has(key)) return
    add(current[kind], key, name, labels, value)
    add(total[kind], key, name, labels, value)
  }

  const snapshot = (window: Window): Interval => ({
    startMs: window.startMs,
    gauges: sorted(gauges).map(({ name, labels, sum }) => ({ name, labels, value: sum })),
    counters: sorted(window.counters).map(aggregate),
    samples: sorted(window.samples).map(aggregate),
  })

  /** The labels of a route's requests with their key, made once. */
  const requestSeries = (method: string, path: string): RequestSeries => {
    const byPath = requests.get(method) ?? new Map<string, RequestSeries>()
    requests.set(method, byPath)
    let known = byPath.get(path)
    if (known === undefined) {
      const labels = [
        ['method', method],
        ['path', path.slice(1).replaceAll('/', '_')],
      ] as const
      known = { labels, key: keyOf(requestName, labels) }
      byPath.set(path, known)
    }
    return known
  }

  const metrics: Metrics = {
    increment: (name, by = 1, labels = []) => record('counters', name, by, labels),
    sample: (name, value, labels = []) => record('samples', name, value, labels),
    gauge: (name, value, labels = []) => {
      const key = keyOf(name, labels)
      if (gauges.size >= maxSeries && !gauges.has(key)) return
      gauges.set(key, { ...emptySeries(name, labels), sum: value })
    },
    request: (method, path, ms) => {
      const { labels, key } = requestSeries(method, path)
      record('samples', requestName, ms, labels, key)
    },
    interval: () => {
      collect(metrics)
      roll()
      return snapshot(finished ?? current)
    },
    total: () => {
      collect(metrics)
      return snapshot(total)
    },
  }
  return metrics
}

const requestName = 'consul.api.http'

type Kind = 'counters' | 'samples'
type RequestSeries = { readonly labels: Labels; readonly key: string }

type Series = {
  readonly name: string
  readonly labels: Labels
  count: number
  sum: number
  squares: number
  min: number
  max: number
}
type Window = {
  readonly startMs: number
  readonly counters: Map<string, Series>
  readonly samples: Map<string, Series>
}

const slotOf = (ms: number): number => ms - (ms % intervalMs)

const emptyWindow = (startMs: number): Window => ({ startMs, counters: new Map(), samples: new Map() })

const emptySeries = (name: string, labels: Labels): Series => ({
  name,
  labels,
  count: 0,
  sum: 0,
  squares: 0,
  min: 0,
  max: 0,
})

const keyOf = (name: string, labels: Labels): string => {
  let key = name
  for (const [label, value] of labels) key += `;${label}=${value}`
  return key
}

const add = (series: Map<string, Series>, key: string, name: string, labels: Labels, value: number): void => {
  let one = series.get(key)
  if (one === undefined) {
    one = emptySeries(name, labels)
    series.set(key, one)
  }
  one.min = one.count === 0 ? value : Math.min(one.min, value)
  one.max = one.count === 0 ? value : Math.max(one.max, value)
  one.count += 1
  one.sum += value
  one.squares += value * value
}

const sorted = (series: ReadonlyMap<string, Series>): readonly Series[] =>
  [...series].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, one]) => one)

const aggregate = ({ name, labels, count, sum, squares, min, max }: Series): Aggregate => {
  const variance = count < 2 ? 0 : Math.max(0, (squares - (sum * sum) / count) / (count - 1))
  const mean = count === 0 ? 0 : sum / count
  return { name, labels, count, sum, min, max, mean, stddev: Math.sqrt(variance), rate: sum / (intervalMs / 1000) }
}
