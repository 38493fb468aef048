import type { Actor } from '../actor.ts'

/** Small data that answers a command; stored in the entry's header so that a retry elsewhere gets the same answer. */
export type Reply =
  null | boolean | number | bigint | string | Uint8Array | readonly Reply[] | { readonly [key: string]: Reply }

export type Decision<Event, Answer = Reply> = { readonly events: readonly Event[]; readonly reply: Answer }

export type Right = 'read' | 'list' | 'write'

/** Something a token may have a right on, e.g. `{type: 'key', name: 'app/db'}`. */
export type Resource = {
  readonly type:
    | 'key'
    | 'keyPrefix'
    | 'session'
    | 'node'
    | 'service'
    | 'query'
    | 'event'
    | 'agent'
    | 'operator'
    | 'intention'
    | 'mesh'
  readonly name: string
}

/** What a decider may know beyond the world: all of it chosen before, so that the decider stays pure. */
export type DecideContext = {
  /** Leader's wall clock in ms, never below the last entry's. */
  readonly now: number
  readonly actor: Actor
  readonly may: (resource: Resource, right: Right) => boolean
  /** Replicated feature level: event versions above it must not be emitted. */
  readonly featureLevel: number
}
