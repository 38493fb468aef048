/** One scenario against one agent. */
import { holds, isUnknownPath } from './agent.ts'
import type { RunningAgent } from './agent.ts'
import { bindings } from './bindings.ts'
import type { Bindings } from './bindings.ts'
import { differences, textMismatch } from './compare.ts'
import type { Difference } from './compare.ts'
import { buildRequest, fillText } from './fill.ts'
import { startHelpers } from './helpers.ts'
import { send } from './http.ts'
import type { Answer } from './http.ts'
import { tryParseLossless, valueAt } from './lossless.ts'
import { titleOf } from './scenario.ts'
import type { Expectation, Scenario, Step } from './scenario.ts'
import type { Tolerances } from './tolerance.ts'

/** Outcome of a step that compares something. `number` counts all steps of the scenario from 1. */
export type StepResult = {
  readonly number: number
  readonly title: string
  readonly differences: readonly Difference[]
  /** Why differences were accepted; null when there were none or they were not. */
  readonly tolerated: string | null
}

type Run = {
  readonly agent: RunningAgent
  readonly tolerances: Tolerances
  readonly bound: Bindings
  readonly variables: Map<string, string>
  readonly kept: Map<string, Buffer>
  /** True once an endpoint turned out not to exist: what later steps wait for will then hardly come. */
  incomplete: boolean
  readonly waiting: Map<string, { readonly path: string; done: boolean; readonly answer: Promise<Answer | Error> }>
}

/** Headers that are compared, presence and value. */
const comparedHeaders = [
  'Content-Type',
  'Content-Encoding',
  'Allow',
  'Location',
  'X-Consul-Index',
  'X-Consul-KnownLeader',
  'X-Consul-LastContact',
  'X-Consul-Default-ACL-Policy',
  'X-Consul-Effective-Consistency',
  'X-Consul-Reason',
  'X-Consul-ContentHash',
  'X-Consul-Translate-Addresses',
  'X-Cache',
  'Age',
]

export const runScenario = async (
  scenario: Scenario,
  agent: RunningAgent,
  tolerances: Tolerances,
): Promise<readonly StepResult[]> => {
  const helpers = await startHelpers(scenario.helpers)
  const environment = new Map([...agent.environment, ...helpers.ports])
  const run: Run = {
    agent,
    tolerances,
    bound: bindings(environment),
    variables: new Map([...environment, ...Object.entries(scenario.vars ?? {})]),
    kept: new Map(),
    incomplete: false,
    waiting: new Map(),
  }
  const results: StepResult[] = []
  try {
    for (const [i, step] of scenario.steps.entries()) {
      if (step.sleepMs !== undefined) await pause(step.sleepMs)
      if (step.helper !== undefined && step.set !== undefined) helpers.set(step.helper, step.set)
      const outcome = await runStep(run, step).catch((error: unknown) => failed(String(error)))
      if (outcome !== null) results.push({ number: i + 1, title: titleOf(step), ...outcome })
    }
  } finally {
    helpers.stop()
  }
  return results
}

type Outcome = Pick<StepResult, 'differences' | 'tolerated'>

/** Null for steps that compare nothing. */
const runStep = async (run: Run, step: Step): Promise<Outcome | null> => {
  if (step.stillBlocked !== undefined) {
    await pause(step.forMs ?? 300)
    const early = run.waiting.get(step.stillBlocked)?.done !== false
    return early ? failed('answered too early') : { differences: [], tolerated: null }
  }
  if (step.await !== undefined) {
    const waiting = run.waiting.get(step.await)
    const answer = await waiting?.answer
    if (waiting === undefined || answer === undefined) return failed(`nothing waits under ${step.await}`)
    return answer instanceof Error ? failed(answer.message) : judge(run, step, answer, 'GET', waiting.path)
  }
  if (step.request === undefined) return null
  const { method = 'GET', path } = step.request
  if (step.async === undefined) return judge(run, step, await perform(run, step), method, path)
  park(run, step, step.async, path)
  await pause(step.settleMs ?? 200)
  return null
}

const incompletePatienceMs = 500

const park = (run: Run, step: Step, name: string, path: string): void => {
  const answer = perform(run, step).catch((error: unknown) => new Error(String(error)))
  const entry = { path, done: false, answer }
  run.waiting.set(name, entry)
  void answer.then(() => {
    entry.done = true
  })
}

