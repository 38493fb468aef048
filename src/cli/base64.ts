/** Standard base64 with padding, refusals worded as Go's encoding/base64 does (users see them). */

export type Decoded =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly message: string }

/** Decodes strictly; line ends between characters are skipped. */
export const decodeBase64 = (text: string): Decoded => {
  const broken = firstBroken(text)
  if (broken !== null) return { ok: false, message: `illegal base64 data at input byte ${broken}` }
  return { ok: true, bytes: Buffer.from(text, 'base64') }
}

const inAlphabet = /^[A-Za-z0-9+/]$/

/**
 * The offset Go names: of the bad character; of the group's first character when the text ends inside a group; of what
 * follows the padding.
 */
const firstBroken = (text: string): number | null => {
  let inGroup = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === '\n' || char === '\r') continue
    if (char === '=') return badPadding(text, at, inGroup)
    if (!inAlphabet.test(char)) return at
    inGroup = (inGroup + 1) % 4
  }
  return inGroup === 0 ? null : text.length - inGroup
}

const badPadding = (text: string, at: number, inGroup: number): number | null => {
  if (inGroup < 2) return at
  let end = skipLineEnds(text, at + 1)
  if (inGroup === 2) {
    if (end === text.length) return text.length
    if (text[end] !== '=') return end
    end = skipLineEnds(text, end + 1)
  }
  return end === text.length ? null : end
}

const skipLineEnds = (text: string, from: number): number => {
  let at = from
  while (text[at] === '\n' || text[at] === '\r') at++
  return at
}
