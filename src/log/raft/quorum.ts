/** Majority arithmetic. Nothing here knows what is counted: log positions, times and rounds use the same functions. */

/** How many of `voters` make a majority. */
export const majority = (voters: number): number => Math.floor(voters / 2) + 1

/** The highest value that a majority has reached (Raft 5.3, 5.4): one value per voter; -Infinity without voters. */
export const quorumValue = (values: readonly number[]): number => {
  const ascending = [...values].sort((a, b) => a - b)
  return ascending[ascending.length - majority(ascending.length)] ?? -Infinity
}

/** Whether a campaign is decided. Only answers of `voters` count, one per voter (Raft 5.2). */
export const voteResult = (
  voters: readonly string[],
  votes: ReadonlyMap<string, boolean>,
): 'won' | 'lost' | 'pending' => {
  let granted = 0
  let refused = 0
  for (const voter of voters) {
    const vote = votes.get(voter)
    if (vote === true) granted++
    if (vote === false) refused++
  }
  const needed = majority(voters.length)
  if (granted >= needed) return 'won'
  return voters.length - refused < needed ? 'lost' : 'pending'
}
