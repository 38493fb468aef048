/** What clients read when a config entry or an intention is refused (reference: config entries, intentions). */
import type { ByteString } from '../../domain/bytes.ts'
import type { ConfigEntryProblem, SourceProblem } from '../../domain/decide/config-entry-problem.ts'
import { maxDescriptionBytes } from '../../domain/decide/config-entry-rules.ts'
import { quote } from '../json/write.ts'

/** The whole text, a byte string. */
export const configProblemText = (problem: ConfigEntryProblem): ByteString => {
  switch (problem.type) {
    case 'UnknownKind':
      return unknownKind(problem.kind)
    case 'NoName':
      return 'Name is required'
    case 'WildcardName':
      return 'Name must be the name of a service, and not a wildcard'
    case 'ExportsName':
      return 'exported-services Name must be "default"'
    case 'NoSplits':
      return 'no splits configured'
    case 'SplitTwice':
      return `split destination occurs more than once: service=${quote(problem.service)}, subset=${quote(problem.subset)}, namespace=""`
    case 'SplitSum':
      return `the sum of all split weights must be 100, not ${problem.sum.toFixed(6)}`
    case 'MetaWithId':
      return 'Meta must be omitted for legacy intention writes'
    case 'NoSources':
      return 'At least one source is required'
    case 'PartialWildcard':
      return `${problem.at === null ? '' : `Sources[${problem.at}].`}Name: wildcard character '*' cannot be used with partial values`
    case 'BadSource':
      return `Sources[${problem.at}].${sourceTexts[problem.why]}`
    case 'BadPermission':
      return `Sources[${problem.at}].Permissions[${problem.permission}].Action must be set to 'allow' or 'deny'`
    case 'SourceTwice':
      return `Sources[${problem.at}] defines ${quote(problem.name)} more than once`
    case 'IdGiven':
      return 'ID must be empty when creating a new intention'
    case 'UnknownIntention':
      return `Cannot ${problem.wanted} non-existent intention: '${problem.id}'`
    case 'DestinationMoved':
      return 'cannot modify DestinationNS or DestinationName for an intention once it exists.'
  }
}

export const unknownKind = (kind: ByteString): ByteString => `invalid config entry kind: ${kind}`

const sourceTexts: { readonly [why in SourceProblem]: string } = {
  'no name': 'Name is required',
  type: "Type must be set to 'consul'",
  'description too long': `Description exceeds maximum length ${maxDescriptionBytes}`,
  metadata: 'LegacyMeta must be omitted',
  action: "Action must be set to 'allow' or 'deny'",
  'action beside permissions': 'Action must be omitted if Permissions are specified',
  'permissions for every destination': 'Permissions cannot be specified on intentions with wildcarded destinations',
}
