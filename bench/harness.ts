/** What a bench gives and how it is judged and printed: one line per metric. */
import { loadavg, cpus } from 'node:os'

export type Metric = {
  readonly name: string
  readonly unit: string
  /** One value per round. */
  readonly subject: readonly number[]
  readonly baseline?: { readonly name: string; readonly values: readonly number[] }
  /** What `floor` and `goal` are compared with: the ratio to the baseline, or the subject's median. */
  readonly judged?: 'ratio' | 'value'
  /** Whether more or less is better. */
  readonly better: 'more' | 'less'
  readonly floor?: number
  readonly goal?: number
}

export type Skipped = { readonly name: string; readonly skipped: string }

export type Outcome = Metric | Skipped

export type BenchContext = {
  readonly quick: boolean
  /** Interleaved rounds of subject and baseline: at least 5, 3 when quick. */
  readonly rounds: number
  /** Measured time of one load in ms. */
  readonly spanMs: number
  readonly warmUpMs: number
  /** Scratch directory of this bench, removed afterwards. */
  readonly dir: string
  readonly report: (outcome: Outcome) => void
}

export type Bench = { readonly name: string; readonly run: (context: BenchContext) => Promise<void> }

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const at = (i: number) => sorted[i] ?? NaN
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2
}

/** Median of the ratios of each round: subject and baseline ran side by side, so drift of the machine cancels out. */
export const ratioOf = (metric: Metric): number | null => {
  const { baseline } = metric
  if (baseline === undefined) return null
  return median(metric.subject.map((value, round) => value / (baseline.values[round] ?? median(baseline.values))))
}

export type Verdict = 'ok' | 'FLOOR' | '-'

/** `FLOOR` when the floor is missed, `-` when there is none. */
export const judge = (metric: Metric): Verdict => {
  if (metric.floor === undefined) return '-'
  const measured = metric.judged === 'value' ? median(metric.subject) : (ratioOf(metric) ?? NaN)
  const holds = metric.better === 'more' ? measured >= metric.floor : measured <= metric.floor
  return holds ? 'ok' : 'FLOOR'
}

export const lineOf = (outcome: Outcome): string => {
  if ('skipped' in outcome) return `${outcome.name}  skipped (${outcome.skipped})`
  const { subject, baseline, floor, goal, unit } = outcome
  const ratio = ratioOf(outcome)
  return [
    outcome.name,
    `subject=${figure(median(subject))} [${figure(Math.min(...subject))}–${figure(Math.max(...subject))}] ${unit}`,
    baseline === undefined ? '' : `baseline=${baseline.name}:${figure(median(baseline.values))}`,
    ratio === null ? '' : `ratio=${ratio.toFixed(2)}`,
    [floor === undefined ? '' : `floor=${floor}`, goal === undefined ? '' : `goal=${goal}`].join(' ').trim(),
    judge(outcome),
  ]
    .filter((part) => part !== '')
    .join('  ')
}

const figure = (value: number): string => {
  const size = Math.abs(value)
  if (size >= 1000) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

/** The machine, as the first line of each run. */
export const machine = () => ({
  cores: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  loadAverage: loadavg().map((load) => Number(load.toFixed(2))),
})

/** Runs subject and baseline alternately, changing who goes first, and collects one value each per round. */
export const interleave = async <A>(
  rounds: number,
  subject: () => Promise<A>,
  baseline: () => Promise<A>,
): Promise<{ readonly subject: readonly A[]; readonly baseline: readonly A[] }> => {
  const ours: A[] = []
  const theirs: A[] = []
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) ours.push(await subject())
    theirs.push(await baseline())
    if (round % 2 === 1) ours.push(await subject())
  }
  return { subject: ours, baseline: theirs }
}
