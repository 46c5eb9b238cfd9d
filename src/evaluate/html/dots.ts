import { html, type Markup } from './markup.js'
import { niceTicks, percent } from './scale.js'
import { mark, type Series } from './series.js'

export interface DotRow {
  series: Series
  /** where the mark stands; a second one, drawn open, where there are two */
  value: number
  second?: number
  interval?: [number, number]
  /** the figures in words, beside the name */
  text: Markup
}

const pc = (x: number): string => `${(100 * x).toFixed(2)}%`

/**
 * One row a retriever: its name, a mark on a common scale, the interval as a bar. Places are shares of the width, so
 * that it is as sharp on a phone as on a wide screen.
 */
export function dotsFigure(
  title: string,
  about: string,
  rows: readonly DotRow[],
  options: { wide?: boolean; log?: boolean; limits?: { at: number; name: string }[] } = {},
): Markup {
  const values = rows.flatMap(({ value, second, interval }) => [value, second ?? 0, ...(interval ?? [])])
  const { place, ticks } = options.log ? logScale(values) : linearScale(values)
  const track = ({
    series,
    value,
    second,
    interval,
  }: DotRow): Markup => html`<svg aria-hidden="true">${ticks.map((t) => html`<line class="grid" x1="${pc(place(t))}" x2="${pc(place(t))}" y1="0" y2="100%"/>`)}
${interval && html`<line class="${series.hue} stroke" x1="${pc(place(interval[0]))}" x2="${pc(place(interval[1]))}" y1="50%" y2="50%" stroke-width="${series.strong ? 3 : 2}" opacity=".55"/>`}
${second !== undefined && html`<line class="${series.hue} stroke" x1="${pc(place(value))}" x2="${pc(place(second))}" y1="50%" y2="50%" stroke-width="1" stroke-dasharray="2 3"/>${mark({ ...series, open: true }, pc(place(second)), '50%', 4)}`}${mark(second === undefined ? series : { ...series, open: false }, pc(place(value)), '50%', 4)}</svg>`
  return html`<figure class="panel${options.wide && ' wide'}"><figcaption><b>${title}</b>${about}</figcaption><div class="rows">
${rows.map((row) => html`<div class="row${row.series.strong && ' strong'}"><span class="name">${row.series.name}</span><span class="value">${row.text}</span><span class="track">${track(row)}</span></div>`)}
</div><svg class="scale" height="18" aria-hidden="true">${ticks.map((t, i) => html`<text x="${pc(place(t))}" y="13" text-anchor="${i === 0 ? 'start' : i === ticks.length - 1 ? 'end' : 'middle'}">${percent(t)}</text>`)}</svg></figure>`
}

interface Scale {
  /** share of the width, with room for a mark at both ends */
  place(value: number): number
  /** evenly spread, from the left end to the right */
  ticks: number[]
}

const EDGE = 0.012

function linearScale(values: readonly number[]): Scale {
  const ticks = niceTicks(Math.max(...values), 4)
  return { ticks, place: (value) => EDGE + (1 - 2 * EDGE) * (value / ticks[ticks.length - 1]) }
}

function logScale(values: readonly number[]): Scale {
  const positive = values.filter((v) => v > 0)
  if (positive.length === 0) return linearScale([1])
  const [low, high] = [
    Math.floor(Math.log10(Math.min(...positive))),
    Math.max(Math.ceil(Math.log10(Math.max(...positive)) - 1e-9), Math.floor(Math.log10(Math.min(...positive))) + 1),
  ]
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
  return {
    ticks,
    place: (value) => EDGE + (1 - 2 * EDGE) * ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)),
  }
}
