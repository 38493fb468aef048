/**
 * Parser of the filter language (go-bexpr 0.1.2, reference: HTTP API 1.10). A parsing expression grammar: alternatives
 * are tried in order, the first that fits wins. Each rule is a method that returns null and restores the position when
 * it does not fit; the farthest failure and what was expected there make the error text.
 *
 *     Or       = And (ws "or" ws And)*            And   = Not (ws "and" ws Not)*
 *     Not      = "not" ws Not | Paren             Paren = "(" ws? Or ws? ")" | Match
 *     Match    = Selector Operator Value | Selector ws "is" ws ["not" ws] "empty" | Value ws ["not" ws] "in" ws Selector
 *     Selector = Ident ("." Ident | "[" ws? String ws? "]")*
 *     Value    = Selector | Number | String
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import type { Expression, Operator } from './expression.ts'
import { unquote } from './string-literal.ts'

/** Longest accepted expression in bytes: ours, the original has no limit. */
export const filterLimitBytes = 4096
/** Deepest nesting of parentheses and negations: ours, against exhausting the stack. */
export const filterLimitDepth = 64

/** An expression, or why the text is none. */
export const parseFilter = (text: ByteString): E.Either<string, Expression> => {
  if (text.length > filterLimitBytes)
    return E.left(`expression of ${text.length} bytes exceeds the limit of ${filterLimitBytes}`)
  const parser = new Parser(text)
  const expression = parser.input()
  return expression === null ? E.left(parser.failure()) : E.right(expression)
}

/** Operators between a selector and a value, longest keyword sequence last, in the order they are tried. */
const infix: readonly (readonly [readonly string[], Operator])[] = [
  [['contains'], 'in'],
  [['not', 'contains'], 'notIn'],
  [['matches'], 'matches'],
  [['not', 'matches'], 'notMatches'],
]
const emptiness: readonly (readonly [readonly string[], Operator])[] = [
  [['is', 'empty'], 'empty'],
  [['is', 'not', 'empty'], 'notEmpty'],
]

class Parser {
  private readonly text: string
  private at = 0
  private depth = 0
  private tooDeep = false
  private farthest = 0
  private readonly expected = new Set<string>()

  constructor(text: string) {
    this.text = text
  }

  input(): Expression | null {
    this.space()
    const expression = this.or()
    if (expression === null) return null
    this.space()
    return this.at === this.text.length ? expression : this.miss('EOF')
  }

  failure(): string {
    if (this.tooDeep) return `expression is nested deeper than ${filterLimitDepth}`
    const before = this.text.slice(0, this.farthest)
    const lineStart = before.lastIndexOf('\n') + 1
    const line = before.split('\n').length
    const wanted = [...this.expected].sort()
    const last = wanted.length - 1
    const list = last > 0 ? `${wanted.slice(0, last).join(', ')} or ${wanted[last] ?? ''}` : (wanted[0] ?? '')
    return `${line}:${this.farthest - lineStart + 1} (${this.farthest}): no match found, expected: ${list}`
  }

  private or(): Expression | null {
    return this.chain('or', () => this.and())
  }

  private and(): Expression | null {
    return this.chain('and', () => this.not())
  }

  /** Right-grouping of the grammar and left-to-right evaluation come to the same: both operators are associative. */
  private chain(keyword: 'and' | 'or', operand: () => Expression | null): Expression | null {
    const first = operand()
    if (first === null) return null
    const operands = [first]
    for (;;) {
      const start = this.at
      const next = this.words([keyword]) && this.requiredSpace() ? operand() : null
      if (next === null) {
        this.at = start
        return operands.length === 1 ? first : { type: keyword, operands }
      }
      operands.push(next)
    }
  }

  private not(): Expression | null {
    return this.nested(() => {
      const start = this.at
      if (this.literal('not') && this.requiredSpace()) {
        const operand = this.not()
        if (operand !== null) return { type: 'not', operand }
      }
      this.at = start
      return this.parenthesized() ?? this.match()
    })
  }

  private nested(rule: () => Expression | null): Expression | null {
    if (this.depth >= filterLimitDepth) this.tooDeep = true
    if (this.tooDeep) return null
    this.depth += 1
    const result = rule()
    this.depth -= 1
    return result
  }

