/**
 * Address templates: `{{ GetPrivateIP }}`, `{{ GetInterfaceIP "eth0" }}`,
 * `{{ GetAllInterfaces | include "network" "10.0.0.0/8" | sort "address" | limit 1 | attr "address" }}`.
 * The commands are those of go-sockaddr that configurations use; others are refused by name.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { InterfaceAddress } from './host.ts'
import { isInCidr, isIPv4, isPrivateIPv4, isPrivateIPv6, isPublicIPv6 } from './ip.ts'

/** Replaces each `{{ ... }}` of a text. Left: what is wrong with the template. */
export const renderTemplate = (text: string, addresses: readonly InterfaceAddress[]): E.Either<string, string> => {
  const problems: string[] = []
  const rendered = text.replace(/\{\{(.*?)\}\}/gs, (_, body: string) => {
    const result = pipeline(body, addresses)
    if (E.isRight(result)) return result.right
    problems.push(result.left)
    return ''
  })
  if (problems[0] !== undefined) return E.left(problems[0])
  return rendered.includes('{{') ? E.left('unclosed action') : E.right(rendered)
}

type Value = string | readonly InterfaceAddress[]
type Step = { readonly name: string; readonly args: readonly string[] }

const maxSteps = 32

const pipeline = (body: string, addresses: readonly InterfaceAddress[]): E.Either<string, string> => {
  const steps = parseSteps(body)
  if (E.isLeft(steps)) return steps
  let value: Value = ''
  for (const [i, step] of steps.right.entries()) {
    const next: E.Either<string, Value> = i === 0 ? source(step, addresses) : filter(step, value)
    if (E.isLeft(next)) return next
    value = next.right
  }
  return E.right(typeof value === 'string' ? value : value.map((one) => one.address).join(' '))
}

