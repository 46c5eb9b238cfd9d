const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const WIDE =
  /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|^\p{Emoji_Presentation}/u
// control characters in a title would move the cursor or recolour the terminal of whoever looks at it
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001F\u007F-\u009F]+/g

/** Text that is safe to put on a terminal: control characters and line ends become one space. */
export function printable(text: string): string {
  return text.replace(CONTROL, ' ')
}

/** Columns that a text takes on a terminal: two for wide (East Asian, emoji) graphemes, one for others. */
export function textWidth(text: string): number {
  if (/^[\u0020-\u007E\u00A0-\u02FF\u2010-\u2BFF]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** The text cut to at most `width` columns, with … in place of what was cut. */
export function truncate(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  if (width <= 0) return ''
  let out = ''
  let used = 0
  for (const { segment } of segmenter.segment(text)) {
    const w = WIDE.test(segment) ? 2 : 1
    if (used + w > width - 1) break
    out += segment
    used += w
  }
  return `${out.trimEnd()}…`
}

/** The text cut or padded to exactly `width` columns. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, width)
  const pad = ' '.repeat(Math.max(0, width - textWidth(cut)))
  return align === 'right' ? pad + cut : cut + pad
}

/** The text as lines of at most `width` columns, broken between words; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1)
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
