/**
 * Between events and their stored form. One io-ts codec per event, found by a map: a union of all events would be tried
 * member by member. Fields that a codec does not know survive.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { invariant } from '../domain/invariant.ts'
import type { StoredRecord, Upcast } from '../domain/upcasts.ts'
import { packWithout } from './message-pack.ts'
import { unpackInto } from './message-unpack.ts'
import type { AnyEvent, EventCodec } from './types.ts'

/** What a table of events declares of each (`src/domain/events/declare.ts`). */
export type Declared<Event extends AnyEvent> = {
  readonly type: string
  readonly version: number
  readonly since: number
  readonly codec: t.Decoder<unknown, Event> & { readonly is: t.Is<Event> }
}

/**
 * Makes the codec of all declared events. `upcasts` must lead from every version they know to the declared one, without
 * gaps. Encoding breaks an invariant on an event that is not declared; decoding answers with a Left.
 */
export const eventCodec = <Event extends AnyEvent>(
  tables: Readonly<Record<string, Declared<Event>>>,
  upcasts: readonly Upcast[],
): EventCodec<Event> => {
  const byType = new Map(Object.values(tables).map((declared) => [declared.type, declared]))
  const older = upcastSteps(byType, upcasts)
  const declaredFor = (event: Event): Declared<Event> => {
    const declared = byType.get(event.type)
    invariant(declared !== undefined, `the event ${event.type} is declared`)
    return declared
  }
  return {
    version: (event) => declaredFor(event).version,
    since: (event) => declaredFor(event).since,
    encode: (event) => {
      declaredFor(event)
      return packWithout(event, 'type')
    },
    decode: (type, version, payload) => {
      const declared = byType.get(type)
      if (declared === undefined) return E.left(`The event ${type} is unknown to this release`)
      const steps = version === declared.version ? noSteps : older.get(stepKey(type, version))
      if (steps === undefined) return E.left(`Version ${version} of the event ${type} is unknown to this release`)
      return decodeWith(declared, steps, payload)
    },
  }
}

const noSteps: readonly Upcast[] = []

const decodeWith = <Event extends AnyEvent>(
  declared: Declared<Event>,
  steps: readonly Upcast[],
  payload: Uint8Array,
): E.Either<string, Event> => {
  const stored = unpackInto({ type: declared.type }, payload)
  if (E.isLeft(stored)) return E.left(`The event ${declared.type} is malformed: ${stored.left}`)
  let record: StoredRecord = stored.right
  for (const upcast of steps) record = upcast.step(record)
  if (declared.codec.is(record)) return E.right(record) // several times quicker than `decode`, which says what is wrong
  const decoded = declared.codec.decode(record)
  return E.isRight(decoded)
    ? decoded
    : E.left(`The event ${declared.type} is malformed: ${fieldsAtFault(decoded.left)}`)
}

const stepKey = (type: string, version: number): string => `${type}@${version}`

/** The steps from each older version to the present one. */
const upcastSteps = (
  declared: ReadonlyMap<string, Declared<AnyEvent>>,
  upcasts: readonly Upcast[],
): ReadonlyMap<string, readonly Upcast[]> => {
  const steps = new Map<string, readonly Upcast[]>()
  const newestFirst = [...upcasts].sort((a, b) => b.from - a.from)
  for (const upcast of newestFirst) {
    const key = stepKey(upcast.type, upcast.from)
    const last = declared.get(upcast.type)?.version === upcast.from + 1
    const rest = last ? noSteps : steps.get(stepKey(upcast.type, upcast.from + 1))
    invariant(
      rest !== undefined && !steps.has(key),
      `the upcasts of ${upcast.type} lead on from version ${upcast.from}`,
    )
    steps.set(key, [upcast, ...rest])
  }
  return steps
}

/** Where the first problems lie; the values stay out: they may be long, secret, or beyond JSON. */
const fieldsAtFault = (errors: t.Errors): string =>
  [
    ...new Set(
      errors.map(({ context }) =>
        context
          .map(({ key }) => key)
          .filter((key) => key !== '')
          .join('.'),
      ),
    ),
  ]
    .slice(0, 3)
    .join(', ')
