import * as E from 'fp-ts/lib/Either.js'
import { parseMoment, type Moment } from '../../net/http/moment.ts'

/** An end of a range of the log. `open`: not given. */
export type Bound = Moment | { readonly type: 'open' }

/** The moment that a flag names; Left names the flag and what is wrong. `nowMs`: the wall clock. */
export const bound = (flag: string, text: string, nowMs: number): E.Either<string, Bound> => {
  if (text === '') return E.right({ type: 'open' })
  const moment = parseMoment(text, nowMs)
  return E.isLeft(moment) ? E.left(`-${flag} ${moment.left}`) : moment
}
