/** Columns padded with spaces to their longest cell; the last column is padded only in the API of label tables. */

/** Rows to aligned lines, `gap` spaces between columns. Widths count code points. */
export const columns = (rows: readonly (readonly string[])[], gap = 2): string => {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, width(cell))))
  return rows
    .map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : pad(cell, (widths[i] ?? 0) + gap))).join(''))
    .join('\n')
}

const width = (cell: string): number => Array.from(cell).length

const pad = (cell: string, to: number): string => cell + ' '.repeat(Math.max(0, to - width(cell)))
