/** Builders of events, with the values that most tests do not care about. */
import type { Event } from '../../../src/domain/events/all.ts'

type EventOf<T extends Event['type']> = Extract<Event, { readonly type: T }>

export const keySet = (key: string, over: Partial<EventOf<'KeySet'>> = {}): EventOf<'KeySet'> => ({
  type: 'KeySet',
  key,
  value: 'v',
  flags: 0n,
  session: null,
  lockIndex: 0,
  createIndex: 0,
  ...over,
})

export const keyLocked = (
  key: string,
  session: string,
  over: Partial<EventOf<'KeyLocked'>> = {},
): EventOf<'KeyLocked'> => ({
  type: 'KeyLocked',
  key,
  session,
  lockIndex: 1,
  flags: 0n,
  value: 'v',
  valueAt: null,
  createIndex: 0,
  ...over,
})

export const keyUnlocked = (
  key: string,
  session: string,
  over: Partial<EventOf<'KeyUnlocked'>> = {},
): EventOf<'KeyUnlocked'> => ({
  type: 'KeyUnlocked',
  key,
  session,
  lockIndex: 1,
  flags: 0n,
  value: null,
  valueAt: null,
  createIndex: 0,
  cause: 'request',
  lockDelayUntil: null,
  ...over,
})

export const keyDeleted = (key: string, over: Partial<EventOf<'KeyDeleted'>> = {}): EventOf<'KeyDeleted'> => ({
  type: 'KeyDeleted',
  key,
  cause: 'request',
  lockDelayUntil: null,
  ...over,
})

export const treeDeleted = (prefix: string, keysCount = 1): EventOf<'TreeDeleted'> => ({
  type: 'TreeDeleted',
  prefix,
  keysCount,
})

export const sessionCreated = (
  id: string,
  over: Partial<EventOf<'SessionCreated'>> = {},
): EventOf<'SessionCreated'> => ({
  type: 'SessionCreated',
  id,
  name: '',
  node: 'n1',
  lockDelayMs: 15_000,
  behavior: 'release',
  ttl: '',
  ttlMs: 0,
  nodeChecks: [],
  serviceChecks: null,
  checks: null,
  ...over,
})

export const sessionDestroyed = (
  id: string,
  over: Partial<EventOf<'SessionDestroyed'>> = {},
): EventOf<'SessionDestroyed'> => ({
  type: 'SessionDestroyed',
  id,
  node: 'n1',
  cause: 'request',
  check: null,
  lastRenewalAt: null,
  ...over,
})

export const nodeRegistered = (
  node: string,
  over: Partial<EventOf<'NodeRegistered'>> = {},
): EventOf<'NodeRegistered'> => ({
  type: 'NodeRegistered',
  id: '',
  node,
  address: '10.0.0.1',
  datacenter: 'dc1',
  taggedAddresses: null,
  meta: null,
  locality: null,
  createIndex: 0,
  renamedFrom: null,
  ...over,
})

export const checkRegistered = (
  node: string,
  checkId: string,
  over: Partial<EventOf<'CheckRegistered'>> = {},
): EventOf<'CheckRegistered'> => ({
  type: 'CheckRegistered',
  node,
  checkId,
  name: checkId,
  status: 'passing',
  notes: '',
  output: '',
  serviceId: '',
  serviceName: '',
  serviceTags: null,
  checkType: '',
  interval: '',
  timeout: '',
  exposedPort: 0,
  definition: null,
  createIndex: 0,
  ...over,
})
