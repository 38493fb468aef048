/**
 * Command-line flags as Go's `flag` package takes them: one or two dashes, `-x v` or `-x=v`, switches as `-x` or
 * `-x=false`, flags before positional arguments, `--` ends them, the last value of a scalar wins.
 */

export type FlagKind = 'switch' | 'string' | 'int' | 'uint' | 'list'

export type FlagSpec = {
  readonly name: string
  readonly kind: FlagKind
  /** What the help shows for the value, e.g. `<path>`; none for switches. */
  readonly value?: string
  readonly default?: string
  /** Why a value is none of this flag's; null for those that are. */
  readonly problem?: (value: string) => string | null
  readonly help: string
}

export type Flags = {
  readonly given: (name: string) => boolean
  readonly isOn: (name: string) => boolean
  /** The last value, or the default, or ''. */
  readonly text: (name: string) => string
  /** An int or uint flag; exact. */
  readonly integer: (name: string) => bigint
  /** All values in their order. */
  readonly list: (name: string) => readonly string[]
}

export type ParsedFlags =
  | { readonly type: 'Parsed'; readonly flags: Flags; readonly args: readonly string[] }
  | { readonly type: 'Help' }
  | { readonly type: 'Bad'; readonly message: string }

/** Splits `args` into flags and positional arguments. `Bad` carries Go's wording without usage. */
export const parseFlags = (specs: readonly FlagSpec[], args: readonly string[]): ParsedFlags => {
  const byName = new Map(specs.map((spec) => [spec.name, spec]))
  const values = new Map<string, string[]>()
  let at = 0
  while (at < args.length) {
    const arg = args[at] ?? ''
    if (arg.length < 2 || !arg.startsWith('-')) break
    at++
    if (arg === '--') break
    const body = arg.slice(arg.startsWith('--') ? 2 : 1)
    if (body === '' || body.startsWith('-') || body.startsWith('=')) return bad(`bad flag syntax: ${arg}`)
    const equals = body.indexOf('=')
    const name = equals < 0 ? body : body.slice(0, equals)
    const spec = byName.get(name)
    if (spec === undefined) {
      return name === 'h' || name === 'help' ? { type: 'Help' } : bad(`flag provided but not defined: -${name}`)
    }
    let value = equals < 0 ? undefined : body.slice(equals + 1)
    if (spec.kind === 'switch') value ??= 'true'
    else if (value === undefined) {
      value = args[at]
      if (value === undefined) return bad(`flag needs an argument: -${name}`)
      at++
    }
    const problem = check(spec, value)
    if (problem !== null) return bad(problem)
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return { type: 'Parsed', flags: reader(byName, values), args: args.slice(at) }
}

/** The words that Go's strconv.ParseBool knows; undefined for any other. */
export const parseBool = (text: string): boolean | undefined => bools.get(text)

const bools: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false] as const),
])

const bad = (message: string): ParsedFlags => ({ type: 'Bad', message })

const check = (spec: FlagSpec, value: string): string | null => {
  const quoted = JSON.stringify(value)
  if (spec.kind === 'switch') {
    return parseBool(value) === undefined ? `invalid boolean value ${quoted} for -${spec.name}: parse error` : null
  }
  const problem = spec.problem?.(value) ?? null
  if (problem !== null) return `invalid value ${quoted} for flag -${spec.name}: ${problem}`
  if (spec.kind !== 'int' && spec.kind !== 'uint') return null
  const number = parseInteger(value)
  const [low, high] = spec.kind === 'int' ? [-(1n << 63n), (1n << 63n) - 1n] : [0n, (1n << 64n) - 1n]
  if (number === null || (spec.kind === 'uint' && value.startsWith('-'))) {
    return `invalid value ${quoted} for flag -${spec.name}: parse error`
  }
  return number < low || number > high ? `invalid value ${quoted} for flag -${spec.name}: value out of range` : null
}

/** A whole number in decimal, 0x, 0o, 0b or with a leading zero (octal), as Go reads it; at most 40 characters. */
const parseInteger = (value: string): bigint | null => {
  if (value.length > 40) return null
  const sign = /^[+-]/.test(value) ? 1 : 0
  const digits = value.slice(sign).toLowerCase()
  const known = /^(0|[1-9][0-9]*|0x[0-9a-f]+|0b[01]+|0o?[0-7]+)$/.test(digits)
  if (!known) return null
  const size = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
  return value.startsWith('-') ? -size : size
}

const reader = (specs: ReadonlyMap<string, FlagSpec>, values: ReadonlyMap<string, readonly string[]>): Flags => {
  const text = (name: string) => values.get(name)?.at(-1) ?? specs.get(name)?.default ?? ''
  return {
    given: (name) => values.has(name),
    isOn: (name) => parseBool(text(name)) ?? false,
    text,
    integer: (name) => parseInteger(text(name)) ?? 0n,
    list: (name) => values.get(name) ?? [],
  }
}
