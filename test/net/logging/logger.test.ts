import { describe, expect, test } from '@jest/globals'
import { createLogger, parseLevel } from '../../../src/net/logging/logger.ts'
import type { Level } from '../../../src/net/logging/logger.ts'

const lines = (level: Level, json = false) => {
  const seen: string[] = []
  const logger = createLogger({
    name: 'agent',
    level,
    json,
    wallMs: () => Date.UTC(2026, 10, 23, 10, 0, 0, 7),
    sinks: [(line) => seen.push(line)],
  })
  return { logger, seen }
}

describe('logger', () => {
  test('prints time, padded level, name, message and fields', () => {
    const { logger, seen } = lines('info')
    logger.info('Started')
    logger.named('server').error('Disk failed', { code: 'EIO', file: '/a b' })
    expect(seen).toEqual([
      '2026-11-23T10:00:00.007Z [INFO]  agent: Started',
      '2026-11-23T10:00:00.007Z [ERROR] agent.server: Disk failed: code=EIO file="/a b"',
    ])
  })

  test('drops what is below the level', () => {
    const { logger, seen } = lines('warn')
    logger.info('no')
    logger.warn('yes')
    expect(seen).toHaveLength(1)
  })

  test('keeps one event on one line', () => {
    const { logger, seen } = lines('info')
    logger.info('a\nb', { output: 'x\ny' })
    expect(seen[0]).toBe('2026-11-23T10:00:00.007Z [INFO]  agent: a b: output="x\\ny"')
  })

  test('prints JSON objects when asked', () => {
    const { logger, seen } = lines('info', true)
    logger.info('Started', { port: 8500 })
    expect(JSON.parse(seen[0] ?? '')).toEqual({
      '@level': 'info',
      '@message': 'Started',
      '@module': 'agent',
      '@timestamp': '2026-11-23T10:00:00.007Z',
      port: 8500,
    })
  })

  test.each([
    ['INFO', 'info'],
    ['err', 'error'],
    ['Trace', 'trace'],
    ['zz', undefined],
  ])('reads the level %s as %s', (text, level) => {
    expect(parseLevel(text)).toBe(level)
  })
})
