import { randomBytes } from 'node:crypto'
import type { Command } from '../command.ts'

const keyBytes = 32 // AES-256

export const keygen: Command = {
  usage: 'keygen [options]',
  help: 'Prints a new random key for gossip encryption, in base64.',
  flags: [],
  api: 'none',
  run: ({ terminal }) => {
    terminal.out(`${randomBytes(keyBytes).toString('base64')}\n`)
    return Promise.resolve(0)
  },
}
