/**
 * Scripts: what happens to a cluster, and what its servers do about it. A script is a list of blocks; a block is lines of
 * comment (#) and command, `----`, the outputs, and an empty line.
 *
 *   cluster voters=(1 2 3) learners=(4) spares=(5) log1=(1 1 2) disk=slow electionTimeoutMs=100 …
 *                      log1: terms of server 1's entries from index 1 on; term: one that all have seen; a spare is empty
 *   timeout 1            time passes on server 1 alone until it campaigns
 *   tick 1 10            time passes; `all` for everybody
 *   run 100              time passes for everybody, and every message arrives at once
 *   propose 1 a b        read 1    change 1 AddVoter 4    transfer 1 2    unreachable 1 2
 *   deliver [1->2] [Type]     hands over what is under way now        settle: until nothing is
 *   drop [1->2] [Type]        loses it
 *   keep NAME 1->2 [Type]     remembers a copy of the first such message; `hand NAME` delivers it, as often as told
 *   cut 1->2    isolate 1    heal
 *   disk 1 slow|fast     persist 1: the oldest write of a slow disk is done
 *   restore 1 slow|now   crash 1    restart 1    compact 1 5: snapshot, and drop the log before index 5
 *   status [1 2]    lease 1    proposals 1
 *   show all|results     results hides messages and writes
 */
import { leaseValid } from '../../../src/log/raft/raft.ts'
import { proposalRefusal } from '../../../src/log/raft/propose.ts'
import type { ConfigurationChange, Message, Output } from '../../../src/log/raft/types.ts'
import { Cluster, member } from './cluster.ts'
import { formatOutput, formatStatus } from './format.ts'

type Command = (args: readonly string[]) => void

/** Runs a script and returns it with the outputs that really came. */
export const runScript = (text: string): string => {
  const session = new Session()
  const blocks = text.trimEnd().split(/\n{2,}/)
  const written = blocks.map((block) => {
    const [input = ''] = block.split(/^----$/m)
    const lines = input.trimEnd().split('\n')
    const commands = lines.filter((line) => !line.startsWith('#'))
    if (commands.every((line) => line.trim() === '')) return lines.join('\n')
    return [...lines, '----', ...session.run(commands)].join('\n')
  })
  return `${written.join('\n\n')}\n`
}

class Session {
  private cluster = new Cluster({ voters: [] })
  private lines: string[] = []
  private showAll = true
  private nextId = 1
  private readonly kept = new Map<string, Message>()

  run(commands: readonly string[]): readonly string[] {
    this.lines = []
    for (const command of commands) {
      const [name = '', ...args] = command.match(/[^\s(]*\([^)]*\)|\S+/g) ?? []
      const run = this.commands[name]
      if (run === undefined) throw new Error(`unknown command "${command}"`)
      run(args)
    }
    return this.lines
  }

