import { expect, test } from '@jest/globals'
import { Cluster } from './cluster.ts'

test('three servers elect a leader and commit', () => {
  const cluster = new Cluster({ voters: ['1', '2', '3'] })
  cluster.elect('1')
  cluster.propose('1', 'a', 'b')
  cluster.settle()
  expect([...cluster.servers.values()].map((s) => s.machine.commitIndex)).toEqual([4, 4, 4])
})
