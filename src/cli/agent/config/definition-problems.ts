/** What is wrong in the service definitions of the configuration itself, before anything is registered. */
import { isObject, member, shown, text, type Tree } from '../../tree.ts'
import { metaProblem } from './meta.ts'
import type { Values } from './values.ts'

/** One text per problem, each with the service's name. */
export const definitionProblems = (all: Values): readonly string[] =>
  all.trees('services').flatMap((service) => {
    const name = text(service, 'name') || text(service, 'Name')
    return [...metaProblems(name, service), ...weightProblems(name, service), ...socketProblems(name, service)]
  })

const metaProblems = (name: string, service: Tree): readonly string[] => {
  const meta = member(service, 'meta') ?? member(service, 'Meta')
  if (!isObject(meta)) return []
  const problem = metaProblem(new Map([...meta].map(([key]) => [key, text(meta, key)])))
  return problem === null ? [] : [`invalid meta for service ${name}: ${problem}`]
}

const maxWeight = 65535 // an SRV record's field, RFC 2782

const weightProblems = (name: string, service: Tree): readonly string[] => {
  const weights = member(service, 'weights') ?? member(service, 'Weights')
  if (!isObject(weights)) return []
  const passing = Number(shown(weights, 'passing') || shown(weights, 'Passing') || 0)
  const warning = Number(shown(weights, 'warning') || shown(weights, 'Warning') || 0)
  const problem =
    passing < 1
      ? 'Passing must be greater than 0'
      : warning < 0
        ? 'Warning must be greater or equal than 0'
        : passing > maxWeight || warning > maxWeight
          ? 'DNS Weight must be between 0 and 65535'
          : null
  return problem === null ? [] : [`Invalid weight definition for service ${name}: ${problem}`]
}

const socketProblems = (name: string, service: Tree): readonly string[] => {
  const socket = text(service, 'socket_path') || text(service, 'SocketPath')
  const address = text(service, 'address') || text(service, 'Address')
  const port = shown(service, 'port') || shown(service, 'Port')
  if (socket === '' || (address === '' && (port === '' || port === '0'))) return []
  return [`service ${name} cannot have both socket path ${socket} and address/port`]
}
