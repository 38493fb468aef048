import type { Reply } from '../../domain/decide/decision.ts'

/**
 * Upper estimate of what plain data takes when encoded, the same on every server: the bounds of queues and of
 * remembered replies are counted with it. Strings count three bytes per UTF-16 unit beyond ASCII's one.
 */
export const dataBytes = (value: unknown): number => {
  if (typeof value === 'string') return stringBytes(value)
  if (typeof value === 'number' || typeof value === 'bigint') return numberBytes
  return typeof value === 'object' && value !== null ? objectBytes(value) : 1
}

/** Replies above this are not kept for retries: a retry of such a request answers OutcomeUnknown. */
export const maxStoredReplyBytes = 64 * 1024

/** Whether a reply is small enough to stand in its entry's header. */
export const storable = (reply: Reply): boolean =>
  reply === null || typeof reply === 'boolean' || dataBytes(reply) <= maxStoredReplyBytes

const numberBytes = 9
const headBytes = 5

/** Scanning a long string would cost more than the bound needs: long ones count in full. */
const scanUpTo = 64

const stringBytes = (text: string): number => {
  if (text.length > scanUpTo) return headBytes + 3 * text.length
  let bytes = headBytes
  for (let i = 0; i < text.length; i++) bytes += text.charCodeAt(i) < 0x80 ? 1 : 3
  return bytes
}

const objectBytes = (value: object): number => {
  if (value instanceof Uint8Array) return headBytes + value.length
  let bytes = headBytes
  if (Array.isArray(value)) for (const item of value) bytes += dataBytes(item)
  else for (const [key, item] of Object.entries(value)) bytes += headBytes + key.length + dataBytes(item)
  return bytes
}
