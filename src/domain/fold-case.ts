import type { ByteString } from './bytes.ts'

/**
 * Node names, service names and catalog ids are matched without regard to case: this is the form they are looked up by.
 * Only ASCII letters fold, so that the bytes of other characters stay whole.
 */
export const foldCase = (name: ByteString): ByteString =>
  /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()) : name
