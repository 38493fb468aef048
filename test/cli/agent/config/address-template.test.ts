import { describe, expect, test } from '@jest/globals'
import * as E from 'fp-ts/lib/Either.js'
import { renderTemplate } from '../../../../src/cli/agent/config/address-template.ts'
import { eth0, eth1, loaded, loopback } from './fake-host.ts'

const wan = { ...eth0, name: 'wan0', address: '8.8.4.4', prefix: 29 }
const v6 = { ...eth0, address: '2001:db9::1', family: 6 as const, prefix: 64 }
const machine = [loopback, eth0, v6, eth1, wan]

describe('Templates', () => {
  test.each([
    ['10.1.1.1', '10.1.1.1'],
    ['{{ GetPrivateIP }}', '10.0.0.5'],
    ['{{GetPrivateIPs}}', '10.0.0.5 192.168.7.9'],
    ['{{ GetPublicIP }}', '2001:db9::1'],
    ['{{ GetInterfaceIP "eth1" }}', '192.168.7.9'],
    ['{{ GetInterfaceIP `eth1` }}', '192.168.7.9'],
    ['{{ GetInterfaceIPs "eth0" }}', '10.0.0.5 2001:db9::1'],
    ['{{ GetInterfaceIP "eth9" }}', ''],
    ['{{ GetAllInterfaces | include "network" "192.168.0.0/16" | attr "address" }}', '192.168.7.9'],
    [
      '{{ GetAllInterfaces | include "name" "^eth" | exclude "type" "IPv6" | join "address" " " }}',
      '10.0.0.5 192.168.7.9',
    ],
    ['{{ GetPrivateInterfaces | sort "-address" | limit 1 | attr "name" }}', 'eth1'],
    ['{{ GetPrivateInterfaces | sort "size,address" | offset 1 | attr "address" }}', '10.0.0.5'],
    ['{{ GetAllInterfaces | include "flags" "loopback|up" | attr "address" }}', '127.0.0.1'],
    ['{{ GetAllInterfaces | include "size" "29" | attr "network" }}', '8.8.4.4/29'],
    ['{{ GetDefaultInterfaces | include "type" "IPv4" | attr "address" }}', '10.0.0.5'],
    ['{{ GetPublicInterfaces | include "type" "IPv4" | attr "address" }}', '8.8.4.4'],
    ['{{ GetAllInterfaces | include "rfc" "1918" | join "address" "," }}', '10.0.0.5,192.168.7.9'],
    ['unix:///x {{ GetPrivateIP }}', 'unix:///x 10.0.0.5'],
  ])('%s', (template, text) => expect(renderTemplate(template, machine)).toEqual(E.right(text)))

  test.each([
    ['{{ GetNothing }}', 'function "GetNothing" not defined'],
    ['{{ GetAllInterfaces | shuffle }}', 'function "shuffle" not defined'],
    ['{{ GetAllInterfaces | include "colour" "red" }}', 'unsupported selector "colour"'],
    ['{{ GetPrivateIP | sort "address" }}', 'wrong type for value; "sort" needs addresses'],
    ['{{ GetPrivateIP', 'unclosed action'],
    ['{{ }}', 'missing value for command'],
    ['{{ GetInterfaceIP "eth0 }}', 'unterminated quoted string'],
  ])('%s is refused', (template, text) => expect(renderTemplate(template, machine)).toEqual(E.left(text)))
})

test('Settings may be templates', async () => {
  const config = await loaded(
    ['-server', '-data-dir=/d', '-bind={{ GetInterfaceIP "eth1" }}', '-client={{ GetPrivateIPs }} 127.0.0.1'],
    { addresses: () => machine },
  )
  expect(config).toMatchObject({
    bindAddress: '192.168.7.9',
    advertiseAddress: '192.168.7.9',
    clientAddresses: ['10.0.0.5', '192.168.7.9', '127.0.0.1'],
  })
})
