/** Text that is safe to stand in a page: everything else that is put into `html` is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | undefined | false | readonly Part[]

/**
 * A template whose values are escaped unless they are markup themselves; lists are joined, undefined and false are
 * nothing. No line breaks between a figure and its per cent.
 */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(
    strings.reduce((out, string, i) => out + textOf(parts[i - 1]) + string.replace(/(\d) %/g, '$1\u00A0%'), ''),
  )
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Markup) return part.text
  if (Array.isArray(part)) return part.map(textOf).join('')
  return escape(String(part))
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
// control characters have no place in a page, and some are not allowed in one
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/g

function escape(text: string): string {
  return text.replace(UNPRINTABLE, ' ').replace(/[&<>"']/g, (c) => ENTITIES[c])
}
