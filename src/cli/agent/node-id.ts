import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirs } from '../../log/store/disk.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * The node's id: the configured one, else the one kept in `DATA_DIR/node-id`, else a new random UUID, which is kept. A
 * wiped data directory gives a new id, so that a server never returns under its old id with an empty log.
 */
export const nodeId = async (dataDir: string | null, configured: string | null): Promise<string> => {
  if (configured !== null) return configured.toLowerCase()
  if (dataDir === null) return randomUUID()
  const file = join(dataDir, 'node-id')
  const kept = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => '',
  )
  if (uuid.test(kept)) return kept.toLowerCase()
  const fresh = randomUUID()
  await makeDirs(dataDir, 0o700)
  await writeFile(file, fresh, { mode: 0o600 })
  return fresh
}
