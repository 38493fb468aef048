import type { Terminal } from '../../src/cli/terminal.ts'

export type Captured = { readonly terminal: Terminal; readonly stdout: () => string; readonly stderr: () => string }

/** A terminal that keeps what was written; `cwd`, `env` and standard input as given. */
export const fakeTerminal = (
  given: { env?: Record<string, string>; stdin?: string; cwd?: string; paused?: () => void } = {},
): Captured => {
  const out: Buffer[] = []
  const err: string[] = []
  return {
    terminal: {
      out: (text) => out.push(Buffer.from(text)),
      err: (text) => err.push(text),
      stdin: () => Promise.resolve(Buffer.from(given.stdin ?? '')),
      env: given.env ?? {},
      cwd: given.cwd ?? process.cwd(),
      pause: () => {
        given.paused?.()
        return Promise.resolve()
      },
    },
    stdout: () => Buffer.concat(out).toString('utf8'),
    stderr: () => err.join(''),
  }
}
