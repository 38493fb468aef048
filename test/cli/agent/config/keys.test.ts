import { describe, expect, test } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { agentFlags } from '../../../../src/cli/agent/config/agent-flags.ts'
import { keys, oldKeys } from '../../../../src/cli/agent/config/keys.ts'
import { keysDocument } from './keys-document.ts'

/** The agent's flags as Consul 1.10.11 lists them. */
const recordedFlags = `
  advertise advertise-wan allow-write-http-from alt-domain bind bootstrap bootstrap-expect check_output_max_size client
  config-dir config-file config-format data-dir datacenter default-query-time dev disable-host-node-id
  disable-keyring-file dns-port domain enable-local-script-checks enable-script-checks encrypt grpc-port hcl http-port
  https-port join join-wan log-file log-json log-level log-rotate-bytes log-rotate-duration log-rotate-max-files
  max-query-time node node-id node-meta non-voting-server pid-file primary-gateway protocol raft-protocol read-replica
  recursor rejoin retry-interval retry-interval-wan retry-join retry-join-wan retry-max retry-max-wan segment
  serf-lan-allowed-cidrs serf-lan-bind serf-lan-port serf-wan-allowed-cidrs serf-wan-bind serf-wan-port server
  server-port syslog ui ui-content-path ui-dir`
  .trim()
  .split(/\s+/)

/** Switches: given without a value. */
const recordedSwitches = `
  bootstrap dev disable-host-node-id disable-keyring-file enable-local-script-checks enable-script-checks log-json
  non-voting-server read-replica rejoin server syslog ui`
  .trim()
  .split(/\s+/)

describe('The table of keys', () => {
  test('has each key and each flag once', () => {
    const paths = [...keys, ...oldKeys].map((key) => key.path)
    expect(new Set(paths).size).toBe(paths.length)
    const flags = agentFlags.map((flag) => flag.name)
    expect(new Set(flags).size).toBe(flags.length)
  })

  test('has no key that is both a value and a stanza', () => {
    const paths = new Set([...keys, ...oldKeys].map((key) => key.path))
    for (const path of paths) {
      const parents = path.split('.').map((_, i, all) => all.slice(0, i).join('.'))
      for (const parent of parents) expect(paths.has(parent)).toBe(false)
    }
  })

  test('has every recorded flag of the agent, and those that came later', () => {
    const flags = agentFlags.map((flag) => flag.name)
    expect(flags.filter((name) => !recordedFlags.includes(name)).sort()).toEqual([
      'auto-reload-config',
      'grpc-tls-port',
      'partition',
    ])
    expect(recordedFlags.filter((name) => !flags.includes(name))).toEqual([])
    const switches = agentFlags.filter((flag) => flag.kind === 'switch').map((flag) => flag.name)
    expect(switches.filter((name) => name !== 'auto-reload-config').sort()).toEqual(recordedSwitches)
  })

  test('gives old names the kind of the key that took over', () => {
    for (const old of oldKeys) {
      if (old.replacement === null) continue
      expect([old.path, old.kind]).toEqual([old.path, keys.find((key) => key.path === old.replacement)?.kind])
    }
  })

  test('gives defaults of its own kinds', () => {
    const kinds = { bool: 'boolean', string: 'string', duration: 'string', int: 'number', float: 'number' } as const
    for (const key of keys) {
      if (key.default === undefined || key.kind === 'any') continue
      expect([key.path, typeof key.default]).toEqual([key.path, kinds[key.kind as keyof typeof kinds]])
    }
  })

  test('is what docs/configuration.md shows (UPDATE=1 writes it)', () => {
    const file = new URL('../../../../docs/configuration.md', import.meta.url)
    if (process.env['UPDATE'] === '1') writeFileSync(file, keysDocument())
    expect(readFileSync(file, 'utf8')).toBe(keysDocument())
  })
})
