/** Callers that wait for a numbered answer. */
export class Waiters<Answer> {
  private lastId = 0
  private readonly waiting = new Map<number, (answer: Answer) => void>()

  /** Sends a request under a new number and waits for its answer. */
  ask(send: (requestId: number) => void): Promise<Answer> {
    return new Promise((resolve) => {
      this.lastId += 1
      this.waiting.set(this.lastId, resolve)
      send(this.lastId)
    })
  }

  answer(requestId: number, answer: Answer): void {
    const resolve = this.waiting.get(requestId)
    this.waiting.delete(requestId)
    resolve?.(answer)
  }

  failAll(answer: Answer): void {
    for (const requestId of [...this.waiting.keys()]) this.answer(requestId, answer)
  }
}