  private parenthesized(): Expression | null {
    const start = this.at
    if (this.literal('(')) {
      this.space()
      const inner = this.or()
      if (inner !== null) {
        this.space()
        if (this.literal(')')) return inner
      }
    }
    this.at = start
    return null
  }

  private match(): Expression | null {
    const start = this.at
    const match = this.selectorFirst(start) ?? this.valueFirst(start)
    if (match === null) this.at = start
    return match
  }

  private selectorFirst(start: number): Expression | null {
    this.at = start
    const selector = this.selector()
    if (selector === null) return null
    const afterSelector = this.at
    const operator = this.infixOperator()
    if (operator !== null) {
      const value = this.value()
      if (value !== null) return { type: 'match', selector, operator, value }
    }
    this.at = afterSelector
    for (const [words, test] of emptiness)
      if (this.words(words)) return { type: 'match', selector, operator: test, value: '' }
    return null
  }

  private valueFirst(start: number): Expression | null {
    this.at = start
    const value = this.value()
    if (value === null) return null
    const operator = this.words(['in']) ? 'in' : this.words(['not', 'in']) ? 'notIn' : null
    if (operator === null || !this.requiredSpace()) return null
    const selector = this.selector()
    return selector === null ? null : { type: 'match', selector, operator, value }
  }

  private infixOperator(): Operator | null {
    const start = this.at
    this.space()
    const symbol = this.literal('==') ? 'equal' : this.literal('!=') ? 'notEqual' : null
    if (symbol !== null) {
      this.space()
      return symbol
    }
    this.at = start
    for (const [words, operator] of infix) {
      if (this.words(words) && this.requiredSpace()) return operator
      this.at = start
    }
    return null
  }

  private selector(): readonly ByteString[] | null {
    const first = this.identifier()
    if (first === null) return null
    const path = [first]
    for (;;) {
      const start = this.at
      const next = this.literal('.') ? this.identifier() : this.index()
      if (next === null) {
        this.at = start
        return path
      }
      path.push(next)
    }
  }

  private index(): ByteString | null {
    if (!this.literal('[')) return null
    this.space()
    const key = this.string()
    if (key === null) return null
    this.space()
    return this.literal(']') ? key : null
  }

  /** A bare selector used as a value is its dotted text. */
  private value(): ByteString | null {
    const selector = this.selector()
    return selector === null ? (this.number() ?? this.string()) : selector.join('.')
  }

  private number(): ByteString | null {
    const start = this.at
    const number = this.pattern(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?/y, 'number')
    if (number === null) return null
    const next = this.text.charAt(this.at)
    if (next === '' || next === ')' || isSpace(next)) return number
    this.miss('[ \\t\\r\\n]')
    this.miss('")"')
    this.miss('EOF')
    this.at = start
    return null
  }

  private string(): ByteString | null {
    const start = this.at
    const literal = this.pattern(/`[^`]*`|"[^"]*"/y, 'string')
    const content = literal === null ? null : unquote(literal)
    if (content === null) this.at = start
    return content
  }

  private identifier(): ByteString | null {
    return this.pattern(/[a-zA-Z][a-zA-Z0-9_]*/y, '[a-zA-Z]')
  }

  /** White space and then the words, white space between them; restores the position when they do not follow. */
  private words(words: readonly string[]): boolean {
    const start = this.at
    for (const word of words) {
      if (this.requiredSpace() && this.literal(word)) continue
      this.at = start
      return false
    }
    return true
  }

  private literal(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) {
      this.miss(`"${text}"`)
      return false
    }
    this.at += text.length
    return true
  }

  private pattern(pattern: RegExp, name: string): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found === null) return this.miss(name)
    this.at += found[0].length
    return found[0]
  }

  private requiredSpace(): boolean {
    if (!isSpace(this.text.charAt(this.at))) {
      this.miss('[ \\t\\r\\n]')
      return false
    }
    this.space()
    return true
  }

  private space(): void {
    while (isSpace(this.text.charAt(this.at))) this.at += 1
  }

  private miss(expected: string): null {
    if (this.at > this.farthest) {
      this.farthest = this.at
      this.expected.clear()
    }
    if (this.at === this.farthest) this.expected.add(expected)
    return null
  }
}

const isSpace = (char: string): boolean => char === ' ' || char === '\t' || char === '\r' || char === '\n'
