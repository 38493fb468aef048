/** What a command may touch of the process; filled in by main.ts, and by tests. */
export type Terminal = {
  readonly out: (text: string | Uint8Array) => void
  readonly err: (text: string) => void
  readonly stdin: () => Promise<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative file names of the command line start here. */
  readonly cwd: string
  /** Resolves after that many ms. */
  readonly pause: (ms: number) => Promise<void>
}
