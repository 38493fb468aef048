import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type { QueryDefinition } from '../../../src/domain/prepared-query.ts'
import { parseInterpolation } from '../../../src/projections/prepared-query/interpolation.ts'
import { compileTemplate, maxRegexpBytes, maxRenderedBytes } from '../../../src/projections/prepared-query/template.ts'
import { aQuery, aTemplate } from '../../prepared-query-builders.ts'

/** The service's name, rendered. */
const rendered = (definition: QueryDefinition, name: string): string => {
  const template = compileTemplate(definition)
  if (E.isLeft(template)) throw new Error(JSON.stringify(template.left))
  const service = template.right?.(name) ?? E.right(definition.service)
  return E.isRight(service) ? service.right.service : JSON.stringify(service.left)
}

const text = (format: string, name = 'geo-db-eu', regexp = '^geo-([a-z]+)-([a-z]+)$'): string =>
  rendered(aTemplate('geo-', regexp, { service: format }), name)

describe('A text of a template', () => {
  test.each<[string, string]>([
    ['plain', 'plain'],
    ['${name.full}', 'geo-db-eu'],
    ['${name.prefix}|${name.suffix}', 'geo-|db-eu'],
    ['[${agent.segment}]', '[]'],
    ['${match(1)}.${match(2)}', 'db.eu'],
    ['${match(0)}', 'geo-db-eu'],
    ['[${match(3)}${match(-1)}${match(999)}]', '[]'],
    ['${ name.full }', 'geo-db-eu'],
    ['${ match ( 1 ) }', 'db'],
    ['$${name.full}', '${name.full}'],
    ['a$${b}c', 'a${b}c'],
    ['$ {name.full} $', '$ {name.full} $'],
    ['${"web"}', 'web'],
    ['${"a\\"b\\\\c\\n"}', 'a"b\\c\n'],
    ['${42}', '42'],
    ['${-7}x', '-7x'],
    ['}${name.suffix}{', '}db-eu{'],
  ])('%s is rendered to %s', (format, expected) => {
    expect(text(format)).toBe(expected)
  })

  test('captures nothing where the expression does not match, or is none', () => {
    expect(text('[${match(1)}]', 'geo-other')).toBe('[]')
    expect(text('[${match(0)}]', 'geo-db-eu', '')).toBe('[]')
    expect(text('[${match(1)}]', 'geo-x', '^geo-(?:(a)|x)$')).toBe('[]')
  })

  test('matches and renders characters, not bytes', () => {
    const name = Buffer.from('geo-ü', 'utf8').toString('latin1')
    expect(text('${match(1)}', name, '^geo-(.)$')).toBe(Buffer.from('ü', 'utf8').toString('latin1'))
  })

  test('keeps a name that begins with the prefix in another case whole', () => {
    expect(text('${name.suffix}', 'GEO-db')).toBe('GEO-db')
  })

  test.each([
    '${',
    '${}',
    '${name.full',
    '${bogus(',
    '${match()}',
    '${match(a)}',
    '${match(1)',
    '${name.half}',
    '${"a}',
  ])('%s is refused with where it stands', (format) => {
    const template = compileTemplate(aTemplate('geo-', '', { tags: ['ok', format] }))
    expect(template).toMatchObject({ left: { type: 'BadFormat', format, path: '.Tags[1]' } })
  })
})

