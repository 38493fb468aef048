/** From the text of a filter to a test on records. */
import * as E from 'fp-ts/lib/Either.js'
import type { ByteString } from '../../domain/bytes.ts'
import type { Expression } from './expression.ts'
import { select } from './field.ts'
import type { Table, Test } from './field.ts'
import { parseFilter } from './parse.ts'

/**
 * Compiles a filter for records of one type. Left: the whole text of the refusal, as a byte string, as clients know it
 * (reference: HTTP API 1.10); selectors, operators and values are checked even if there is no record to test.
 */
export const compileFilter = <R>(fields: Table<R>, filter: ByteString): E.Either<string, Test<R>> => {
  const parsed = parseFilter(filter)
  const test = E.isLeft(parsed) ? parsed : compile(fields, parsed.right)
  return E.mapLeft((why: string) => `Failed to create boolean expression evaluator: ${why}`)(test)
}

const compile = <R>(fields: Table<R>, expression: Expression): E.Either<string, Test<R>> => {
  switch (expression.type) {
    case 'match':
      return select(fields, expression, expression.selector)
    case 'not':
      return E.map(
        (test: Test<R>): Test<R> =>
          (record) =>
            !test(record),
      )(compile(fields, expression.operand))
    case 'and':
      return combine(fields, expression.operands, (tests) => (record) => tests.every((test) => test(record)))
    case 'or':
      return combine(fields, expression.operands, (tests) => (record) => tests.some((test) => test(record)))
  }
}

const combine = <R>(
  fields: Table<R>,
  operands: readonly Expression[],
  join: (tests: readonly Test<R>[]) => Test<R>,
): E.Either<string, Test<R>> => {
  const tests: Test<R>[] = []
  for (const operand of operands) {
    const test = compile(fields, operand)
    if (E.isLeft(test)) return test
    tests.push(test.right)
  }
  return E.right(join(tests))
}
