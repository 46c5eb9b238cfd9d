import wrapAnsi from 'wrap-ansi'

/**
 * A text in lines of at most so many columns, broken between words; a longer word stays whole, so that a path can be
 * copied.
 * @param columns undefined: as it is, as in a pipe @param label what the first line begins with; others are indented
 */
export function wrap(text: string, columns: number | undefined, label = ''): string {
  if (columns === undefined) return `${label}${text}`
  const lines = wrapAnsi(text, Math.max(20, columns - label.length)).split('\n')
  return lines.map((line, i) => `${i === 0 ? label : ' '.repeat(label.length)}${line}`).join('\n')
}
