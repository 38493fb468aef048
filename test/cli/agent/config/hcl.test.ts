import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { maxHclDepth, parseHcl } from '../../../../src/cli/agent/config/hcl.ts'
import { parseJson } from '../../../../src/cli/json.ts'
import { toJson, type Tree } from '../../../../src/cli/tree.ts'

const asJson = (source: string): string => {
  const tree = parseHcl(source)
  return E.isRight(tree) ? toJson(tree.right) : tree.left
}

describe('Values', () => {
  test.each([
    ['a = 1', '{"a":1}'],
    ['a = -1', '{"a":-1}'],
    ['a = 0x1F', '{"a":31}'],
    ['a = 010', '{"a":8}'],
    ['a = 1.5', '{"a":1.5}'],
    ['a = 1e3', '{"a":1000}'],
    ['a = 18446744073709551615', '{"a":18446744073709551615}'],
    ['a = true', '{"a":true}'],
    ['a = "x"', '{"a":"x"}'],
    ['"a b" = "x"', '{"a b":"x"}'],
    ['a.b-c_d = 1', '{"a.b-c_d":1}'],
    ['a = [1, "x", true, [2], {b = 3},]', '{"a":[1,"x",true,[2],{"b":3}]}'],
    ['a = []', '{"a":[]}'],
    ['a = 1\na = 2', '{"a":2}'],
    ['', '{}'],
  ])('%s', (source, json) => expect(asJson(source)).toBe(json))

  test.each([
    [String.raw`a = "q\"b\\n\n\t\u00e9\x41\101\U0001F600"`, 'q"b\\n\n\té\x41A😀'],
    ['a = "${join(",", x)} {"', '${join(",", x)} {'],
    ['a = "${ {b} }"', '${ {b} }'],
    ['a = <<EOF\nline 1\n  line 2\nEOF\n', 'line 1\n  line 2\n'],
    ['a = <<-EOF\n    line 1\n      line 2\n    EOF\n', 'line 1\n  line 2\n'],
    ['a = <<EOF\nEOF', ''],
  ])('text %j', (source, text) => {
    expect(parseHcl(source)).toEqual(E.right(new Map([['a', text]])))
  })
})

describe('Blocks', () => {
  test.each([
    ['a { b = 1 }', '{"a":[{"b":1}]}'],
    ['a = { b = 1 }', '{"a":[{"b":1}]}'],
    ['a { b = 1 }\na { b = 2 }', '{"a":[{"b":1},{"b":2}]}'],
    ['a = [{ b = 1 }]\na { b = 2 }', '{"a":[{"b":1},{"b":2}]}'],
    ['a "x" { b = 1 }', '{"a":[{"x":[{"b":1}]}]}'],
    ['a "x" "y" {}', '{"a":[{"x":[{"y":[{}]}]}]}'],
    ['a { b = 1, c = 2 }', '{"a":[{"b":1,"c":2}]}'],
  ])('%j', (source, json) => expect(asJson(source)).toBe(json))
})

test('Comments of all three kinds are skipped', () => {
  expect(asJson('# one\na = 1 // two\n/* three\n lines */ b = 2 # end')).toBe('{"a":1,"b":2}')
})

test('A document that begins with a brace is JSON', () => {
  expect(asJson(' {"a": {"b": 1}}')).toBe('{"a":{"b":1}}')
})

describe('Refusals name line and column', () => {
  test.each([
    ['a = {', 'At 1:7: object expected closing RBRACE got: EOF'],
    ['a {\n  b = 1\n', 'At 3:2: object expected closing RBRACE got: EOF'],
    ['a', "At 1:2: key 'a' expected start of object ('{') or assignment ('=')"],
    ['a b = 1', 'At 1:5: nested object expected: LBRACE got: ASSIGN'],
    ['a = b', 'At 1:5: Unknown token: IDENT "b"'],
    ['= 1', 'At 1:1: expected: IDENT | STRING got: ASSIGN'],
    ['a = 1\n}', 'At 2:1: expected: IDENT | STRING got: RBRACE'],
    ['a = [1 2]', 'At 1:8: error parsing list, expected comma or list end, got: NUMBER'],
    ['a = [b]', 'At 1:6: unexpected token while parsing list: IDENT'],
    ['a = [1', 'At 1:7: error parsing list, expected comma or list end, got: EOF'],
    ['a = "x', 'At 1:5: literal not terminated'],
    ['a = "x\n"', 'At 1:5: literal not terminated'],
    ['a = "\\q"', 'At 1:5: illegal char escape'],
    ['a = <<EOF\nx', 'At 1:5: heredoc not terminated'],
    ['a = 09', 'At 1:5: illegal octal number'],
    ['\n\n  a = ?', 'At 3:7: illegal character'],
    ['a = 1 /* x', 'At 1:7: comment not terminated'],
  ])('%j', (source, text) => expect(parseHcl(source)).toEqual(E.left(text)))
})

describe('Depth is bounded', () => {
  const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth)

  test('for objects', () => {
    expect(E.isRight(parseHcl(nested('a {', '}', maxHclDepth)))).toBe(true)
    expect(asJson(nested('a {', '}', maxHclDepth + 1))).toContain('nested deeper than')
  })

  test('for lists, labels and JSON', () => {
    expect(asJson(`a = ${nested('[', ']', 100_000)}`)).toContain('nested deeper than')
    expect(asJson(`a ${'"x" '.repeat(100_000)} {}`)).toContain('nested deeper than')
    expect(asJson(`{"a":${nested('[', ']', 100_000)}}`)).toContain('exceeded max depth')
  })
})

/** Trees as HCL can write them: objects stand in lists. */
const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.string({ maxLength: 12 }), fc.constant('${a}'))
const { tree } = fc.letrec<{ tree: Tree; object: ReadonlyMap<string, Tree> }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    tie('object').map((object): Tree => [object]),
  ),
  object: fc
    .array(
      fc.tuple(
        fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/).filter((key) => key !== 'true' && key !== 'false'),
        tie('tree'),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => new Map(pairs)),
}))

const toHcl = (value: Tree): string => {
  if (Array.isArray(value)) return `[${value.map(toHcl).join(', ')}]`
  if (value instanceof Map) {
    return `{\n${[...(value as ReadonlyMap<string, Tree>)].map(([key, inner]) => `${key} = ${toHcl(inner)}`).join('\n')}\n}`
  }
  if (typeof value !== 'string') return toJson(value)
  return `"${Array.from(value)
    .map((char) => (char === '$' || char === '{' ? char : hclChar(char)))
    .join('')}"`
}

const hclChar = (char: string): string =>
  /[ -!#-[\]-~]/.test(char) ? char : `\\U${char.codePointAt(0)!.toString(16).padStart(8, '0')}`

test('HCL and JSON of the same tree read the same', () => {
  fc.assert(
    fc.property(tree, (value) => {
      const fromJson = parseJson(toJson(new Map([['root', value]])))
      expect(fromJson.ok && E.right(fromJson.tree)).toEqual(parseHcl(`root = ${toHcl(value)}`))
    }),
  )
})
