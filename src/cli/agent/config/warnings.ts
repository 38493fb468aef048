/** What an operator should know although the agent starts. */
import { isList, isObject, type Tree } from '../../tree.ts'
import { isAny, isLoopback } from './ip.ts'
import type { RuntimeConfig } from './runtime-config.ts'
import { keyAt, type Given, type Values } from './values.ts'

/** One line each; `given` is what files and flags say. */
export const warningsFor = (config: RuntimeConfig, given: Given, all: Values): readonly string[] => [
  ...bootstrapWarnings(config, all),
  ...clientAddress(config),
  ...advertised(config),
  ...scriptWarnings(config),
  ...nodeNameWarnings(config),
  ...filterWarnings(all),
  ...withoutEffect(given),
]

const deploymentTable = 'https://www.consul.io/docs/internals/consensus.html#deployment-table'

const bootstrapWarnings = (config: RuntimeConfig, all: Values): readonly string[] => {
  const expect = config.bootstrapExpect
  if (expect === 1) return ['BootstrapExpect is set to 1; this is the same as Bootstrap mode.', unlessNecessary]
  if (expect === 0) return all.bool('bootstrap') && !config.dev ? [unlessNecessary] : []
  const expecting = `bootstrap_expect > 0: expecting ${expect} servers`
  if (expect === 2) {
    return [
      `bootstrap_expect = 2: A cluster with 2 servers will provide no failure tolerance. See ${deploymentTable}`,
      expecting,
    ]
  }
  const even = `bootstrap_expect is even number: A cluster with an even number of servers does not achieve optimum fault tolerance. See ${deploymentTable}`
  return expect % 2 === 0 ? [even, expecting] : [expecting]
}

const unlessNecessary = 'bootstrap = true: do not enable unless necessary'

const clientAddress = (config: RuntimeConfig): readonly string[] =>
  config.clientAddresses.length === 0
    ? ['client_addr is empty, client services (DNS, HTTP, HTTPS, GRPC) will not be listening for connections']
    : []

const advertised = ({ bindAddress, advertiseAddress }: RuntimeConfig): readonly string[] =>
  isAny(bindAddress) && isLoopback(advertiseAddress)
    ? [`This machine has no address but its loopback: advertising ${advertiseAddress}, which no other machine reaches`]
    : []

const scriptWarnings = (config: RuntimeConfig): readonly string[] =>
  config.checks.scripts === 'all' && !config.acl.enabled && config.http.allowWriteFrom.length === 0
    ? [
        'using enable-script-checks without ACLs and without allow_write_http_from is DANGEROUS, use enable-local-script-checks instead, see https://www.hashicorp.com/blog/protecting-consul-from-rce-risk-in-specific-configurations/',
      ]
    : []

const maxLabelBytes = 63 // RFC 1035 2.3.4

const nodeNameWarnings = ({ nodeName }: RuntimeConfig): readonly string[] => {
  const name = `Node name ${JSON.stringify(nodeName)} will not be discoverable via DNS`
  if (/[^A-Za-z0-9-]/.test(nodeName)) {
    return [`${name} due to invalid characters. Valid characters include all alpha-numerics and dashes.`]
  }
  return nodeName.length > maxLabelBytes
    ? [`${name} due to it being too long. Valid lengths are between 1 and ${maxLabelBytes} bytes.`]
    : []
}

const filterWarnings = (all: Values): readonly string[] =>
  all.texts('telemetry.prefix_filter').flatMap((rule) => {
    if (rule === '') return ['Cannot have empty filter rule in prefix_filter']
    return /^[+-]/.test(rule) ? [] : [`Filter rule must begin with either '+' or '-': ${JSON.stringify(rule)}`]
  })

/** Keys of parts that this release lacks, when they ask for something. */
const withoutEffect = (given: Given): readonly string[] =>
  [...given]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, value]) => {
      const part = keyAt(path)?.part
      if (part === undefined || part === 'now' || part === 'accepted' || asksNothing(value)) return []
      if (path === 'acl.enabled') {
        return [
          "The 'acl.enabled' setting has no effect in this release: NOTHING IS PROTECTED by tokens yet, every request is allowed",
        ]
      }
      if (part === 'enterprise') return [`The '${path}' setting belongs to the enterprise edition and is ignored`]
      return [`The '${path}' setting has no effect in this release: it belongs to ${part}`]
    })

/** Switched off, empty, or a disabled port. */
const asksNothing = (value: Tree): boolean => {
  if (value === false || value === '' || (typeof value === 'number' && value <= 0)) return true
  return (isList(value) && value.length === 0) || (isObject(value) && value.size === 0)
}
