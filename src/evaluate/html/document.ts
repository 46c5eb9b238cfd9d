import { html, Markup } from './markup.js'
import { STYLE } from './style.js'

/** Nothing may be fetched and no script may run, whatever a title holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

export interface Section {
  id: string
  /** in the list of contents */
  short: string
  body: Markup
}

export interface DocumentParts {
  /** the command that makes it: "adseq eval" */
  generator: string
  kicker: string
  headline: string
  /** under the headline */
  lead: Markup
  sections: readonly Section[]
  footer: Markup
}

/**
 * A page that needs nothing else: no script, no font, no picture from anywhere. Text of the data is escaped.
 */
export function documentOf({ generator, kicker, headline, lead, sections, footer }: DocumentParts): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="generator" content="${generator}"><title>${headline} · adseq</title><style>${new Markup(STYLE)}</style></head>
<body><header><p class="kicker">${kicker}</p><h1>${headline}</h1>${lead}</header>
<nav aria-label="Contents"><ul>${sections.map(({ id, short }) => html`<li><a href="#${id}">${short}</a></li>`)}</ul></nav>
<main>${sections.map(({ id, body }) => html`<section id="${id}">${body}</section>`)}</main>
<footer><p>${footer}</p></footer></body></html>`
  return `${page.text}\n`
}
