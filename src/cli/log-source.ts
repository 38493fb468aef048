/** Where the `log` commands read: through an agent, or from the files of a stopped server. One interface for both. */
import type { Result } from './http-client.ts'
import type { Tree, TreeObject } from './tree.ts'

/** What `log show` selects; '' and null: not asked. Moments as the user wrote them, inclusive. */
export type EventQuery = {
  readonly since: string
  readonly until: string
  readonly types: string
  readonly topic: string
  readonly actor: string
  readonly limit: number | null
  readonly reverse: boolean
}

/** Events in the shape of `/v1/log`. A page holds what one read gave; `next` continues it, null: that was all. */
export type EventPage = { readonly events: readonly Tree[]; readonly next: string | null }

export type Verified = {
  readonly intact: true
  readonly firstIndex: number
  readonly lastIndex: number
  readonly entriesCount: number
  /** Of the last entry, hexadecimal. */
  readonly headHash: string
  /** What was looked at, for the last line of the report. */
  readonly checked: string
}

/** What is broken, with file and offset where they are known. */
export type Broken = { readonly intact: false; readonly problem: string }

/** Rows of a view: one object per record. */
export type ReplayedView = { readonly index: number; readonly rows: readonly TreeObject[] }

export type LogSource = {
  readonly events: (query: EventQuery) => Promise<Result<EventPage>>
  readonly replay: (view: string, until: string) => Promise<Result<ReplayedView>>
  readonly verify: () => Promise<Result<Verified | Broken>>
  /** In the shape of `/v1/log/status`. */
  readonly stats: () => Promise<Result<TreeObject>>
}
