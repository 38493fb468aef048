import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { Checkpointer, defaultCheckpointPolicy } from '../../../src/log/driver/checkpointer.ts'
import type { StoreError } from '../../../src/log/store/types.ts'
import { Leader } from '../leader/leader-harness.ts'
import { ioError, TestDisk, TestStore } from '../test-store.ts'
import { setNumber } from '../toy-domain.ts'
import { rest } from '../virtual-env.ts'

const policy = { ...defaultCheckpointPolicy, everyEvents: 10, everyBytes: 1_000 }

const setUp = (durable: () => Promise<boolean> = () => Promise.resolve(true)) => {
  const leader = new Leader().elected()
  const disk = new TestDisk()
  const store = new TestStore(disk)
  const failures: StoreError[] = []
  const checkpointer = new Checkpointer(store, policy, {
    committed: () => leader.machine.committed,
    rows: () => [],
    wall: () => leader.wallMs,
    durable,
    compacted: () => undefined,
    failed: (error) => failures.push(error),
  })
  const write = () => {
    leader.ask(setNumber('a', 1))
    leader.append()
    leader.commit(leader.log.length)
  }
  return { leader, disk, store, checkpointer, failures, write }
}

describe('a checkpoint', () => {
  test('is due after so many events, or after so many bytes', async () => {
    const { checkpointer, write } = setUp()
    checkpointer.passed(9, 999)
    expect(checkpointer.due).toBe(false)
    checkpointer.passed(1, 0)
    expect(checkpointer.due).toBe(true)
    write()
    await checkpointer.write()
    expect(checkpointer.due).toBe(false)
    checkpointer.passed(0, 1_000)
    expect(checkpointer.due).toBe(true)
  })

  test('says where it stands in the log', async () => {
    const { leader, checkpointer, write } = setUp()
    write()
    const { root, term } = leader.machine.committed
    expect(await checkpointer.write()).toMatchObject({
      right: { last: { index: 1, term, hash: root.hash }, at: root.at, epoch: root.epoch, featureLevel: 1 },
    })
  })

  test('is not written twice for one moment, and not twice at a time', async () => {
    const { checkpointer, disk, write } = setUp()
    expect(await checkpointer.write()).toEqual(E.right(null))
    write()
    const both = await Promise.all([checkpointer.write(), checkpointer.write()])
    expect(both[0]).toBe(both[1])
    expect(await checkpointer.write()).toEqual(E.right(null))
    expect(disk.checkpoints).toHaveLength(1)
  })

  test('waits until this server’s own log is durable that far, and is not written if that never comes', async () => {
    let answer: (durable: boolean) => void = () => undefined
    const { checkpointer, disk, write } = setUp(() => new Promise((resolve) => (answer = resolve)))
    write()
    const written = checkpointer.write()
    await rest()
    expect([disk.checkpoints.length, checkpointer.due]).toEqual([0, false])
    answer(false)
    expect(await written).toEqual(E.right(null))
    const again = checkpointer.write()
    await rest()
    answer(true)
    expect(await again).toMatchObject({ right: { last: { index: 1 } } })
  })

  test('that failed is tried again after a share of the policy', async () => {
    const { checkpointer, store, failures, write } = setUp()
    write()
    store.checkpointFailure = ioError
    expect(await checkpointer.write()).toEqual(E.left(ioError))
    expect(failures).toEqual([ioError])
    expect(checkpointer.due).toBe(false)
    checkpointer.passed(1, 0)
    expect(checkpointer.due).toBe(true)
  })

  test('that was installed counts as one', async () => {
    const { checkpointer, write } = setUp()
    write()
    checkpointer.passed(10, 0)
    checkpointer.installed(1)
    expect(checkpointer.due).toBe(false)
    expect(await checkpointer.write()).toEqual(E.right(null))
  })
})
