/** Texts of refused prepared queries (reference: validation texts); clients match them. */
import type { ByteString } from '../../domain/bytes.ts'
import type { QueryProblem, TemplateProblem } from '../../domain/decide/query-problem.ts'
import { isUuid } from './uuid.ts'

/** Problems found before the definition reaches the log, and in it, have prefixes of their own. */
export const queryProblemText = (problem: QueryProblem): ByteString => {
  switch (problem.type) {
    case 'IdGiven':
      return 'ID must be empty when creating a new prepared query'
    case 'UnknownQuery':
      return `Cannot modify non-existent prepared query: '${problem.id}'`
    case 'Unbound':
      return `${invalid}Must be bound to a session`
    case 'RedactedToken':
      return `${invalid}Bad Token '<hidden>', it looks like a query definition with a redacted token was submitted`
    case 'NoService':
      return `${invalid}Must provide a Service name to query`
    case 'BadNearestN':
      return `${invalid}Bad NearestN '${problem.nearestN}', must be >= 0`
    case 'TargetsWith':
      return `${invalid}Targets cannot be populated with ${problem.what}`
    case 'BadDnsTtl':
      return `${invalid}Bad DNS TTL '${problem.ttl}': ${problem.why}`
    case 'NegativeDnsTtl':
      return `${invalid}DNS TTL '${problem.ttlNs}', must be >=0`
    case 'NameTaken':
      return `${applied}name '${problem.name}' aliases an existing query name`
    case 'NameIsId':
      return `${applied}name '${problem.name}' aliases an existing query ID`
    case 'CatchAllTaken':
      return `${applied}a query template with an empty name already exists`
    case 'UnknownSession':
      return isUuid(problem.session)
        ? `${applied}invalid session "${problem.session}"`
        : `${applied}invalid session: index error: UUID must be 36 characters`
    case 'BadTemplate':
      return `${applied}failed compiling template: ${templateProblemText(problem.problem)}`
  }
}

export const templateProblemText = (problem: TemplateProblem): ByteString => {
  switch (problem.type) {
    case 'BadType':
      return `Bad Template.Type '${problem.templateType}'`
    case 'BadRegexp':
      return `Bad Regexp: ${problem.why}`
    case 'BadFormat':
      return `Bad format '${problem.format}' in Service${problem.path}: ${problem.why}`
  }
}

const invalid = 'Invalid prepared query: '
const applied = 'raft apply failed: '
