/**
 * Answers about gateways. No service is bound to a gateway here, so they are those of an empty table: its index is 1,
 * and who waits for a change of it waits for as long as asked.
 */
import type { QueryOf } from '../../domain/queries/all.ts'
import type { Answered } from '../answered.ts'
import { entryTable } from '../filter/tables.ts'
import { withFilter } from './select.ts'
import type { BadFilter } from './select.ts'
import type { HealthEntry } from './state.ts'
import { gatewayTopic } from './touched.ts'

/** The services that a gateway exposes; null: none. */
export const gatewayServices = ({ gateway }: QueryOf<'catalog.gateway'>): Answered<null> => ({
  index: 1,
  result: null,
  topics: [gatewayTopic(gateway)],
  absent: true,
})

/** The instances of the ingress gateways that expose a service. */
export const ingressEntries = ({
  service,
  filter,
}: QueryOf<'health.ingress'>): Answered<readonly HealthEntry[] | BadFilter> =>
  withFilter(entryTable, filter, () => ({ index: 1, result: [], topics: [gatewayTopic(service)], absent: true }))
