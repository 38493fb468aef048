/**
 * Blocking queries. Those that ask the same question form a group: one wait on the backend, one evaluation for each
 * wake-up, one serialization (shared answers), many answers. Answers are written in slices, so that ten thousand of them
 * do not hold up the event loop; deadlines hang in one timer wheel (reference: blocking queries).
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Query } from '../../domain/queries/all.ts'
import type { ReadError } from '../../log/types.ts'
import type { Answer, Backend, Consistency } from '../backend.ts'
import type { HttpClock } from './clock.ts'
import { slices } from './slices.ts'
import type { Slices } from './slices.ts'
import { timerWheel } from './timer-wheel.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** A blocking query that waits. `deliver` is called once, unless it was abandoned. */
export type Waiter = {
  readonly minIndex: number
  /** Monotonic ms. */
  readonly deadlineMs: number
  readonly deliver: (result: E.Either<ReadError, Answer>) => void
}

/** `key` names query and consistency. */
export type Question = { readonly key: string; readonly query: Query; readonly consistency: Consistency }

export type WatchGroups = {
  /** Lets `waiter` wait for a newer answer than `answer`. The result abandons the wait; Left: too many wait. */
  readonly park: (question: Question, answer: Answer, waiter: Waiter) => E.Either<ReadError, () => void>
  readonly waiting: () => number
  /** Answers nobody any more. */
  readonly close: () => void
}

export const watchGroups = (
  backend: Pick<Backend, 'read' | 'waitFor'>,
  clock: Pick<HttpClock, 'nowMs' | 'after'>,
  maxWaiters: number,
): WatchGroups => {
  const all: All = { backend, groups: new Map(), deadlines: timerWheel(clock), jobs: slices(clock), waiting: 0 }
  return {
    park: (question, answer, waiter) =>
      all.waiting >= maxWaiters
        ? E.left({ type: 'Overloaded', what: 'blocking queries' })
        : E.right(join(all, question, answer, waiter)),
    waiting: () => all.waiting,
    close: () => {
      closeAll(all)
    },
  }
}

type Member = {
  readonly waiter: Waiter
  minIndex: number
  absent: boolean
  /** Null once it is answered or abandoned. */
  cancelDeadline: (() => void) | null
}

type Group = {
  readonly question: Question
  readonly members: Set<Member>
  answer: Answer
  /** Null while the group reads. */
  cancelWait: (() => void) | null
}

type All = {
  readonly backend: Pick<Backend, 'read' | 'waitFor'>
  readonly groups: Map<string, Group>
  readonly deadlines: TimerWheel
  readonly jobs: Slices
  waiting: number
}

const join = (all: All, question: Question, answer: Answer, waiter: Waiter): (() => void) => {
  const known = all.groups.get(question.key)
  if (known !== undefined && known.answer.stateIndex < answer.stateIndex) known.answer = answer
  const group = known ?? { question, members: new Set(), answer, cancelWait: null }
  const member: Member = { waiter, minIndex: waiter.minIndex, absent: answer.absent, cancelDeadline: null }
  member.cancelDeadline = all.deadlines.add(waiter.deadlineMs, () => {
    all.jobs.add(() => {
      deliver(all, group, member, E.right(group.answer))
    })
  })
  group.members.add(member)
  all.waiting += 1
  if (known === undefined) {
    all.groups.set(question.key, group)
    wait(all, group)
  }
  return () => void leave(all, group, member)
}

/** False when the member had left already. The last one takes the group along. */
const leave = (all: All, group: Group, member: Member): boolean => {
  if (member.cancelDeadline === null) return false
  member.cancelDeadline()
  member.cancelDeadline = null
  group.members.delete(member)
  all.waiting -= 1
  if (group.members.size === 0 && group.cancelWait !== null) disband(all, group)
  return true
}

const deliver = (all: All, group: Group, member: Member, result: E.Either<ReadError, Answer>): void => {
  if (leave(all, group, member)) member.waiter.deliver(result)
}

const disband = (all: All, group: Group): void => {
  group.cancelWait?.()
  group.cancelWait = null
  if (all.groups.get(group.question.key) === group) all.groups.delete(group.question.key)
}

const wait = (all: All, group: Group): void => {
  if (group.members.size === 0) {
    disband(all, group)
    return
  }
  const wake = { came: false }
  const armed = all.backend.waitFor(group.answer.topics, group.answer.stateIndex, () => {
    wake.came = true
    group.cancelWait = null
    all.jobs.add(() => {
      evaluate(all, group)
    })
  })
  if (E.isLeft(armed)) {
    disband(all, group)
    for (const member of [...group.members]) deliver(all, group, member, armed)
  } else if (!wake.came) group.cancelWait = armed.right
}

/** Reads again after a wake-up; whoever has waited for this answer gets it, the others go on waiting. */
const evaluate = (all: All, group: Group): void => {
  if (group.members.size === 0) {
    disband(all, group)
    return
  }
  const before = group.answer.index
  const { query, consistency } = group.question
  all.backend.read(query, consistency, (result) => {
    if (E.isRight(result)) group.answer = result.right
    const due: Member[] = []
    for (const member of group.members) if (E.isLeft(result) || isNews(member, result.right, before)) due.push(member)
    if (due.length < group.members.size) wait(all, group)
    else disband(all, group)
    for (const member of due) {
      all.jobs.add(() => {
        deliver(all, group, member, result)
      })
    }
  })
}

/**
 * True when a waiting reader must hear of this answer. While nothing is found, only something found is news: the index
 * of "nothing" also rises with unrelated writes. An index that went down is news too: the state was replaced, and
 * clients start over when they see it.
 */
const isNews = (member: Member, answer: Answer, indexBefore: number): boolean => {
  if (answer.absent && member.absent) {
    member.minIndex = Math.max(member.minIndex, answer.index)
    return false
  }
  member.absent = answer.absent
  return answer.index > member.minIndex || answer.index < indexBefore
}

const closeAll = (all: All): void => {
  for (const group of all.groups.values()) {
    for (const member of group.members) member.cancelDeadline = null
    group.members.clear()
    group.cancelWait?.()
  }
  all.groups.clear()
  all.waiting = 0
  all.deadlines.close()
  all.jobs.close()
}