const parseSteps = (body: string): E.Either<string, readonly Step[]> => {
  const steps: { name: string; args: string[] }[] = [{ name: '', args: [] }]
  const word = /\s*(?:(\|)|"((?:[^"\\]|\\.)*)"|`([^`]*)`|([^\s|"`]+))/gy
  let end = 0
  for (let found = word.exec(body); found !== null; found = word.exec(body)) {
    end = word.lastIndex
    const [, bar, quoted, raw, plain] = found
    const step = steps.at(-1)
    const text = quoted?.replace(/\\(.)/g, '$1') ?? raw ?? plain ?? ''
    if (bar !== undefined) steps.push({ name: '', args: [] })
    else if (step?.name === '') step.name = text
    else step?.args.push(text)
  }
  if (body.slice(end).trim() !== '') return E.left('unterminated quoted string')
  if (steps.length > maxSteps) return E.left(`more than ${maxSteps} commands`)
  return steps.some((step) => step.name === '') ? E.left('missing value for command') : E.right(steps)
}

const isPrivate = ({ address }: InterfaceAddress): boolean => isPrivateIPv4(address) || isPrivateIPv6(address)

const isPublic = (one: InterfaceAddress): boolean =>
  isIPv4(one.address)
    ? !one.loopback && !isPrivateIPv4(one.address) && !one.address.startsWith('169.254.')
    : isPublicIPv6(one.address)

const source = ({ name, args }: Step, all: readonly InterfaceAddress[]): E.Either<string, Value> => {
  const up = all.filter((one) => !one.loopback)
  const texts = (found: readonly InterfaceAddress[]) => found.map((one) => one.address).join(' ')
  switch (name) {
    case 'GetAllInterfaces':
      return E.right(all)
    case 'GetDefaultInterfaces':
      return E.right(up.slice(0, 1).flatMap((first) => up.filter((one) => one.name === first.name)))
    case 'GetPrivateInterfaces':
      return E.right(up.filter(isPrivate))
    case 'GetPublicInterfaces':
      return E.right(up.filter(isPublic))
    case 'GetPrivateIP':
      return E.right(texts(up.filter(isPrivate).slice(0, 1)))
    case 'GetPrivateIPs':
      return E.right(texts(up.filter(isPrivate)))
    case 'GetPublicIP':
      return E.right(texts(up.filter(isPublic).slice(0, 1)))
    case 'GetPublicIPs':
      return E.right(texts(up.filter(isPublic)))
    case 'GetInterfaceIP':
      return E.right(texts(all.filter((one) => one.name === args[0]).slice(0, 1)))
    case 'GetInterfaceIPs':
      return E.right(texts(all.filter((one) => one.name === args[0])))
    default:
      return E.left(`function "${name}" not defined`)
  }
}

const filter = ({ name, args }: Step, input: Value): E.Either<string, Value> => {
  if (typeof input === 'string') return E.left(`wrong type for value; "${name}" needs addresses`)
  const count = Number(args[0])
  switch (name) {
    case 'include':
    case 'exclude':
      return select(name === 'include', args, input)
    case 'sort':
      return E.right([...input].sort(order(args[0] ?? '')))
    case 'limit':
      return E.right(input.slice(0, count))
    case 'offset':
      return E.right(input.slice(count))
    case 'attr':
      return E.right(input[0] === undefined ? '' : attribute(args[0] ?? '', input[0]))
    case 'join':
      return E.right(input.map((one) => attribute(args[0] ?? '', one)).join(args[1] ?? ' '))
    default:
      return E.left(`function "${name}" not defined`)
  }
}

const select = (
  keep: boolean,
  [selector = '', argument = '']: readonly string[],
  input: readonly InterfaceAddress[],
): E.Either<string, readonly InterfaceAddress[]> => {
  const tests: ReadonlyMap<string, (one: InterfaceAddress) => boolean> = new Map([
    ['name', (one) => pattern(argument)?.test(one.name) ?? false],
    ['address', (one) => pattern(argument)?.test(one.address) ?? false],
    ['network', (one) => isInCidr(one.address, argument)],
    ['type', (one) => argument.toLowerCase() === `ipv${one.family}` || argument.toLowerCase() === 'ip'],
    ['size', (one) => one.prefix === Number(argument.replace('/', ''))],
    ['flag', (one) => flagged(one, argument)],
    ['flags', (one) => argument.split('|').every((flag) => flagged(one, flag))],
    ['rfc', (one) => (argument === '1918' || argument === '6890') && isPrivateIPv4(one.address)],
  ])
  const test = tests.get(selector)
  return test === undefined
    ? E.left(`unsupported selector "${selector}"`)
    : E.right(input.filter((one) => test(one) === keep))
}

const flagged = (one: InterfaceAddress, flag: string): boolean => {
  if (flag === 'loopback') return one.loopback
  if (flag === 'up') return true // the system lists addresses of running interfaces only
  if (flag === 'forwardable') return !one.loopback && !/^(169\.254\.|fe80:)/i.test(one.address)
  return false
}

/** The operator's own expression, at start only. */
const pattern = (text: string): RegExp | null => {
  try {
    return new RegExp(text, 'u')
  } catch {
    return null
  }
}

/** `address`, `-size,name`: several keys, a minus turns one round. */
const order =
  (text: string) =>
  (a: InterfaceAddress, b: InterfaceAddress): number => {
    for (const key of text.split(',')) {
      const [name, sign] = key.startsWith('-') ? [key.slice(1), -1] : [key.replace(/^\+/, ''), 1]
      const [left, right] = [sortKey(name, a), sortKey(name, b)]
      if (left !== right) return left < right ? -sign : sign
    }
    return 0
  }

const sortKey = (name: string, one: InterfaceAddress): string => {
  switch (name) {
    case 'address':
      return isIPv4(one.address)
        ? `4${one.address
            .split('.')
            .map((part) => part.padStart(3, '0'))
            .join('.')}`
        : `6${one.address}`
    case 'size':
      return String(one.prefix).padStart(3, '0')
    case 'type':
      return String(one.family)
    case 'private':
      return isPrivate(one) ? '0' : '1'
    case 'default':
      return one.loopback ? '1' : '0'
    default:
      return one.name
  }
}

const attribute = (name: string, one: InterfaceAddress): string => {
  switch (name) {
    case 'address':
    case 'host':
      return one.address
    case 'name':
      return one.name
    case 'size':
    case 'mask_bits':
      return String(one.prefix)
    case 'network':
      return `${one.address}/${one.prefix}`
    case 'type':
      return `IPv${one.family}`
    default:
      return ''
  }
}
