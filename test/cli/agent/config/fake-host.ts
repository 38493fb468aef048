import * as E from 'fp-ts/lib/Either.js'
import { isRight } from 'fp-ts/lib/Either.js'
import type { Host, InterfaceAddress } from '../../../../src/cli/agent/config/host.ts'
import { loadConfig } from '../../../../src/cli/agent/config/load.ts'
import type { RuntimeConfig } from '../../../../src/cli/agent/config/runtime-config.ts'

export const loopback: InterfaceAddress = { name: 'lo', address: '127.0.0.1', prefix: 8, family: 4, loopback: true }
export const eth0: InterfaceAddress = { name: 'eth0', address: '10.0.0.5', prefix: 24, family: 4, loopback: false }
export const eth1: InterfaceAddress = { name: 'eth1', address: '192.168.7.9', prefix: 16, family: 4, loopback: false }

export type FakeFiles = Readonly<Record<string, string | readonly string[]>>

/** A machine `host1` with one private address; a file's value is its text, a directory's the names in it. */
export const fakeHost = (given: Partial<Host> & { files?: FakeFiles; addresses?: Host['addresses'] } = {}): Host => {
  const files = given.files ?? {}
  const missing = E.left('no such file or directory')
  return {
    hostname: () => 'host1',
    addresses: () => [loopback, eth0],
    kindOf: (path) => {
      const found = files[path]
      if (found === undefined) return Promise.resolve(missing)
      return Promise.resolve(E.right(typeof found === 'string' ? 'file' : 'directory'))
    },
    list: (path) => {
      const found = files[path]
      return Promise.resolve(typeof found === 'object' ? E.right([...found]) : missing)
    },
    readFile: (path) => {
      const found = files[path]
      return Promise.resolve(typeof found === 'string' ? E.right(found) : missing)
    },
    absolute: (path) => (path.startsWith('/') ? path : `/work-dir/${path}`),
    openFilesLimit: () => Promise.resolve(1024),
    ...given,
  }
}

/** The configuration of `agent ARGS`, or the text of the refusal. */
export const load = async (
  args: readonly string[],
  given: Parameters<typeof fakeHost>[0] = {},
): Promise<RuntimeConfig | string> => {
  const config = await loadConfig(args, fakeHost(given))
  if (isRight(config)) return config.right
  return config.left.type === 'Help' ? 'help' : config.left.message
}

/** As `load`, for configurations that must be good. */
export const loaded = async (
  args: readonly string[],
  given: Parameters<typeof fakeHost>[0] = {},
): Promise<RuntimeConfig> => {
  const config = await load(args, given)
  if (typeof config === 'string') throw new Error(config)
  return config
}

/** `-dev` with one HCL fragment. */
export const withHcl = (hcl: string): readonly string[] => ['-dev', '-hcl', hcl]
