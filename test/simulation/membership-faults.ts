/** Changes of who votes, and hand-overs of leadership, asked of the leader while other faults go on. */
import * as E from 'fp-ts/lib/Either.js'
import type { ConfigurationChange } from '../../src/log/raft/types.ts'
import type { Server } from '../../src/log/entry.ts'
import type { Prng } from './prng.ts'
import type { SimServer } from './server.ts'
import type { Situations } from './situations.ts'

type Parts = {
  readonly servers: readonly SimServer[]
  readonly random: Prng
  readonly situations: Situations
}

/** Asks the leader for one change: a machine in, out, promoted or demoted. At least two voters stay. */
export const changeMembership = ({ servers, random, situations }: Parts): void => {
  const leader = askedServer(servers, random)
  const log = leader?.log()
  if (leader === undefined || log == null) return
  const members = log.status().configuration.servers
  const change = pickChange(servers, members, random)
  if (change === null) return
  leader.enter(() => {
    void log.changeConfiguration(change).then((result) => {
      if (E.isLeft(result)) situations.met('membership change refused')
      else noteChange(change, members, leader.id, situations)
    })
  })
}

/** Asks the leader to hand over to another server, or to whom it likes. */
export const transferLeadership = ({ servers, random, situations }: Parts): void => {
  const leader = askedServer(servers, random)
  const log = leader?.log()
  if (leader === undefined || log == null) return
  const others = log.status().configuration.servers.filter(({ id }) => id !== leader.id)
  const target = others.length === 0 || random.chance(0.3) ? null : random.pick(others).id
  leader.enter(() => {
    void log.transfer(target).then((result) => {
      if (E.isRight(result)) situations.met('leadership transferred')
    })
  })
}

/** Nearly always who leads, sometimes somebody who should refuse. */
const askedServer = (servers: readonly SimServer[], random: Prng): SimServer | undefined => {
  const running = servers.filter((server) => server.log() !== null)
  const leader = running.find((server) => server.log()?.leads() === true)
  if (leader !== undefined && random.chance(0.95)) return leader
  return running.length === 0 ? undefined : random.pick(running)
}

const pickChange = (
  servers: readonly SimServer[],
  members: readonly Server[],
  random: Prng,
): ConfigurationChange | null => {
  const voters = members.filter(({ suffrage }) => suffrage === 'voter')
  const learners = members.filter(({ suffrage }) => suffrage === 'learner')
  const outside = servers.filter(({ id }) => members.every((member) => member.id !== id))
  const choices: ConfigurationChange[] = []
  for (const { id, address } of outside) {
    choices.push({ type: 'AddLearner', server: { id, address, suffrage: 'learner' } })
    choices.push({ type: 'AddVoter', server: { id, address, suffrage: 'voter' } })
  }
  for (const server of learners) {
    choices.push({ type: 'AddVoter', server: { ...server, suffrage: 'voter' } })
    choices.push({ type: 'Remove', id: server.id })
  }
  if (voters.length > 2) for (const { id } of voters) choices.push({ type: 'Remove', id }, { type: 'Demote', id })
  return choices.length === 0 ? null : random.pick(choices)
}

const noteChange = (
  change: ConfigurationChange,
  before: readonly Server[],
  leader: string,
  situations: Situations,
): void => {
  switch (change.type) {
    case 'AddLearner':
      situations.met('server added')
      break
    case 'AddVoter': {
      const known = before.some(({ id }) => id === change.server.id)
      situations.met(known ? 'learner promoted' : 'server added')
      break
    }
    case 'Demote':
    case 'Remove':
      if (change.type === 'Remove') situations.met('server removed')
      if (change.id === leader) situations.met('leader removed itself or was demoted')
      break
  }
}
