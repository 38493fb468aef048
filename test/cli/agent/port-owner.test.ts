import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { portOwner, portTaken } from '../../../src/cli/agent/port-owner.ts'

describe('portOwner', () => {
  test('names the process that listens', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const owner = await portOwner(port)
    await new Promise((resolve) => server.close(resolve))
    if (process.platform === 'linux') expect(owner?.pid).toBe(process.pid)
    else expect(owner).toBeNull()
  })

  test('says which port, whose and what to do', () => {
    expect(portTaken('HTTP', '127.0.0.1:8500', { pid: 7, command: 'consul agent' }, '-http-port')).toBe(
      'HTTP address 127.0.0.1:8500 is in use by process 7 (consul agent); stop it, or choose another port with -http-port',
    )
    expect(portTaken('HTTP', '127.0.0.1:8500', null, '-http-port')).toContain('another process')
  })
})
