/** Recorded scenarios: one JSON file each, written for this runner's step kinds (see README.md). */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export type JsonData = null | boolean | number | string | readonly JsonData[] | { readonly [key: string]: JsonData }

export type RequestSpec = {
  readonly method?: string
  readonly path: string
  readonly query?: { readonly [name: string]: string | null }
  readonly headers?: { readonly [name: string]: string }
  readonly body?: JsonData
  readonly bodyBase64?: string
  readonly bodyRepeat?: { readonly text: string; readonly count: number }
  readonly bodyFrom?: string
}

/** What an answer must satisfy before a step goes on. */
export type Until = {
  readonly status?: number
  readonly text?: string
  readonly path?: string
  readonly equals?: JsonData
  readonly length?: number
}

export type Expectation = {
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: JsonData
  readonly bodyText?: string
  readonly bodyBytes?: 'some' | 'none'
}

export type Step = {
  readonly note?: string
  readonly request?: RequestSpec
  readonly async?: string
  readonly settleMs?: number
  readonly await?: string
  readonly stillBlocked?: string
  readonly forMs?: number
  readonly retry?: { readonly timeoutMs?: number; readonly everyMs?: number; readonly until: Until }
  readonly elapsed?: { readonly minMs?: number; readonly maxMs?: number }
  readonly timeoutMs?: number
  readonly sleepMs?: number
  readonly helper?: string
  readonly set?: { readonly status?: number; readonly body?: string; readonly down?: boolean }
  readonly save?: { readonly [variable: string]: string }
  readonly saveBody?: string
  readonly unordered?: readonly string[]
  readonly raw?: boolean
  readonly expect?: Expectation
}

export type HelperSpec = { readonly type?: 'http' | 'tcp'; readonly status?: number; readonly body?: string }

export type Scenario = {
  readonly name: string
  readonly config?: { readonly [key: string]: JsonData }
  readonly token?: string
  readonly ready?: readonly {
    readonly path: string
    readonly headers?: { readonly [name: string]: string }
    readonly until: Until
  }[]
  readonly helpers?: { readonly [name: string]: HelperSpec }
  readonly vars?: { readonly [name: string]: string }
  readonly steps: readonly Step[]
}

export type NamedScenario = { readonly id: string; readonly scenario: Scenario }

/** All scenarios below a folder, named `area/name`, in order. */
export const loadScenarios = (folder: string): readonly NamedScenario[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      id: relative('.', file)
        .replace(/\.json$/, '')
        .replaceAll('\\', '/'),
      scenario: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Scenario, // our own data
    }))

/** What a step is called in reports. */
export const titleOf = (step: Step): string => {
  if (step.await !== undefined) return `await ${step.await}`
  if (step.stillBlocked !== undefined) return `still blocked: ${step.stillBlocked}`
  return step.request === undefined ? 'control' : `${step.request.method ?? 'GET'} ${step.request.path}`
}