const perform = async (run: Run, step: Step): Promise<Answer> => {
  if (step.request === undefined) throw new Error('the step has no request')
  const request = buildRequest(step.request, run.variables, run.kept)
  const patience = run.incomplete ? incompletePatienceMs : (step.retry?.timeoutMs ?? 10_000)
  const deadline = Date.now() + patience
  for (;;) {
    const answer = await send(run.agent.port, request, step.timeoutMs)
    if (isUnknownPath(answer)) run.incomplete = true
    if (step.retry === undefined || isUnknownPath(answer) || Date.now() > deadline) return answer
    const { until } = step.retry
    const equals = typeof until.equals === 'string' ? { equals: fillText(until.equals, run.variables) } : {}
    if (holds({ ...until, ...equals }, answer)) return answer
    await pause(step.retry.everyMs ?? 200)
  }
}

const judge = (run: Run, step: Step, answer: Answer, method: string, path: string): Outcome => {
  const { expect } = step
  if (expect === undefined) return failed('the step expects nothing')
  const found = [...answerDifferences(run, step, expect, answer, path)]
  const seen = { method, path, expect, status: answer.status, headers: answer.headers, text: answer.text }
  const tolerated = found.length === 0 ? null : run.tolerances.excuse(seen, found, run.bound)
  const timing = elapsedDifference(step, answer)
  save(run, step, answer)
  const left = tolerated === null ? found : []
  return { differences: timing === null ? left : [...left, timing], tolerated }
}

function* answerDifferences(
  run: Run,
  step: Step,
  expect: Expectation,
  answer: Answer,
  path: string,
): Iterable<Difference> {
  const { bound, tolerances } = run
  if (answer.status !== expect.status) yield differs('(status)', expect.status, answer.status)
  for (const name of comparedHeaders) {
    const wanted = expect.headers?.[name]
    const got = headerOf(answer, name)
    if (wanted === got || (wanted === '<any>' && got !== undefined)) continue
    if (wanted === undefined || got === undefined) yield differs(`header ${name}`, wanted, got)
    else if (name === 'X-Consul-Index' && tolerances.isLooseIndex(path) && /^[1-9]\d*$/.test(got)) continue
    else {
      const why = textMismatch(wanted, got, bound)
      if (why !== null) yield differs(`header ${name}`, wanted, got, why)
    }
  }
  if (expect.body !== undefined) {
    const isJson = headerOf(answer, 'Content-Type')?.startsWith('application/json') === true
    const value = isJson ? tryParseLossless(answer.text) : undefined
    if (value === undefined) yield differs('(body)', expect.body, answer.text.slice(0, 400), 'is no JSON')
    else {
      const options = { unordered: step.unordered ?? [], extraKeys: tolerances.extraKeys }
      yield* differences(expect.body, value, bound, options)
    }
  } else if (expect.bodyText !== undefined) {
    const why = textMismatch(expect.bodyText, answer.text, bound)
    if (why !== null) yield differs('(body)', expect.bodyText, answer.text.slice(0, 600), why)
  } else if (expect.bodyBytes !== undefined && (expect.bodyBytes === 'some') !== answer.body.length > 0)
    yield differs('(body)', expect.bodyBytes, `${answer.body.length} bytes`)
}

const headerOf = (answer: Answer, name: string): string | undefined => {
  const value = answer.headers[name.toLowerCase()]
  return typeof value === 'string' ? value : value?.join(', ')
}

const elapsedDifference = (step: Step, answer: Answer): Difference | null => {
  if (step.elapsed === undefined) return null
  const { minMs = 0, maxMs = Number.POSITIVE_INFINITY } = step.elapsed
  const inside = answer.elapsedMs >= minMs && answer.elapsedMs <= maxMs
  return inside ? null : differs('(elapsed)', `${minMs}..${maxMs} ms`, `${Math.round(answer.elapsedMs)} ms`)
}

const save = (run: Run, step: Step, answer: Answer): void => {
  for (const [name, from] of Object.entries(step.save ?? {})) {
    const value = from.startsWith('header:')
      ? headerOf(answer, from.slice(7))
      : valueAt(tryParseLossless(answer.text), from)
    if (value === undefined || value === null || typeof value === 'object')
      throw new Error(`cannot save ${name}: ${from} is absent`)
    run.variables.set(name, String(value).replace(/^#int:/, ''))
  }
  if (step.saveBody !== undefined) run.kept.set(step.saveBody, answer.body)
}

const differs = (at: string, expected: unknown, actual: unknown, why = 'differs'): Difference => ({
  at,
  expected: expected === undefined ? '(absent)' : JSON.stringify(expected),
  actual: actual === undefined ? '(absent)' : JSON.stringify(actual),
  why,
})

const failed = (why: string): Outcome => ({
  differences: [{ at: '(step)', expected: 'an answer', actual: '(none)', why }],
  tolerated: null,
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