describe('A template', () => {
  test('renders every text of its service, keys of maps excepted', () => {
    const full = '${name.full}'
    const template = compileTemplate(
      aTemplate('x', '', {
        service: full,
        datacenters: [full],
        targets: [{ peer: full, datacenter: full }],
        ignoreCheckIds: [full],
        near: full,
        tags: ['a', full],
        nodeMeta: [[full, full]],
        serviceMeta: [['k', full]],
        peer: full,
      }),
    )
    expect(E.isRight(template) && template.right?.('xy')).toEqual(
      E.right({
        ...aQuery().service,
        service: 'xy',
        datacenters: ['xy'],
        targets: [{ peer: 'xy', datacenter: 'xy' }],
        ignoreCheckIds: ['xy'],
        near: 'xy',
        tags: ['a', 'xy'],
        nodeMeta: [[full, 'xy']],
        serviceMeta: [['k', 'xy']],
        peer: 'xy',
      }),
    )
  })

  test.each<[string, Parameters<typeof aTemplate>[2], string]>([
    ['.Failover.Datacenters[0]', { datacenters: ['${'] }, '.Failover.Datacenters[0]'],
    ['.Failover.Targets[0].Peer', { targets: [{ peer: '${', datacenter: '${' }] }, '.Failover.Targets[0].Peer'],
    ['.NodeMeta[k]', { nodeMeta: [['k', '${']] }, '.NodeMeta[k]'],
    ['the first of several', { service: '${', near: '${' }, '.Service'],
  ])('names %s', (_, service, path) => {
    expect(compileTemplate(aTemplate('x', '', service))).toMatchObject({ left: { type: 'BadFormat', path } })
  })

  test('drops tags that are empty, if it wants', () => {
    const tags = ['${match(1)}', 'a', '']
    const template = { type: 'name_prefix_match', regexp: '', removeEmptyTags: true }
    const compiled = compileTemplate(aQuery({ name: 'x', template, service: { tags } }))
    expect(E.isRight(compiled) && compiled.right?.('x')).toMatchObject({ right: { tags: ['a'] } })
    const none = compileTemplate(aQuery({ name: 'x', template }))
    expect(E.isRight(none) && none.right?.('x')).toMatchObject({ right: { tags: [] } })
    const keeps = compileTemplate(aTemplate('x', '', { tags }))
    expect(E.isRight(keeps) && keeps.right?.('x')).toMatchObject({ right: { tags: ['', 'a', ''] } })
  })

  test('is none without a type, whatever its texts look like', () => {
    expect(compileTemplate(aQuery({ service: { service: '${' } }))).toEqual(E.right(null))
  })

  test('has an expression that RE2 reads and that is not too long', () => {
    expect(compileTemplate(aTemplate('x', '('))).toMatchObject({ left: { type: 'BadRegexp' } })
    expect(compileTemplate(aTemplate('x', '(a)\\1'))).toMatchObject({ left: { type: 'BadRegexp' } })
    expect(E.isRight(compileTemplate(aTemplate('x', 'a'.repeat(maxRegexpBytes))))).toBe(true)
    expect(compileTemplate(aTemplate('x', 'a'.repeat(maxRegexpBytes + 1)))).toMatchObject({
      left: { type: 'BadRegexp', why: `expression is longer than ${maxRegexpBytes} bytes` },
    })
  })

  test('matches in linear time', () => {
    expect(text('[${match(1)}]', `geo-${'a'.repeat(5_000)}!`, '^geo-((a*)*)*$')).toBe('[]')
  })

  test('does not grow without bound', () => {
    const times = 100
    const definition = aTemplate('x', '', { service: '${name.full}'.repeat(times) })
    const fits = Math.floor(maxRenderedBytes / times)
    expect(rendered(definition, 'x'.repeat(fits))).toHaveLength(fits * times)
    expect(rendered(definition, 'x'.repeat(fits + 1))).toContain('renders to more than')
  })
})

describe('Any text', () => {
  const pieces = fc.constantFrom(
    '$',
    '${',
    '$${',
    '}',
    'name.full',
    'name.',
    'match(',
    '1',
    ')',
    '"',
    '\\',
    ' ',
    'ü',
    '-',
    '0',
  )
  const soup = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  )

  test('is read or refused, and never throws', () => {
    fc.assert(
      fc.property(soup, soup, soup, (format, name, regexp) => {
        const template = compileTemplate(aTemplate('x', regexp, { service: format, tags: [format] }))
        if (E.isLeft(template)) expect(['BadRegexp', 'BadFormat']).toContain(template.left.type)
        else expect(E.isRight(template.right?.(name) ?? E.left(null))).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  test('without a dollar is itself', () => {
    fc.assert(
      fc.property(fc.string(), (format) => {
        const plain = format.replaceAll('$', '')
        expect(parseInterpolation(plain)).toEqual(E.right(plain === '' ? [] : [{ type: 'Text', text: plain }]))
      }),
    )
  })

  test('is read as a naive second reader reads it', () => {
    const parts = fc.oneof(
      fc.constantFrom('a', '-', '}', '{').map((plain) => [plain, plain] as const),
      fc.constant(['${name.full}', 'N'] as const),
      fc.constant(['$${', '${'] as const),
      fc.nat(3).map((i) => [`\${match(${i})}`, ['N', 'N', '', ''][i] ?? ''] as const),
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 10 }), (list) => {
        const format = list.map(([written]) => written).join('')
        expect(rendered(aTemplate('', '(N)', { service: format }), 'N')).toBe(list.map(([, value]) => value).join(''))
      }),
    )
  })
})
