import * as t from 'io-ts'
import { checkFields, nodeFields, serviceFields } from '../records.ts'
import { event, nullable } from './declare.ts'

/** Why something left the catalog: asked for, or with the node or service that it belonged to. */
export const RemovalCause = t.keyof({ request: null, node: null, service: null })

export const catalogEvents = {
  NodeRegistered: event('NodeRegistered', 1, 'A node was entered into the catalog or its record changed.', {
    ...nodeFields,
    renamedFrom: nullable(t.string), // the node id was known under this name
  }),
  NodeDeregistered: event('NodeDeregistered', 1, 'A node left the catalog; events for all that hung on it follow.', {
    node: t.string,
    id: t.string,
  }),
  ServiceRegistered: event(
    'ServiceRegistered',
    1,
    'A service instance was registered or its record changed.',
    serviceFields,
  ),
  ServiceDeregistered: event('ServiceDeregistered', 1, 'A service instance left the catalog.', {
    node: t.string,
    id: t.string,
    name: t.string,
    cause: RemovalCause,
  }),
  CheckRegistered: event('CheckRegistered', 1, 'A health check was registered or its definition changed.', checkFields),
  CheckStatusChanged: event('CheckStatusChanged', 1, 'A health check changed its status or its output.', {
    ...checkFields,
    previousStatus: t.string,
  }),
  CheckDeregistered: event('CheckDeregistered', 1, 'A health check left the catalog.', {
    node: t.string,
    checkId: t.string,
    serviceId: t.string,
    serviceName: t.string,
    cause: RemovalCause,
  }),
}

export type CatalogEvent = t.TypeOf<(typeof catalogEvents)[keyof typeof catalogEvents]['codec']>
