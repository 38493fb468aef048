import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { decodeBase64 } from '../base64.ts'
import { fail, type Call, type Command } from '../command.ts'
import { openProblem } from '../file-problem.ts'
import { call as request, escapePath, type Result } from '../http-client.ts'
import { targetOf } from '../target.ts'

export const kvPut: Command = {
  usage: 'kv put [options] KEY [DATA]',
  help: 'Writes a value. DATA is the value itself, @FILE for the content of a file, - for standard input; none is empty.',
  flags: [
    { name: 'acquire', kind: 'switch', help: 'Takes the lock on the key; needs -session.' },
    { name: 'base64', kind: 'switch', help: 'DATA is base64 and is decoded first.' },
    { name: 'cas', kind: 'switch', help: 'Writes only if the key is still at -modify-index.' },
    { name: 'flags', kind: 'uint', help: 'Number kept with the key, for clients.' },
    { name: 'modify-index', kind: 'uint', help: 'ModifyIndex for -cas; 0: the key must not exist.' },
    { name: 'release', kind: 'switch', help: 'Gives the lock on the key back; needs -session.' },
    { name: 'session', kind: 'string', value: '<id>', help: 'Session for -acquire and -release.' },
  ],
  api: 'server',
  run: async (call) => {
    const { flags, terminal } = call
    const [key, data] = call.args
    if (key === undefined) return fail(terminal, 'Error! Missing KEY argument')
    if (call.args.length > 2) {
      return fail(terminal, `Error! Too many arguments (expected 1 or 2, got ${call.args.length})`)
    }
    const value = await valueOf(call, data ?? '')
    if (!value.ok) return fail(terminal, value.message)
    if ((flags.isOn('acquire') || flags.isOn('release')) && flags.text('session') === '') {
      return fail(terminal, 'Error! Missing -session (required with -acquire and -release)')
    }
    if (key.startsWith('/')) {
      return fail(terminal, `Error! Failed writing data: Invalid key. Key must not begin with a '/': ${key}`)
    }
    return write(call, key, value.value)
  },
}

/** DATA as bytes: a literal, a file or standard input, decoded when -base64 is given. */
const valueOf = async (call: Call, data: string): Promise<Result<Uint8Array>> => {
  const raw = await rawValue(call, data)
  if (!raw.ok) return { ok: false, message: `Error! Failed to read file: ${raw.message}` }
  if (!call.flags.isOn('base64')) return raw
  const decoded = decodeBase64(Buffer.from(raw.value).toString('utf8'))
  if (decoded.ok) return { ok: true, value: decoded.bytes }
  return { ok: false, message: `Error! Cannot base 64 decode data: ${decoded.message}` }
}

const rawValue = async (call: Call, data: string): Promise<Result<Uint8Array>> => {
  if (data === '-') return { ok: true, value: await call.terminal.stdin() }
  if (!data.startsWith('@')) return { ok: true, value: Buffer.from(data, 'utf8') }
  const name = data.slice(1)
  return readFile(resolve(call.terminal.cwd, name)).then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, message: openProblem(error, name) }),
  )
}

const write = async ({ flags, terminal }: Call, key: string, value: Uint8Array): Promise<number> => {
  const target = await targetOf(flags, terminal)
  if (!target.ok) return fail(terminal, `Error connecting to Consul agent: ${target.message}`)
  const index = flags.integer('modify-index')
  const answer = await request(target.value, {
    method: 'PUT',
    path: `/v1/kv/${escapePath(key)}`,
    query: {
      ...(flags.integer('flags') === 0n ? {} : { flags: flags.integer('flags').toString() }),
      ...(flags.isOn('cas') ? { cas: index.toString() } : {}),
      ...(flags.isOn('acquire') && !flags.isOn('cas') ? { acquire: flags.text('session') } : {}),
      ...(flags.isOn('release') && !flags.isOn('cas') && !flags.isOn('acquire')
        ? { release: flags.text('session') }
        : {}),
    },
    body: value,
  })
  if (!answer.ok) return fail(terminal, `Error! Failed writing data: ${answer.message}`)
  const done = answer.value.body.includes('true')
  if (flags.isOn('cas')) {
    if (done) return written(`Success! Data written to: ${key}`)
    const why = index === 0n ? 'CAS performed with index=0 and key already exists.' : 'CAS failed'
    return fail(terminal, `Error! Did not write to ${key}: ${why}`)
  }
  if (flags.isOn('acquire')) {
    return done ? written(`Success! Lock acquired on: ${key}`) : fail(terminal, 'Error! Did not acquire lock')
  }
  if (flags.isOn('release')) {
    return done ? written(`Success! Lock released on: ${key}`) : fail(terminal, 'Error! Did not release lock')
  }
  return done ? written(`Success! Data written to: ${key}`) : fail(terminal, `Error! Did not write to ${key}`)

  function written(line: string): number {
    terminal.out(`${line}\n`)
    return 0
  }
}
