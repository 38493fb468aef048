/**
 * Texts with `${...}` in them, as templates of prepared queries have them (reference: template rendering). Between the
 * braces stands a variable, `match(N)`, or a literal; `$${` is a `${` of the text itself.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'

export const variables = ['name.full', 'name.prefix', 'name.suffix', 'agent.segment'] as const
export type Variable = (typeof variables)[number]

/** What a text is made of. */
export type Part =
  | { readonly type: 'Text'; readonly text: ByteString }
  | { readonly type: 'Variable'; readonly name: Variable }
  /** A capture of the template's regular expression, 0 for all that matched. */
  | { readonly type: 'Match'; readonly index: number }

/** Left: why the text cannot be read. */
export const parseInterpolation = (text: ByteString): E.Either<string, readonly Part[]> => {
  const parts: Part[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('${', at)
    if (open === -1) break
    if (open > at && text[open - 1] === '$') {
      parts.push({ type: 'Text', text: `${text.slice(at, open - 1)}\${` })
      at = open + 2
      continue
    }
    if (open > at) parts.push({ type: 'Text', text: text.slice(at, open) })
    const expression = parseExpression(text, open + 2)
    if (E.isLeft(expression)) return expression
    parts.push(expression.right.part)
    at = expression.right.end
  }
  if (at < text.length) parts.push({ type: 'Text', text: text.slice(at) })
  return E.right(parts)
}

type Expression = { readonly part: Part; readonly end: number }

const token = {
  call: /[ \t\n\r]*match[ \t\n\r]*\([ \t\n\r]*(-?[0-9]{1,9})[ \t\n\r]*\)[ \t\n\r]*\}/y,
  variable: /[ \t\n\r]*([A-Za-z_][A-Za-z0-9_.]*)[ \t\n\r]*\}/y,
  string: /[ \t\n\r]*"((?:[^"\\$\n]|\\["\\nt])*)"[ \t\n\r]*\}/y,
  integer: /[ \t\n\r]*(-?[0-9]{1,15})[ \t\n\r]*\}/y,
}

/** Reads from behind `${` to behind its `}`. */
const parseExpression = (text: ByteString, at: number): E.Either<string, Expression> => {
  const read = (pattern: RegExp): { readonly value: string; readonly end: number } | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    return found === null ? null : { value: found[1] ?? '', end: pattern.lastIndex }
  }
  const call = read(token.call)
  if (call !== null) return E.right({ part: { type: 'Match', index: Number(call.value) }, end: call.end })
  const variable = read(token.variable)
  if (variable !== null) {
    const name = variables.find((known) => known === variable.value)
    if (name === undefined) return E.left(`unknown variable accessed: ${variable.value}`)
    return E.right({ part: { type: 'Variable', name }, end: variable.end })
  }
  const string = read(token.string)
  if (string !== null) return E.right({ part: { type: 'Text', text: unescaped(string.value) }, end: string.end })
  const integer = read(token.integer)
  if (integer !== null)
    return E.right({ part: { type: 'Text', text: BigInt(integer.value).toString() }, end: integer.end })
  return E.left(`no variable, match(N), text or number between "\${" and "}" at byte ${at}`)
}

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : letter))
