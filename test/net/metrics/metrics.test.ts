import { describe, expect, test } from '@jest/globals'
import { intervalMs, maxSeries, metricsRegistry } from '../../../src/net/metrics/metrics.ts'
import { metricsJson, metricsPrometheus } from '../../../src/net/metrics/render.ts'

const at = (start = 1_700_000_000_000) => {
  const clock = { ms: start }
  return { clock, metrics: metricsRegistry(() => clock.ms) }
}

describe('intervals', () => {
  test('the open interval is shown only while it is the only one', () => {
    const { clock, metrics } = at()
    metrics.increment('consul.x')
    expect(metrics.interval().counters).toMatchObject([{ name: 'consul.x', count: 1, sum: 1 }])
    clock.ms += intervalMs
    metrics.increment('consul.y')
    expect(metrics.interval().counters.map(({ name }) => name)).toEqual(['consul.x'])
    clock.ms += 3 * intervalMs
    expect(metrics.interval().counters).toEqual([])
  })

  test('samples are summed up with their spread', () => {
    const { metrics } = at()
    for (const ms of [1, 2, 6]) metrics.sample('consul.ms', ms)
    const [sample] = metrics.interval().samples
    expect(sample).toMatchObject({ count: 3, sum: 9, min: 1, max: 6, mean: 3, rate: 0.9 })
    expect(sample?.stddev).toBeCloseTo(2.6458, 4)
  })

  test('gauges stand until they are stated again, and are collected before they are read', () => {
    const clock = { ms: 0, level: 1 }
    const metrics = metricsRegistry(
      () => clock.ms,
      (own) => own.gauge('consul.level', clock.level),
    )
    clock.level = 7
    clock.ms += 5 * intervalMs
    expect(metrics.interval().gauges).toEqual([{ name: 'consul.level', labels: [], value: 7 }])
  })

  test('the number of series is bounded', () => {
    const { metrics } = at()
    for (let i = 0; i < maxSeries + 10; i++) metrics.increment(`consul.n${i}`)
    expect(metrics.total().counters).toHaveLength(maxSeries)
  })

  test('requests are labelled by method and route', () => {
    const { metrics } = at()
    metrics.request('GET', '/v1/kv/', 0.5)
    metrics.request('GET', '/v1/kv/', 1.5)
    expect(metrics.interval().samples).toMatchObject([
      {
        name: 'consul.api.http',
        labels: [
          ['method', 'GET'],
          ['path', 'v1_kv_'],
        ],
        count: 2,
        mean: 1,
      },
    ])
  })
})

describe('renderings', () => {
  test('JSON has the keys of the field and sorted series', () => {
    const { metrics } = at()
    metrics.gauge('consul.b', 2)
    metrics.gauge('consul.a', 1, [['k', 'v']])
    expect(metricsJson(metrics.interval())).toEqual({
      Timestamp: '2023-11-14 22:13:20 +0000 UTC',
      Gauges: [
        { Name: 'consul.a', Value: 1, Labels: { k: 'v' } },
        { Name: 'consul.b', Value: 2, Labels: {} },
      ],
      Points: [],
      Counters: [],
      Samples: [],
    })
  })

  test('Prometheus text has one type line per name and escaped labels', () => {
    const { metrics } = at()
    metrics.increment('consul.http.refused', 2)
    metrics.sample('consul.api.http', 3, [['path', 'a"b\\c\n']])
    metrics.sample('consul.api.http', 4, [['path', 'x']])
    expect(metricsPrometheus(metrics.total()).split('\n')).toEqual([
      '# HELP consul_http_refused consul_http_refused',
      '# TYPE consul_http_refused counter',
      'consul_http_refused 2',
      '# HELP consul_api_http consul_api_http',
      '# TYPE consul_api_http summary',
      'consul_api_http_sum{path="a\\"b\\\\c\\n"} 3',
      'consul_api_http_count{path="a\\"b\\\\c\\n"} 1',
      'consul_api_http_sum{path="x"} 4',
      'consul_api_http_count{path="x"} 1',
      '',
    ])
  })
})
