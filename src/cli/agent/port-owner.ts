import { readdir, readFile, readlink } from 'node:fs/promises'

export type PortOwner = { readonly pid: number; readonly command: string }

/**
 * Who listens on a TCP port of this machine, as far as /proc tells (Linux, own processes or root); null when unknown.
 */
export const portOwner = async (port: number): Promise<PortOwner | null> => {
  const inode = (await listeningInode('/proc/net/tcp', port)) ?? (await listeningInode('/proc/net/tcp6', port))
  return inode === null ? null : await processWithSocket(inode)
}

/** The sentence for a port that could not be taken: which, whose, and what to do. `flag` is the agent's flag for it. */
export const portTaken = (what: string, address: string, owner: PortOwner | null, flag: string): string => {
  const whose = owner === null ? 'another process' : `process ${owner.pid} (${owner.command})`
  return `${what} address ${address} is in use by ${whose}; stop it, or choose another port with ${flag}`
}

/** Rows of /proc/net/tcp: `sl local_address rem_address st … inode`; state 0A is LISTEN, the port is hexadecimal. */
const listeningInode = async (table: string, port: number): Promise<string | null> => {
  const text = await readFile(table, 'utf8').catch(() => '')
  for (const row of text.split('\n').slice(1)) {
    const fields = row.trim().split(/\s+/)
    if (fields[3] !== '0A' || fields[1] === undefined) continue
    if (Number.parseInt(fields[1].slice(fields[1].lastIndexOf(':') + 1), 16) === port) return fields[9] ?? null
  }
  return null
}

const processWithSocket = async (inode: string): Promise<PortOwner | null> => {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')
      if (target === `socket:[${inode}]`) return { pid: Number(pid), command: await commandOf(pid) }
    }
  }
  return null
}

const commandOf = async (pid: string): Promise<string> => {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return line.split('\0').join(' ').trim().slice(0, 80)
}