  private readonly commands: Readonly<Record<string, Command>> = {
    cluster: (args) => this.begin(args),
    show: ([what]) => (this.showAll = what === 'all'),
    timeout: ([id = '']) => this.cluster.timeOut(id),
    tick: ([id = '', ms = '']) => this.cluster.pass(Number(ms), id === 'all' ? undefined : [id]),
    run: ([ms = '']) => {
      for (let passed = 0; passed < Number(ms); passed += 10) {
        this.cluster.pass(10)
        this.cluster.settle()
      }
    },
    propose: ([id = '', ...texts]) => this.cluster.propose(id, ...texts),
    read: ([id = '']) => this.feed(id, { type: 'Read', readId: this.nextId++, nowMs: this.cluster.nowMs }),
    change: ([id = '', type = '', target = '']) => {
      const requestId = this.nextId++
      this.feed(id, {
        type: 'ChangeConfiguration',
        change: changeOf(type, target),
        requestId,
        nowMs: this.cluster.nowMs,
      })
    },
    transfer: ([id = '', target]) => {
      const requestId = this.nextId++
      this.feed(id, { type: 'Transfer', target: target ?? null, requestId, nowMs: this.cluster.nowMs })
    },
    unreachable: ([id = '', peer = '']) => this.feed(id, { type: 'Unreachable', peer }),
    deliver: (args) => void this.cluster.deliver(chosenBy(args)),
    settle: (args) => this.cluster.settle(chosenBy(args)),
    drop: (args) => {
      const chosen = chosenBy(args)
      this.cluster.network = this.cluster.network.filter((message) => !chosen(message))
    },
    keep: ([name = '', ...args]) => {
      const message = this.cluster.network.find(chosenBy(args))
      if (message === undefined) throw new Error(`nothing to keep as ${name}`)
      this.kept.set(name, message)
    },
    hand: ([name = '']) => {
      const message = this.kept.get(name)
      if (message === undefined) throw new Error(`nothing is kept as ${name}`)
      this.cluster.hand(message)
    },
    cut: ([way = '']) => {
      const [from = '', to = ''] = way.split('->')
      this.cluster.cut(from, to)
    },
    isolate: ([id = '']) => this.cluster.isolate(id),
    heal: () => this.cluster.heal(),
    disk: ([id = '', how]) => {
      const server = this.cluster.server(id)
      server.slowDisk = how === 'slow'
      if (!server.slowDisk) server.persistAll()
    },
    persist: ([id = '']) => {
      if (!this.cluster.server(id).persistOne()) this.lines.push(`${id} has nothing to persist`)
    },
    restore: ([id = '', how]) => {
      this.cluster.server(id).slowRestore = how === 'slow'
      if (how === 'now') this.cluster.server(id).finishRestore()
    },
    crash: ([id = '']) => this.cluster.server(id).crash(),
    restart: ([id = '']) => this.cluster.server(id).restart(),
    compact: ([id = '', first = '']) => this.cluster.server(id).compact(Number(first)),
    status: (ids) => {
      for (const [id, server] of this.cluster.servers)
        if (ids.length === 0 || ids.includes(id)) this.lines.push(formatStatus(id, server.raft))
    },
    lease: ([id = '']) => {
      const valid = leaseValid(this.cluster.server(id).machine, this.cluster.nowMs)
      this.lines.push(`${id} lease ${valid ? 'holds' : 'does not hold'}`)
    },
    proposals: ([id = '']) => {
      this.lines.push(`${id} proposals: ${proposalRefusal(this.cluster.server(id).machine) ?? 'welcome'}`)
    },
  }

  private begin(args: readonly string[]): void {
    const given = new Map(args.map((arg) => splitOnce(arg)))
    const list = (name: string) => (given.get(name) ?? '').split(' ').filter((item) => item !== '')
    const logs: Record<string, readonly number[]> = {}
    const options: Record<string, number> = {}
    for (const [name, value] of given) {
      if (/^log\d+$/.test(name)) logs[name.slice(3)] = value.split(' ').map(Number)
      if (/(Ms|Entries|Bytes|Message|Inflight)$/.test(name)) options[name] = Number(value)
    }
    this.cluster = new Cluster({
      voters: list('voters'),
      learners: list('learners'),
      logs,
      term: Number(given.get('term') ?? 0),
      options,
      output: (server, output, held) => this.note(server.id, output, held),
    })
    for (const id of list('spares')) this.cluster.start(id, [])
    if (given.get('disk') === 'slow') for (const server of this.cluster.servers.values()) server.slowDisk = true
  }

  private note(id: string, output: Output, held: boolean): void {
    const traffic = output.type === 'Send' || output.type === 'Persist'
    if (this.showAll || !traffic) this.lines.push(formatOutput(id, output, held))
  }

  private feed(id: string, input: Parameters<Cluster['feed']>[1]): void {
    this.cluster.feed(id, input)
  }
}

const splitOnce = (arg: string): readonly [string, string] => {
  const at = arg.indexOf('=')
  return [arg.slice(0, at), arg.slice(at + 1).replace(/^\(|\)$/g, '')]
}

const chosenBy = (args: readonly string[]): ((message: Message) => boolean) => {
  const way = args.find((arg) => arg.includes('->'))?.split('->')
  const type = args.find((arg) => !arg.includes('->'))
  return (message) =>
    (way === undefined || (message.from === way[0] && message.to === way[1])) &&
    (type === undefined || message.type === type)
}

const changeOf = (type: string, id: string): ConfigurationChange => {
  switch (type) {
    case 'AddVoter':
      return { type, server: member(id, 'voter') }
    case 'AddLearner':
      return { type, server: member(id, 'learner') }
    case 'Demote':
    case 'Remove':
      return { type, id }
    default:
      throw new Error(`unknown change ${type}`)
  }
}
