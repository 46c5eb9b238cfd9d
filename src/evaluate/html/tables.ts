import { LEVEL_WORDS } from '../../text/words.js'
import type { Level } from '../../protocol/queries.js'
import type { Aspect } from '../agreement.js'
import type { ListsReport } from '../lists.js'
import type { Report, ReportRow } from '../report.js'
import { ASPECT_NAMES } from '../samples-text.js'
import { html, type Markup } from './markup.js'
import { percentage } from './scale.js'
import { share, count } from '../../text/numbers.js'

const isStrong = ({ kind }: { kind: ReportRow['kind'] }): boolean => kind !== 'baseline' && kind !== 'ceiling'

/** A table that scrolls by itself where the page is narrow. */
export function scrolling(label: string, table: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${table}</div>`
}

/** All figures of a level: recall with intervals, recall on what is new to the user, coverage. */
export function levelTable(report: Report, level: Level): Markup {
  const rows = report.rows.filter((row) => row.level === level)
  const about = report.levels[level]
  if (rows.length === 0 || !about) return html``
  const { users, positives, positivesNew, coverageCeiling } = rows[0]
  const fresh = positivesNew > 0
  const interval = (row: ReportRow, k: string): Markup =>
    html`${row.interval[k] && html` <small>${share(row.interval[k][0])}–${share(row.interval[k][1])}</small>`}`
  const body = rows.map(
    (row) =>
      html`<tr class="${isStrong(row) && 'strong'}"><th scope="row">${row.name}</th><td class="main">${share(row.recall['10'])}</td><td>${interval(row, '10')}</td><td class="main">${share(row.recall['100'])}</td><td>${interval(row, '100')}</td><td>${fresh ? share(row.recallNew['10']) : '–'}</td><td>${fresh ? share(row.recallNew['100']) : '–'}</td><td>${share(row.recallPerUser['10'])}</td><td>${share(row.coverage['10'])}</td><td>${share(row.coverage['100'])}</td></tr>`,
  )
  const table = html`<table><caption><span><b>${LEVEL_WORDS[level].title}</b>${count(about.entries)} entries ranked for ${count(users)} users; ${count(positives)} conversions to find, ${count(positivesNew)} of them of something new to the user</span></caption>
<thead><tr><th></th><th class="over" scope="colgroup" colspan="4">recall at K, with 95 % intervals</th><th class="over" scope="colgroup" colspan="2">new to the user</th><th class="over">per user</th><th class="over" scope="colgroup" colspan="2">coverage</th></tr>
<tr><th scope="col">Recommender</th><th scope="col">10</th><th scope="col"><span class="vh">interval at 10</span></th><th scope="col">100</th><th scope="col"><span class="vh">interval at 100</span></th><th scope="col">10</th><th scope="col">100</th><th scope="col">10</th><th scope="col">10</th><th scope="col">100</th></tr></thead>
<tbody>${body}<tr class="apart"><th scope="row">highest possible</th><td colspan="7"></td><td>${share(coverageCeiling['10'])}</td><td>${share(coverageCeiling['100'])}</td></tr></tbody></table>`
  return html`${scrolling(`${LEVEL_WORDS[level].title}: all figures`, table)}${missed(level, about)}`
}

function missed(
  level: Level,
  { positivesOutside, positivesWithoutHistory, usersWithoutHistory }: NonNullable<Report['levels'][Level]>,
): Markup {
  const parts = [
    positivesOutside > 0
      ? `${count(positivesOutside)} conversions of ${LEVEL_WORDS[level].many} that were not known at the cutoff`
      : '',
    positivesWithoutHistory > 0
      ? `${count(positivesWithoutHistory)} conversions of ${count(usersWithoutHistory)} ` +
        `${usersWithoutHistory === 1 ? 'user' : 'users'} without any history`
      : '',
  ].filter(Boolean)
  return parts.length === 0
    ? html``
    : html`<p class="note">Counted as misses for every retriever: ${parts.join(', and ')}.</p>`
}

const PARTS = {
  type: ['By kind of conversion', 'what was done'],
  activity: ['By length of the history', 'events of the user up to the cutoff'],
  popularity: [
    'By popularity of what was converted on',
    'head: the entries that make up half of all conversions before the cutoff; torso: the next 40 %; tail: the rest',
  ],
  age: ['By age of what was converted on', 'since it was launched or first seen'],
} as const
type Parting = keyof typeof PARTS

interface Part {
  label: string
  positives: number
  recall: Record<string, number>
}

/** Recall at 10 and 100 on parts of the conversions, a table each; what has one part only is left out. */
export function partTables(rows: readonly ReportRow[]): Markup[] {
  return (Object.keys(PARTS) as Parting[]).flatMap((name) => {
    const first = partsOf(rows[0], name).filter(({ positives }) => positives > 0)
    return first.length < 2
      ? []
      : [
          partTable(
            rows,
            name,
            first.map(({ label }) => label),
          ),
        ]
  })
}

function partsOf(row: ReportRow, name: Parting): Part[] {
  return name === 'type'
    ? Object.entries(row.byType).map(([label, rest]) => ({ label: label.replaceAll('_', ' '), ...rest }))
    : (row.slices?.[name] ?? [])
}

function partTable(rows: readonly ReportRow[], name: Parting, labels: readonly string[]): Markup {
  const [title, words] = PARTS[name]
  const of = (row: ReportRow): Part[] =>
    labels.flatMap((label) => partsOf(row, name).filter((part) => part.label === label))
  const table = html`<table><caption><span><b>${title}</b>${words}; recall at 10 and at 100</span></caption><thead><tr><th></th>${of(rows[0]).map(({ label, positives }) => html`<th class="over" scope="colgroup" colspan="2">${label}<br><small>${count(positives)} conversions</small></th>`)}</tr><tr><th scope="col">Recommender</th>${labels.map(() => html`<th scope="col">10</th><th scope="col">100</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr class="${isStrong(row) && 'strong'}"><th scope="row">${row.name}</th>${of(row).map(({ recall }) => html`<td class="main">${share(recall['10'])}</td><td>${share(recall['100'])}</td>`)}</tr>`)}</tbody></table>`
  return scrolling(title, table)
}

/** Mean agreement of categories and advertisers between history, results and purchases. */
export function agreementTable({ at, bought, rows }: ListsReport): Markup {
  const aspects = Object.keys(bought.inHistory) as Aspect[]
  const head = aspects.map((aspect) => html`<th scope="col">${ASPECT_NAMES[aspect].one}</th>`)
  const table = html`<table><caption><span><b>What results have in common</b>mean share of a user’s ${at} results</span></caption><thead><tr><th></th><th class="over" scope="colgroup" colspan="${aspects.length}">with the history</th><th class="over" scope="colgroup" colspan="${aspects.length}">with what was bought next</th></tr><tr><th scope="col">Recommender</th>${head}${head}</tr></thead>
<tbody>${rows.map((row) => html`<tr class="${isStrong(row) && 'strong'}"><th scope="row">${row.name}</th>${aspects.map((a) => html`<td>${percentage(row.inHistory[a]!)}</td>`)}${aspects.map((a) => html`<td class="main">${percentage(row.inBought[a]!)}</td>`)}</tr>`)}
<tr class="apart"><th scope="row">what was really bought</th>${aspects.map((a) => html`<td>${percentage(bought.inHistory[a]!)}</td>`)}${aspects.map(() => html`<td></td>`)}</tr></tbody></table>`
  return scrolling('Agreement of results with history and purchases', table)
}
