import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realDisk } from '../../../src/log/store/disk.ts'
import { memoryStore } from '../../../src/log/store/memory-store.ts'
import { openStore } from '../../../src/log/store/open-store.ts'
import { logStoreContract, right } from './log-store-contract.ts'

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
