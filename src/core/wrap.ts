import wrapAnsi from 'wrap-ansi'
import { textWidth } from '../text/width.js'

/**
 * A text in lines of at most so many columns, broken between words; a longer word stays whole, so that a path can be
 * copied.
 * @param columns undefined: as it is, as in a pipe @param label what the first line begins with; others are indented
 */
export function wrap(text: string, columns: number | undefined, label = ''): string {
  if (columns === undefined) return `${label}${text}`
  // "0.3 s" is one word
  const words = text.replace(/(\d) (?=(?:s|min|h|kB|MB|GB|%)(?!\w))/g, '$1\u00A0')
  const room = Math.max(20, columns - label.length)
  // lines that fit stay as they are: blanks at their beginning are a table's
  const lines = words.split('\n').flatMap((line) => {
    if (textWidth(line) <= room) return line
    const indent = /^ */.exec(line)![0]
    const lines = wrapAnsi(line.trimStart(), Math.max(20, room - indent.length)).split('\n')
    return lines.map((part) => indent + part)
  })
  return lines
    .map((line, i) => `${i === 0 ? label : ' '.repeat(label.length)}${line}`)
    .join('\n')
    .replaceAll('\u00A0', ' ')
}
