import type { DecideContext, Resource, Right } from './decision.ts'
import type { Rejection } from './rejection.ts'

/** The refusal when the requester lacks a right; null when it may. */
export const denied = (ctx: DecideContext, type: Resource['type'], name: string, right: Right): Rejection | null =>
  ctx.may({ type, name }, right) ? null : { type: 'Denied', resource: `${type}:${name}` }
