/**
 * All that is not deterministic, as one record: the simulator fills it with virtual time and seeded chance, the real
 * program with `clock.ts`.
 */
export type Env = {
  /** Monotonic ms; durations, leases and timers count with it. */
  readonly now: () => number
  /** Wall clock in ms since 1970; only stamps entries. */
  readonly wall: () => number
  /** Calls back once after that many ms; the returned function cancels. */
  readonly setTimer: (ms: number, fire: () => void) => () => void
  /** Continues after the I/O that is waiting now was handled. */
  readonly yield: () => Promise<void>
  /** Fresh random bytes. */
  readonly random: (bytes: number) => Uint8Array
}
