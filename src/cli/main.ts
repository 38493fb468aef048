#!/usr/bin/env node
/** The executable: finds the command that the arguments name and runs it. Each command's code is loaded when it is used. */
import { basename } from 'node:path'
import { dispatch } from './dispatch.ts'
import type { Terminal } from './terminal.ts'

const readStdin = async (): Promise<Uint8Array> => {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks)
}

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stdin: readStdin,
  env: process.env,
  cwd: process.cwd(),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** `consul` when called through a link of that name, `proconsul` otherwise. */
const programName = (script: string | undefined): string => {
  const name = basename(script ?? '', '.js')
  return name === 'consul' ? 'consul' : 'proconsul'
}

/** A reader that closed its end (`| head`) is no error of ours. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1)
  })
}

process.exitCode = await dispatch(programName(process.argv[1]), process.argv.slice(2), terminal)
