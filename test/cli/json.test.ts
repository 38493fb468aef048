import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { maxJsonDepth, parseJson } from '../../src/cli/json.ts'
import { toJson, type Tree } from '../../src/cli/tree.ts'

/** JSON.parse's value as a tree: whole numbers that a double does not hold exactly are bigints of their digits. */
const treeOf = (value: unknown): Tree => {
  if (Array.isArray(value)) return value.map(treeOf)
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, inner]) => [key, treeOf(inner)]))
  }
  const isLarge = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  const digits = JSON.stringify(value)
  return isLarge && /^[-\d]{1,21}$/.test(digits) ? BigInt(digits) : (value as Tree) // the sign counts
}

const message = (text: string): string => {
  const result = parseJson(text)
  return result.ok ? `read ${toJson(result.tree)}` : result.message
}

describe('JSON', () => {
  test('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual({ ok: true, tree: treeOf(JSON.parse(text)) })
      }),
    )
  })

  test('is refused exactly where JSON.parse refuses it', () => {
    const accepts = (text: string) => {
      try {
        JSON.parse(text)
        return true
      } catch {
        return false
      }
    }
    const broken = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, noise]) => {
      const place = at % (text.length + 1)
      return text.slice(0, place) + noise + text.slice(place + 1)
    })
    fc.assert(fc.property(broken, (text) => expect(parseJson(text).ok).toBe(accepts(text))))
  })

  test('keeps whole numbers exact', () => {
    const text = '[9007199254740991,9007199254740993,18446744073709551615,-1,1.5,1e2]'
    expect(message(text)).toBe('read [9007199254740991,9007199254740993,18446744073709551615,-1,1.5,100]')
  })

  test('keeps a key named __proto__', () => {
    const result = parseJson('{"__proto__":{"a":1}}')
    expect(result.ok && toJson(result.tree)).toBe('{"__proto__":{"a":1}}')
  })

  test('is bounded in depth', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(parseJson(nested(maxJsonDepth)).ok).toBe(true)
    expect(message(nested(100_000))).toBe('exceeded max depth of 500')
  })

  test.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['{"a"', 'unexpected end of JSON input'],
    ['[1', 'unexpected end of JSON input'],
    ['"x', 'unexpected end of JSON input'],
    ['{,}', "invalid character ',' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 2}', "invalid character '2' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['tru!', "invalid character '!' in literal true (expecting 'e')"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1 x', "invalid character 'x' after top-level value"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"],
    ["'", "invalid character '\\'' looking for beginning of value"],
  ])('%j is refused in the words of Go', (text, refusal) => expect(message(text)).toBe(refusal))
})

describe('Trees as text', () => {
  test('come back when they are read again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', '\t', '  '), (value, indent) => {
        expect(parseJson(toJson(treeOf(value), indent))).toEqual({
          ok: true,
          tree: treeOf(JSON.parse(JSON.stringify(value))),
        })
      }),
    )
  })

  test('are indented as asked; empty ones stay on their line', () => {
    const tree: Tree = new Map<string, Tree>([
      ['a', [1, new Map()]],
      ['b', []],
    ])
    expect(toJson(tree, '\t')).toBe('{\n\t"a": [\n\t\t1,\n\t\t{}\n\t],\n\t"b": []\n}')
    expect(toJson(tree)).toBe('{"a":[1,{}],"b":[]}')
  })
})
