/** What may be wrong with a prepared query, as data. The texts are those of the border. */

/** Why the texts of a template cannot be rendered. `path` is where, such as `.Tags[0]`. */
export type TemplateProblem =
  | { readonly type: 'BadType'; readonly templateType: string }
  | { readonly type: 'BadRegexp'; readonly why: string }
  | { readonly type: 'BadFormat'; readonly format: string; readonly path: string; readonly why: string }

export type QueryProblem =
  | { readonly type: 'IdGiven' }
  | { readonly type: 'UnknownQuery'; readonly id: string }
  | { readonly type: 'Unbound' } // neither name, session nor template
  | { readonly type: 'RedactedToken' }
  | { readonly type: 'NoService' }
  | { readonly type: 'BadNearestN'; readonly nearestN: number }
  | { readonly type: 'TargetsWith'; readonly what: 'NearestN' | 'Datacenters' }
  | { readonly type: 'BadDnsTtl'; readonly ttl: string; readonly why: string }
  | { readonly type: 'NegativeDnsTtl'; readonly ttlNs: bigint }
  | { readonly type: 'NameTaken'; readonly name: string }
  | { readonly type: 'NameIsId'; readonly name: string }
  | { readonly type: 'CatchAllTaken' }
  | { readonly type: 'UnknownSession'; readonly session: string }
  | { readonly type: 'BadTemplate'; readonly problem: TemplateProblem }
