/**
 * Tokens of HCL 1. Lines and columns count from 1; a column is a character. The scanner never fails: what is no token
 * becomes one of type ILLEGAL whose `text` says why.
 */

export type TokenType =
  | 'EOF'
  | 'ILLEGAL'
  | 'IDENT'
  | 'NUMBER'
  | 'FLOAT'
  | 'BOOL'
  | 'STRING'
  | 'HEREDOC'
  | 'LBRACK'
  | 'RBRACK'
  | 'LBRACE'
  | 'RBRACE'
  | 'COMMA'
  | 'PERIOD'
  | 'ASSIGN'
  | 'ADD'
  | 'SUB'

/** `text`: the value of strings and heredocs, the spelling of everything else. */
export type Token = { readonly type: TokenType; readonly text: string; readonly line: number; readonly column: number }

/** Returns the next token at each call; EOF for ever at the end. Comments are skipped. */
export const scanHcl = (source: string): (() => Token) => {
  const cursor: Cursor = { source, at: 0, lineStart: 0, line: 1 }
  return () => {
    const comment = skipBlank(cursor)
    if (comment !== null) return comment
    const [line, column] = [cursor.line, cursor.at - cursor.lineStart + 1]
    const { type, text } = token(cursor)
    return { type, text, line, column }
  }
}

type Cursor = { readonly source: string; at: number; lineStart: number; line: number }
type Read = Pick<Token, 'type' | 'text'>

const illegal = (text: string): Read => ({ type: 'ILLEGAL', text })

const punctuation: ReadonlyMap<string, TokenType> = new Map([
  ['[', 'LBRACK'],
  [']', 'RBRACK'],
  ['{', 'LBRACE'],
  ['}', 'RBRACE'],
  [',', 'COMMA'],
  ['.', 'PERIOD'],
  ['=', 'ASSIGN'],
  ['+', 'ADD'],
])

const token = (cursor: Cursor): Read => {
  const char = cursor.source[cursor.at]
  if (char === undefined) return { type: 'EOF', text: '' }
  const name = match(cursor, /[\p{L}_][\p{L}\p{Nd}_\-.]*/uy)
  if (name !== null) return { type: name === 'true' || name === 'false' ? 'BOOL' : 'IDENT', text: name }
  if (/[0-9]/.test(char) || /^-[0-9]/.test(cursor.source.slice(cursor.at, cursor.at + 2))) return number(cursor)
  if (char === '"') return string(cursor)
  if (char === '<') return heredoc(cursor)
  cursor.at++
  const type = char === '-' ? 'SUB' : punctuation.get(char)
  return type === undefined ? illegal('illegal character') : { type, text: char }
}

/** Skips white space and comments; an unfinished comment comes back as a token. */
const skipBlank = (cursor: Cursor): Token | null => {
  for (;;) {
    const before = cursor.at
    advance(cursor, match(cursor, /[ \t\r\n\uFEFF]+/y))
    match(cursor, /(#|\/\/)[^\n]*/y)
    const [line, column] = [cursor.line, cursor.at - cursor.lineStart + 1]
    if (cursor.source.startsWith('/*', cursor.at)) {
      const end = cursor.source.indexOf('*/', cursor.at + 2)
      const stop = end < 0 ? cursor.source.length : end + 2
      const comment = cursor.source.slice(cursor.at, stop)
      cursor.at = stop
      advance(cursor, comment)
      if (end < 0) return { type: 'ILLEGAL', text: 'comment not terminated', line, column }
    }
    if (cursor.at === before) return null
  }
}

const match = (cursor: Cursor, pattern: RegExp): string | null => {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.source)
  if (found === null) return null
  cursor.at += found[0].length
  return found[0]
}

/** Counts the lines of text that the cursor has just passed. */
const advance = (cursor: Cursor, passed: string | null): void => {
  if (passed === null) return
  for (let at = passed.indexOf('\n'); at >= 0; at = passed.indexOf('\n', at + 1)) {
    cursor.line++
    cursor.lineStart = cursor.at - passed.length + at + 1
  }
}

const number = (cursor: Cursor): Read => {
  const text = match(cursor, /-?(0[xX][0-9a-fA-F]+|[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)/y) ?? ''
  const isFloat = /[.eE]/.test(text) && !/0[xX]/.test(text)
  if (!isFloat && /^-?0[0-9]*[89]/.test(text)) return illegal('illegal octal number')
  return { type: isFloat ? 'FLOAT' : 'NUMBER', text }
}

/** The characters after a backslash; `$` and others are refused as Go's strconv.Unquote does. */
const escapes: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ['"', '"'],
])

const string = (cursor: Cursor): Read => {
  cursor.at++
  let text = ''
  let braces = 0 // inside ${ }, where quotes and line ends are plain text
  for (;;) {
    const char = cursor.source[cursor.at]
    if (char === undefined || (char === '\n' && braces === 0)) return illegal('literal not terminated')
    if (char === '"' && braces === 0) break
    if (char === '\\' && braces === 0) {
      const escaped = escape(cursor)
      if (escaped === null) return illegal('illegal char escape')
      text += escaped
      continue
    }
    const opens = braces === 0 && cursor.source.startsWith('${', cursor.at)
    if (opens || (braces > 0 && char === '{')) braces++
    else if (braces > 0 && char === '}') braces--
    const taken = opens ? '${' : char
    cursor.at += taken.length
    advance(cursor, taken)
    text += taken
  }
  cursor.at++
  return { type: 'STRING', text }
}

const escape = (cursor: Cursor): string | null => {
  const found = match(cursor, /\\(?:([abfnrtv\\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/y)
  if (found === null) return null
  const simple = escapes.get(found.slice(1))
  if (simple !== undefined) return simple
  const code = /^\\[0-7]/.test(found) ? Number.parseInt(found.slice(1), 8) : Number.parseInt(found.slice(2), 16)
  return code > 0x10ffff ? null : String.fromCodePoint(code)
}

/** `<<MARK` up to a line that holds MARK alone; `<<-MARK` takes the indentation of that line off every line. */
const heredoc = (cursor: Cursor): Read => {
  const opening = match(cursor, /<<-?[\p{L}\p{Nd}_]+\r?\n/uy)
  if (opening === null) {
    cursor.at++
    return illegal("heredoc expected second '<', didn't see it")
  }
  advance(cursor, opening)
  const indented = opening.startsWith('<<-')
  const mark = opening.slice(indented ? 3 : 2).trim()
  const lines: string[] = []
  while (cursor.at < cursor.source.length) {
    const line = match(cursor, /[^\n]*(\n|$)/y) ?? ''
    if (line.trim() === mark && (indented || line.startsWith(mark))) {
      cursor.at -= line.endsWith('\n') ? 1 : 0
      return { type: 'HEREDOC', text: unindented(lines, indented ? line.slice(0, line.indexOf(mark)) : '') }
    }
    advance(cursor, line)
    lines.push(line)
  }
  return illegal('heredoc not terminated')
}

const unindented = (lines: readonly string[], margin: string): string => {
  const all = lines.every((line) => line.startsWith(margin))
  return lines.map((line) => (all ? line.slice(margin.length) : line)).join('')
}
