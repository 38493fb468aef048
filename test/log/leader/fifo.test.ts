import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  emptyFifo,
  first,
  itemsOf,
  newest,
  pop,
  push,
  pushFront,
  shift,
  sizeOf,
  takeAll,
} from '../../../src/log/leader/fifo.ts'

type Op = 'push' | 'pushFront' | 'shift' | 'pop'

describe('a fifo', () => {
  test('behaves like an array under any operations', () => {
    const ops = fc.array(fc.constantFrom<Op>('push', 'push', 'push', 'pushFront', 'shift', 'shift', 'pop'), {
      maxLength: 200,
    })
    fc.assert(
      fc.property(ops, (list) => {
        const fifo = emptyFifo<number>()
        const model: number[] = []
        list.forEach((op, i) => {
          if (op === 'push') {
            push(fifo, i)
            model.push(i)
          } else if (op === 'pushFront') {
            pushFront(fifo, i)
            model.unshift(i)
          } else if (op === 'shift') expect(shift(fifo)).toBe(model.shift())
          else expect(pop(fifo)).toBe(model.pop())
          expect(itemsOf(fifo)).toEqual(model)
          expect([first(fifo), newest(fifo), sizeOf(fifo)]).toEqual([model[0], model.at(-1), model.length])
        })
        expect(takeAll(fifo)).toEqual(model)
        expect(sizeOf(fifo)).toBe(0)
      }),
    )
  })

  test('lets go of the memory of what was taken out', () => {
    const fifo = emptyFifo<number>()
    for (let i = 0; i < 10_000; i++) push(fifo, i)
    for (let i = 0; i < 9_000; i++) expect(shift(fifo)).toBe(i)
    expect(fifo.items.length).toBeLessThan(5_000)
    expect(itemsOf(fifo)).toHaveLength(1_000)
    expect(first(fifo)).toBe(9_000)
  })
})
