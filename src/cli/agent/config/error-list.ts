/** Several refusals as one text, in the form that Consul's users know: a headline and one starred line each. */
export const errorList = (texts: readonly string[]): string => {
  const headline = texts.length === 1 ? '1 error occurred:' : `${texts.length} errors occurred:`
  return `${headline}\n${texts.map((text) => `\t* ${text}\n`).join('')}\n`
}
