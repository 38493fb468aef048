/**
 * JSON text to a tree (RFC 8259), for the command line and configuration files. Unlike `JSON.parse` it keeps whole
 * numbers exact, bounds the depth, and words its refusals as Go's encoding/json does, which scripts see.
 */
import type { Tree } from './tree.ts'

export type JsonResult =
  | { readonly ok: true; readonly tree: Tree }
  /** `offset` counts UTF-16 units from 0. */
  | { readonly ok: false; readonly message: string; readonly offset: number }

/** Deeper nesting than this is refused: Go's own limit is 10,000; no document of ours needs 500. */
export const maxJsonDepth = 500

/** Reads one JSON value and nothing after it. Never throws. */
export const parseJson = (text: string): JsonResult => {
  const cursor: Cursor = { text, at: 0, failure: null }
  const tree = value(cursor, 0)
  skipSpace(cursor)
  if (cursor.at < text.length) fail(cursor, 'after top-level value')
  if (cursor.failure !== null) return { ok: false, ...cursor.failure }
  return { ok: true, tree }
}

/** A parse in progress: the first failure stays. */
type Cursor = { readonly text: string; at: number; failure: { message: string; offset: number } | null }

const hasFailed = (cursor: Cursor): boolean => cursor.failure !== null

const fail = (cursor: Cursor, where: string): null => {
  if (cursor.failure !== null) return null
  const code = cursor.text.codePointAt(cursor.at)
  const message = code === undefined ? 'unexpected end of JSON input' : `invalid character ${quoted(code)} ${where}`
  cursor.failure = { message, offset: cursor.at }
  return null
}

/** A character as Go quotes it: 'x', '\n', '\'' and '"' for the double quote. */
const quoted = (code: number): string => {
  const char = String.fromCodePoint(code)
  if (char === "'") return "'\\''"
  if (char === '"') return `'"'`
  if (char === '\\') return "'\\\\'"
  const named = new Map([
    ['\n', '\\n'],
    ['\r', '\\r'],
    ['\t', '\\t'],
    ['\b', '\\b'],
    ['\f', '\\f'],
  ]).get(char)
  if (named !== undefined) return `'${named}'`
  return code < 0x20 || code === 0x7f ? `'\\x${code.toString(16).padStart(2, '0')}'` : `'${char}'`
}

const skipSpace = (cursor: Cursor): void => {
  for (; cursor.at < cursor.text.length; cursor.at++) {
    const char = cursor.text.charCodeAt(cursor.at)
    if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return
  }
}

const value = (cursor: Cursor, depth: number): Tree => {
  skipSpace(cursor)
  if (depth > maxJsonDepth) {
    cursor.failure ??= { message: `exceeded max depth of ${maxJsonDepth}`, offset: cursor.at }
    return null
  }
  switch (cursor.text.charAt(cursor.at)) {
    case '{':
      return object(cursor, depth)
    case '[':
      return array(cursor, depth)
    case '"':
      return string(cursor)
    case 't':
      return literal(cursor, 'true', true)
    case 'f':
      return literal(cursor, 'false', false)
    case 'n':
      return literal(cursor, 'null', null)
    default:
      return number(cursor)
  }
}

const literal = (cursor: Cursor, word: string, tree: Tree): Tree => {
  for (const expected of word) {
    if (cursor.text[cursor.at] !== expected) return fail(cursor, `in literal ${word} (expecting '${expected}')`)
    cursor.at++
  }
  return tree
}

const numberPattern = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y

const number = (cursor: Cursor): Tree => {
  numberPattern.lastIndex = cursor.at
  const match = numberPattern.exec(cursor.text)
  if (match === null) {
    const inNumber = cursor.text[cursor.at] === '-'
    if (inNumber) cursor.at++
    return fail(cursor, inNumber ? 'in numeric literal' : 'looking for beginning of value')
  }
  cursor.at += match[0].length
  const asNumber = Number(match[0])
  if (match[1] !== undefined || match[2] !== undefined || Number.isSafeInteger(asNumber)) return asNumber
  return match[0].length > maxIntegerDigits ? asNumber : BigInt(match[0])
}

/** Longer whole numbers fit no 64-bit field: they stay doubles. */
const maxIntegerDigits = 21

const object = (cursor: Cursor, depth: number): Tree => {
  const members = new Map<string, Tree>()
  cursor.at++
  skipSpace(cursor)
  if (cursor.text[cursor.at] === '}') {
    cursor.at++
    return members
  }
  for (;;) {
    skipSpace(cursor)
    if (cursor.text[cursor.at] !== '"') return fail(cursor, 'looking for beginning of object key string')
    const key = string(cursor)
    skipSpace(cursor)
    if (cursor.text[cursor.at] !== ':') return fail(cursor, 'after object key')
    cursor.at++
    const tree = value(cursor, depth + 1)
    if (hasFailed(cursor)) return null
    members.set(key, tree)
    skipSpace(cursor)
    const char = cursor.text[cursor.at]
    if (char !== ',' && char !== '}') return fail(cursor, 'after object key:value pair')
    cursor.at++
    if (char === '}') return members
  }
}

const array = (cursor: Cursor, depth: number): Tree => {
  const elements: Tree[] = []
  cursor.at++
  skipSpace(cursor)
  if (cursor.text[cursor.at] === ']') {
    cursor.at++
    return elements
  }
  for (;;) {
    const tree = value(cursor, depth + 1)
    if (hasFailed(cursor)) return null
    elements.push(tree)
    skipSpace(cursor)
    const char = cursor.text[cursor.at]
    if (char !== ',' && char !== ']') return fail(cursor, 'after array element')
    cursor.at++
    if (char === ']') return elements
  }
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** Everything up to a quote, a backslash or a control character. */
const plainRun = /[^"\\\u0000-\u001f]*/y

const string = (cursor: Cursor): string => {
  cursor.at++
  let out = ''
  for (;;) {
    plainRun.lastIndex = cursor.at
    const run = plainRun.exec(cursor.text)?.[0] ?? ''
    out += run
    cursor.at += run.length
    const char = cursor.text[cursor.at]
    if (char === '"') {
      cursor.at++
      return out
    }
    if (char !== '\\') {
      fail(cursor, 'in string literal')
      return out
    }
    cursor.at++
    out += escape(cursor)
    if (hasFailed(cursor)) return out
  }
}

const escape = (cursor: Cursor): string => {
  const char = cursor.text[cursor.at] ?? ''
  const simple = simpleEscapes.get(char)
  if (simple !== undefined) {
    cursor.at++
    return simple
  }
  if (char !== 'u') {
    fail(cursor, 'in string escape code')
    return ''
  }
  cursor.at++
  for (let i = 0; i < 4; i++) {
    if (!/^[0-9a-fA-F]$/.test(cursor.text[cursor.at + i] ?? '')) {
      cursor.at += i
      fail(cursor, 'in \\u hexadecimal character escape')
      return ''
    }
  }
  const unit = Number.parseInt(cursor.text.slice(cursor.at, cursor.at + 4), 16)
  cursor.at += 4
  return String.fromCharCode(unit)
}
