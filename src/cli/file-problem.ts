/** File errors in the words of Go's os package: `open val.txt: no such file or directory`. */

/** Why `name` (as the user wrote it) could not be opened or read. */
export const openProblem = (error: unknown, name: string): string => {
  const code = codeOf(error)
  return code === 'EISDIR' ? `read ${name}: is a directory` : `open ${name}: ${texts.get(code) ?? code}`
}

/** The system's code of a caught value; 'unknown error' when it has none. */
export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown error'

const texts: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file or directory'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'operation not permitted'],
  ['ENOTDIR', 'not a directory'],
  ['ELOOP', 'too many levels of symbolic links'],
  ['ENAMETOOLONG', 'file name too long'],
  ['EMFILE', 'too many open files'],
  ['ERR_INVALID_ARG_VALUE', 'invalid argument'],
])
