/**
 * HCL 1 text to a tree, as configuration files use it: assignments, blocks, lists, heredocs, comments.
 *
 * | source | tree |
 * |---|---|
 * | `a = 1` | `{a: 1}`; a later `a` replaces it |
 * | `a { b = 1 }`, `a = { b = 1 }` | `{a: [{b: 1}]}`; a later block of the same name is appended |
 * | `a "x" { b = 1 }` | `{a: [{x: [{b: 1}]}]}` |
 *
 * Text that begins with `{` is JSON, as in HCL's own reader. Refusals read `At LINE:COLUMN: ...`.
 */
import * as E from 'fp-ts/lib/Either.js'
import { parseJson } from '../../json.ts'
import { isList, isObject, type Tree, type TreeObject } from '../../tree.ts'
import { scanHcl, type Token, type TokenType } from './hcl-scanner.ts'

/** Deeper nesting is refused. */
export const maxHclDepth = 100

/** Reads a document. Left: the text of the refusal. Never throws. */
export const parseHcl = (source: string): E.Either<string, TreeObject> => {
  if (/^\s*\{/.test(source)) {
    const json = parseJson(source)
    if (!json.ok) return E.left(json.message)
    return isObject(json.tree) ? E.right(json.tree) : E.left('root.object: the document is no object')
  }
  const parser = reader(source)
  const root = items(parser, 'EOF', 0)
  return parser.failure === null ? E.right(root) : E.left(parser.failure)
}

type Parser = {
  /** The token ahead. */
  token: Token
  failure: string | null
  readonly next: () => void
}

const reader = (source: string): Parser => {
  const scan = scanHcl(source)
  const parser: Parser = {
    token: scan(),
    failure: null,
    next: () => {
      parser.token = scan()
    },
  }
  return parser
}

const hasFailed = (parser: Parser): boolean => parser.failure !== null

/** Keeps the first refusal and ends the parse. */
const fail = (parser: Parser, message: string, at: Token = parser.token): null => {
  const text = parser.token.type === 'ILLEGAL' ? parser.token.text : message
  parser.failure ??= `At ${at.line}:${at.column}: ${text}`
  return null
}

/** The members of the root (`end` EOF) or of an object (`end` RBRACE, left as the token ahead). */
const items = (parser: Parser, end: 'EOF' | 'RBRACE', depth: number): TreeObject => {
  const members = new Map<string, Tree>()
  const blocks = new Map<string, Tree[]>() // lists that later blocks of the name are appended to
  while (!hasFailed(parser) && parser.token.type !== end) {
    if (parser.token.type === 'EOF') {
      // The recorded position of an object that never ends is one past the end of the file.
      const past = { ...parser.token, column: parser.token.column + 1 }
      fail(parser, 'object expected closing RBRACE got: EOF', past)
      break
    }
    item(parser, members, blocks, depth)
    if (!hasFailed(parser) && parser.token.type === 'COMMA') parser.next()
  }
  return members
}

const item = (parser: Parser, members: Map<string, Tree>, blocks: Map<string, Tree[]>, depth: number): void => {
  const keys: string[] = []
  while (parser.token.type === 'IDENT' || parser.token.type === 'STRING') {
    keys.push(parser.token.text)
    parser.next()
  }
  const name = keys[0]
  if (name === undefined) {
    fail(parser, `expected: IDENT | STRING got: ${parser.token.type}`)
    return
  }
  const tree = keyed(parser, keys, depth)
  if (hasFailed(parser)) return
  const before = blocks.get(name)
  if (isBlocks(tree) && before !== undefined) {
    for (const block of tree) before.push(block)
    return
  }
  blocks.delete(name)
  if (isBlocks(tree)) blocks.set(name, tree)
  members.set(name, tree)
}

/** What follows the keys of an item: `= value`, or a block that sits inside one object per further key. */
const keyed = (parser: Parser, keys: readonly string[], depth: number): Tree => {
  const { type } = parser.token
  if (type === 'ASSIGN') {
    if (keys.length > 1) return fail(parser, `nested object expected: LBRACE got: ${type}`)
    parser.next()
    return value(parser, depth + 1)
  }
  const shown = keys.slice(0, maxHclDepth).join(' ')
  if (type !== 'LBRACE') return fail(parser, `key '${shown}' expected start of object ('{') or assignment ('=')`)
  if (keys.length > maxHclDepth) return fail(parser, `nested deeper than ${maxHclDepth}`)
  const block: Tree = [object(parser, depth + 1)]
  return keys.slice(1).reduceRight<Tree>((inner, key) => [new Map([[key, inner]])], block)
}

/** A list of objects and nothing else, made here, so that it may grow. */
const isBlocks = (tree: Tree): tree is Tree[] =>
  isList(tree) && tree.length > 0 && tree.every((element) => isObject(element))

const object = (parser: Parser, depth: number): TreeObject => {
  if (depth > maxHclDepth) {
    fail(parser, `nested deeper than ${maxHclDepth}`)
    return new Map()
  }
  parser.next()
  const members = items(parser, 'RBRACE', depth)
  if (!hasFailed(parser)) parser.next()
  return members
}

const value = (parser: Parser, depth: number): Tree => {
  const { type } = parser.token
  if (type === 'LBRACE') return [object(parser, depth)]
  if (type === 'LBRACK') return elements(parser, depth)
  const tree = scalar(parser.token)
  if (tree === undefined)
    return fail(parser, `Unknown token: ${parser.token.type} ${JSON.stringify(parser.token.text)}`)
  parser.next()
  return tree
}

const scalars: ReadonlySet<TokenType> = new Set(['NUMBER', 'FLOAT', 'BOOL', 'STRING', 'HEREDOC'])

const scalar = ({ type, text }: Token): Tree | undefined => {
  if (!scalars.has(type)) return undefined
  if (type === 'BOOL') return text === 'true'
  if (type === 'FLOAT') return Number(text)
  return type === 'NUMBER' ? integer(text) : text
}

/** Decimal, 0x or, with a leading zero, octal. Beyond 2^53 a bigint. */
const integer = (text: string): Tree => {
  const negative = text.startsWith('-')
  const digits = negative ? text.slice(1) : text
  if (digits.length > maxIntegerDigits) return Number(text)
  const exact = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
  const signed = negative ? -exact : exact
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
}

/** Longer numbers fit no 64-bit field: they stay doubles. */
const maxIntegerDigits = 21

const elements = (parser: Parser, depth: number): Tree => {
  const list: Tree[] = []
  if (depth > maxHclDepth) return fail(parser, `nested deeper than ${maxHclDepth}`)
  parser.next()
  let needsComma = false
  while (!hasFailed(parser)) {
    const { type } = parser.token
    if (type === 'RBRACK') {
      parser.next()
      return list
    }
    if (type === 'COMMA') {
      needsComma = false
      parser.next()
      continue
    }
    if (needsComma) return fail(parser, `error parsing list, expected comma or list end, got: ${type}`)
    if (type === 'LBRACE') list.push(object(parser, depth + 1))
    else if (type === 'LBRACK') list.push(elements(parser, depth + 1))
    else {
      const tree = scalar(parser.token)
      if (tree === undefined) return fail(parser, `unexpected token while parsing list: ${type}`)
      list.push(tree)
      parser.next()
    }
    needsComma = true
  }
  return null
}
