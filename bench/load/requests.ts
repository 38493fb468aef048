/**
 * Builds the bytes of benchmark requests. A path or body may hold `{n}` (the request's number, rising over all
 * connections) and `{r}` (a random number below `keys`).
 */
export type RequestPlan = {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body: string | null
  /** Bound of `{r}`. */
  readonly keys: number
  readonly host: string
}

/** A function that gives the next request's bytes. */
export const requestWriter = (plan: RequestPlan): (() => string) => {
  let number = 0
  let state = 0x2545_f491
  const random = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % plan.keys
  }
  const path = template(plan.path)
  const body = plan.body === null ? null : template(plan.body)
  const head = `${plan.method} `
  const tail = ` HTTP/1.1\r\nHost: ${plan.host}\r\n`
  return () => {
    const n = number++
    const r = random()
    if (body === null) return `${head}${path(n, r)}${tail}\r\n`
    const content = body(n, r)
    return `${head}${path(n, r)}${tail}Content-Length: ${content.length}\r\n\r\n${content}`
  }
}

/** Compiles a text with `{n}` and `{r}`; ASCII only, so that its length is its byte length. */
const template = (text: string): ((n: number, r: number) => string) => {
  const parts = text.split(/(\{n\}|\{r\})/)
  if (parts.length === 1) return () => text
  return (n, r) => {
    let out = ''
    for (const part of parts) out += part === '{n}' ? String(n) : part === '{r}' ? String(r) : part
    return out
  }
}
