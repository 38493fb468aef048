import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realDisk } from '../../../src/log/store/disk.ts'
import { memoryStore } from '../../../src/log/store/memory-store.ts'
import { openStore } from '../../../src/log/store/open-store.ts'
import { simDisk } from '../../simulation/disk.ts'
import { prng } from '../../simulation/prng.ts'
import { logStoreContract, right } from './log-store-contract.ts'

/** Production's code on a disk that loses power at each reopening. */
logStoreContract('the simulated disk', async () => {
  const disk = simDisk({ random: prng(7), sleep: () => Promise.resolve(), syncMs: 1 })
  const options = {
    dir: '/data/raft',
    segmentBytes: 64 * 1024,
    pause: () => Promise.resolve(),
    notice: () => undefined,
  }
  const open = async () => right(await openStore(options, disk)())
  return {
    store: await open(),
    reopen: () => {
      disk.crash()
      return open()
    },
    dispose: () => Promise.resolve(),
  }
})

const pause = () => Promise.resolve()

logStoreContract('memory', () =>
  Promise.resolve({ store: memoryStore(pause), reopen: null, dispose: () => Promise.resolve() }),
)

logStoreContract('the real disk', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'proconsul-store-'))
  const options = { dir: join(dir, 'raft'), segmentBytes: 64 * 1024, pause, notice: () => undefined }
  const open = async () => right(await openStore(options, realDisk)())
  let store = await open()
  return {
    store,
    reopen: async () => {
      right(await store.close())
      return (store = await open())
    },
    dispose: async () => {
      await store.close()
      await rm(dir, { recursive: true })
    },
  }
})
