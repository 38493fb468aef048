/** Moments of the log as requests name them: an index, `index.ordinal`, a time, or a time ago (history: words). */
import * as E from 'fp-ts/lib/Either.js'
import { nsPerMs, parseGoDuration } from '../../domain/go-duration.ts'

export type Moment =
  | { readonly type: 'address'; readonly index: number; readonly ordinal: number | null }
  | { readonly type: 'time'; readonly ms: number }

/** Left: why the text is none. `nowMs` is the wall clock. */
export const parseMoment = (text: string, nowMs: number): E.Either<string, Moment> => {
  if (text === 'now') return E.right({ type: 'time', ms: nowMs })
  const address = /^([0-9]{1,15})(?:\.([0-9]{1,9}))?$/.exec(text)
  if (address !== null) {
    const ordinal = address[2] === undefined ? null : Number(address[2])
    return E.right({ type: 'address', index: Number(address[1]), ordinal })
  }
  if (text.startsWith('-')) {
    const ago = parseGoDuration(text)
    return E.isLeft(ago)
      ? E.left(`is neither an index nor a time: ${ago.left}`)
      : E.right({ type: 'time', ms: nowMs + Number(ago.right / nsPerMs) })
  }
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) return E.left('is neither an index nor a time')
  return ms > nowMs ? E.left('lies in the future') : E.right({ type: 'time', ms })
}
