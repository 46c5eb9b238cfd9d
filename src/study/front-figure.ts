import { chart } from '../evaluate/html/chart.js'
import { html, type Markup } from '../evaluate/html/markup.js'
import { percentage } from '../evaluate/html/scale.js'
import { share } from '../text/numbers.js'

/** A trial in the plane of coverage and recall. */
export interface FrontPoint {
  mark: string
  recall: number
  coverage: number
  front: boolean
  take: boolean
}

const W = 440
const H = 300
const LEFT = 46
const RIGHT = 20
const TOP = 12
const BOTTOM = 40
const TICKS = 5

/** Recall over coverage: the points of the front joined and filled, the others open, each with its mark. */
export function frontFigure(
  title: string,
  about: string,
  at: string,
  points: readonly FrontPoint[],
  id: string,
): Markup {
  const [left, right] = around(points.map(({ coverage }) => coverage))
  const [low, high] = around(points.map(({ recall }) => recall))
  const x = (coverage: number): string => (LEFT + ((W - LEFT - RIGHT) * (coverage - left)) / (right - left)).toFixed(1)
  const y = (recall: number): string => (TOP + ((H - TOP - BOTTOM) * (high - recall)) / (high - low)).toFixed(1)
  const front = points.filter((point) => point.front).sort((a, b) => a.coverage - b.coverage)
  const ticks = (from: number, to: number): number[] =>
    Array.from({ length: TICKS }, (_, i) => from + ((to - from) * i) / (TICKS - 1))
  const words = points.map(
    ({ mark, recall, coverage, front: on, take }) =>
      `${mark}: recall ${share(recall)}, coverage ` +
      `${share(coverage)}${on ? ', on the front' : ''}${take ? ', to take' : ''}`,
  )
  return html`<figure class="panel"><figcaption><b>${title}</b>${about}</figcaption>
${chart(
  { id, width: W, height: H, title, description: `${words.join('; ')}.` },
  html`${ticks(low, high).map((tick) => html`<path class="grid" d="M${LEFT} ${y(tick)}H${W - RIGHT}"/><text x="${LEFT - 7}" y="${Number(y(tick)) + 4}" text-anchor="end">${share(tick)}</text>`)}
${ticks(left, right).map((tick) => html`<text x="${x(tick)}" y="${H - BOTTOM + 18}" text-anchor="middle">${percentage(tick)}</text>`)}
<path class="axis" d="M${LEFT} ${H - BOTTOM}H${W - RIGHT}"/><text x="${(LEFT + W - RIGHT) / 2}" y="${H - 4}" text-anchor="middle">recall@${at} over P90 coverage@${at}</text>
<g class="one"><path class="stroke" stroke-width="1.5" d="M${front.map(({ coverage, recall }) => `${x(coverage)} ${y(recall)}`).join('L')}"/></g>
${points.map((point, i) => html`<g class="${point.front ? 'one' : 'base'}"><title>${words[i]}</title><circle class="mark${!point.front && ' open'}" cx="${x(point.coverage)}" cy="${y(point.recall)}" r="${point.take ? 6 : 4}"/>${point.take && html`<circle class="stroke" stroke-width="1.5" cx="${x(point.coverage)}" cy="${y(point.recall)}" r="9.5"/>`}<text x="${Number(x(point.coverage)) + (point.take ? 13 : 8)}" y="${Number(y(point.recall)) - 6}">${point.mark}</text></g>`)}`,
)}</figure>`
}

/** Least and most with a margin, apart where they are equal. */
function around(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const margin = low < high ? (high - low) * 0.08 : (Math.abs(low) || 1) * 0.1
  return [Math.max(0, low - margin), high + margin]
}
