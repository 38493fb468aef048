/** The kinds of config entries and what their entries are called. Loads nothing, so that the command line may. */

/** `name`: the one name that entries of the kind have, whatever the client says; null: any. */
export type KindRules = { readonly name: string | null }

const anyName: KindRules = { name: null }

export const serviceIntentions = 'service-intentions'

export const configEntryKinds: ReadonlyMap<string, KindRules> = new Map<string, KindRules>([
  ['service-defaults', anyName],
  ['proxy-defaults', { name: 'global' }],
  ['service-resolver', anyName],
  ['service-router', anyName],
  ['service-splitter', anyName],
  [serviceIntentions, anyName],
  ['ingress-gateway', anyName],
  ['terminating-gateway', anyName],
  ['mesh', { name: 'mesh' }],
  ['exported-services', anyName],
  ['api-gateway', anyName],
  ['bound-api-gateway', anyName],
  ['http-route', anyName],
  ['tcp-route', anyName],
  ['inline-certificate', anyName],
  ['jwt-provider', anyName],
])
