/** Counts and sizes by name. */

export type Stat = { readonly name: string; readonly count: number; readonly bytes: number }

export class Tally {
  private readonly byName = new Map<string, { count: number; bytes: number }>()

  add(name: string, bytes: number, count = 1): void {
    const stat = this.byName.get(name)
    if (stat === undefined) this.byName.set(name, { count, bytes })
    else {
      stat.count += count
      stat.bytes += bytes
    }
  }

  /** Largest first, then by name. */
  stats(): readonly Stat[] {
    return [...this.byName]
      .map(([name, stat]) => ({ name, ...stat }))
      .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
  }
}
