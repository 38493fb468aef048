import { expect, test } from '@jest/globals'
import { interleave, judge, lineOf, median, ratioOf } from '../../bench/harness.ts'
import type { Metric } from '../../bench/harness.ts'

const metric: Metric = {
  name: 'kv-get',
  unit: 'req/s',
  subject: [50, 60, 40],
  baseline: { name: 'H0', values: [100, 100, 100] },
  better: 'more',
  floor: 0.45,
  goal: 0.65,
}

test('the median of an even number of values lies between the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

test('the ratio is taken round by round, so that a slow machine does not count', () => {
  expect(ratioOf({ ...metric, subject: [10, 50, 55], baseline: { name: 'H0', values: [20, 100, 100] } })).toBe(0.5)
})

test('a metric is judged by its floor, in the direction that is better', () => {
  expect(judge(metric)).toBe('ok')
  expect(judge({ ...metric, floor: 0.6 })).toBe('FLOOR')
  expect(judge({ ...metric, better: 'less', floor: 0.4 })).toBe('FLOOR')
  expect(judge({ ...metric, judged: 'value', floor: 45 })).toBe('ok')
  expect(judge({ name: 'a', unit: 's', subject: [1], better: 'less' })).toBe('-')
})

test('a metric is one line', () => {
  expect(lineOf(metric)).toBe(
    'kv-get  subject=50.0 [40.0–60.0] req/s  baseline=H0:100  ratio=0.50  floor=0.45 goal=0.65  ok',
  )
  expect(lineOf({ name: 'kv-get/etcd', skipped: 'not installed' })).toBe('kv-get/etcd  skipped (not installed)')
})

test('subject and baseline take turns at going first', async () => {
  const order: string[] = []
  const run = (name: string) => () => {
    order.push(name)
    return Promise.resolve(0)
  }
  await interleave(4, run('s'), run('b'))
  expect(order.join('')).toBe('sbbssbbs')
})
