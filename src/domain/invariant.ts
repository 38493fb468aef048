/** Ends the process with a stack trace when our own reasoning is broken; never used for input from outside. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`)
}
