/** Whether a flag is a duration, without the modules of the agent: what is one is sent as it is. */

const part = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)([^0-9.]*)/
const units: ReadonlySet<string> = new Set(['ns', 'us', 'µs', 'μs', 'ms', 's', 'm', 'h'])

/** What Go says of a text that is no duration; null for one that is. Sizes are the agent's to refuse. */
export const durationProblem = (value: string): string | null => {
  const quoted = JSON.stringify(value)
  let rest = value.replace(/^[+-]/, '')
  if (rest === '0') return null
  if (rest === '') return `time: invalid duration ${quoted}`
  while (rest !== '') {
    const [taken, unit = ''] = part.exec(rest) ?? []
    if (taken === undefined) return `time: invalid duration ${quoted}`
    if (unit === '') return `time: missing unit in duration ${quoted}`
    if (!units.has(unit)) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
    rest = rest.slice(taken.length)
  }
  return null
}
