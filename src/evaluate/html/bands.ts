import type { ListsReport, ListsRow } from '../lists.js'
import { BANDS } from '../popularity-bands.js'
import { chart } from './chart.js'
import { html, type Markup } from './markup.js'
import { niceTicks, percent, percentage } from './scale.js'
import type { Series } from './series.js'
import { count } from '../../text/numbers.js'

const W = 320
const H = 168
const LEFT = 38
const TOP = 8
const BOTTOM = 30

/** How popular the results are: a small chart a retriever, bars for its results, a line for what was really bought. */
export function bandsFigures(lists: ListsReport, rows: readonly ListsRow[], series: Map<string, Series>): Markup {
  const last = lists.bandEntries[BANDS] > 0 || rows.some(({ bands }) => bands[BANDS] > 0) ? BANDS + 1 : BANDS
  const ticks = niceTicks(Math.max(...rows.flatMap(({ bands }) => bands), ...lists.bought.bands), 3)
  return html`<div class="charts small">${rows.map((row, i) => panel(row, lists, last, ticks, series.get(row.name)!, `bands-${i}`))}</div>${numbers(lists, rows, last)}`
}

function panel(
  row: ListsRow,
  { bought }: ListsReport,
  last: number,
  ticks: number[],
  series: Series,
  id: string,
): Markup {
  const top = ticks[ticks.length - 1]
  const width = (W - LEFT - 4) / last
  const x = (band: number): number => LEFT + band * width
  const y = (share: number): number => TOP + (H - TOP - BOTTOM) * (1 - share / top)
  const at = (n: number): string => n.toFixed(1)
  const line = bought.bands.slice(0, last).map((share, band) => `${at(x(band))} ${at(y(share))}H${at(x(band + 1))}`)
  const words = row.bands
    .slice(0, last)
    .map((share, band) => `${bandName(band)} ${percentage(share)}`)
    .join(', ')
  return html`<figure class="panel ${series.hue}"><figcaption><b>${row.name}</b>${percentage(row.bands[0])} of its results are in the most popular band</figcaption>
${chart(
  { id, width: W, height: H, title: `Popularity of the results of ${row.name}`, description: words },
  html`${ticks.map((tick) => html`<path class="${tick === 0 ? 'axis' : 'grid'}" d="M${LEFT} ${at(y(tick))}H${W - 4}"/><text x="${LEFT - 6}" y="${at(y(tick) + 4)}" text-anchor="end">${percent(tick)}</text>`)}
${row.bands.slice(0, last).map((share, band) => html`<rect class="mark" x="${at(x(band) + 2.5)}" y="${at(y(share))}" width="${at(width - 5)}" height="${at(y(0) - y(share))}" stroke="none" opacity=".82"><title>${bandName(band)}: ${percentage(share)} of the results, ${percentage(bought.bands[band])} of what was bought</title></rect>`)}
<path class="ink stroke" stroke-width="1.75" d="M${line.join('V').replace(/V(\S+) (\S+)H/g, 'V$2H')}"/>
<text x="${LEFT}" y="${H - 12}">most popular</text><text x="${W - 4}" y="${H - 12}" text-anchor="end">${last > BANDS ? 'never bought' : 'least popular'}</text>`,
)}</figure>`
}

const bandName = (band: number): string => (band === BANDS ? 'never bought before' : `band ${band + 1}`)

function numbers({ bandEntries, bought }: ListsReport, rows: readonly ListsRow[], last: number): Markup {
  const bands = Array.from({ length: last }, (_, band) => band)
  return html`<details><summary>The numbers, and how many entries a band has</summary><div class="scroll" tabindex="0" role="region" aria-label="Popularity of results, in numbers"><table>
<thead><tr><th scope="col">Band</th><th scope="col">entries</th><th scope="col">bought</th>${rows.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${bands.map((band) => html`<tr><th scope="row">${band === BANDS ? 'never bought' : String(band + 1)}</th><td>${count(bandEntries[band])}</td><td>${percentage(bought.bands[band])}</td>${rows.map((row) => html`<td>${percentage(row.bands[band])}</td>`)}</tr>`)}</tbody></table></div></details>`
}
