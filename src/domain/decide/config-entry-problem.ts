/** What may be wrong with a config entry or an intention, as data. The texts are those of the border. */
export type ConfigEntryProblem =
  | { readonly type: 'UnknownKind'; readonly kind: string }
  | { readonly type: 'NoName' }
  | { readonly type: 'WildcardName' }
  | { readonly type: 'ExportsName' } // exported services have one entry, and its name is fixed
  | { readonly type: 'NoSplits' }
  | { readonly type: 'SplitTwice'; readonly service: string; readonly subset: string }
  | { readonly type: 'SplitSum'; readonly sum: number } // percent
  | { readonly type: 'MetaWithId' } // entries whose sources have ids carry no metadata
  | { readonly type: 'NoSources' }
  | { readonly type: 'PartialWildcard'; readonly at: number | null } // null: the name of the entry
  | { readonly type: 'BadSource'; readonly at: number; readonly why: SourceProblem }
  | { readonly type: 'BadPermission'; readonly at: number; readonly permission: number }
  | { readonly type: 'SourceTwice'; readonly at: number; readonly name: string }
  | { readonly type: 'IdGiven' }
  | { readonly type: 'UnknownIntention'; readonly id: string; readonly wanted: 'modify' | 'delete' }
  | { readonly type: 'DestinationMoved' }

export type SourceProblem =
  | 'no name'
  | 'type'
  | 'description too long'
  | 'metadata'
  | 'action'
  | 'action beside permissions'
  | 'permissions for every destination'
