import type { ByK } from '../metrics.js'
import { chart } from './chart.js'
import { html, type Markup } from './markup.js'
import { key, mark, type Series } from './series.js'
import { niceTicks, percent } from './scale.js'
import { share } from '../../text/numbers.js'

export interface Curve {
  series: Series
  recall: ByK
  interval: ByK<[number, number]>
}

const W = 440
const H = 300
const LEFT = 42
const RIGHT = 20
const TOP = 10
const BOTTOM = 38

/** Recall over K, K on a log scale, with the 95 % interval at every K. */
export function curvesFigure(title: string, about: string, curves: readonly Curve[], id: string): Markup {
  const ks = Object.keys(curves[0]?.recall ?? {})
    .map(Number)
    .filter((k) => curves.every(({ recall }) => recall[k] !== undefined))
  const highest = Math.max(
    ...curves.flatMap(({ recall, interval }) => ks.map((k) => Math.max(recall[k], interval[k]?.[1] ?? 0))),
  )
  const ticks = niceTicks(highest, 5)
  const top = ticks[ticks.length - 1]
  const x = (k: number): number => LEFT + ((W - LEFT - RIGHT) * Math.log10(k)) / Math.log10(Math.max(...ks))
  const y = (value: number): number => TOP + (H - TOP - BOTTOM) * (1 - value / top)
  const at = (n: number): string => n.toFixed(1)
  // intervals that would lie on each other stand side by side
  const dodge = (i: number): number => (i - (curves.length - 1) / 2) * 2.4
  const [strong, weak] = [curves.filter(({ series }) => series.strong), curves.filter(({ series }) => !series.strong)]
  const draw = ({ series, recall, interval }: Curve): Markup => {
    const i = curves.findIndex((one) => one.series === series)
    const points = ks.map((k) => [x(k), y(recall[k])] as const)
    return html`<g class="${series.hue}"><title>${series.name}: ${ks.map((k) => `R@${k} ${share(recall[k])}`).join(', ')}</title>
${
  series.strong &&
  interval[ks[0]] &&
  html`<path class="area" d="M${ks.map((k) => `${at(x(k))} ${at(y(interval[k][1]))}`).join('L')}L${[...ks]
    .reverse()
    .map((k) => `${at(x(k))} ${at(y(interval[k][0]))}`)
    .join('L')}Z"/>`
}
${ks.map((k) => interval[k] && html`<path class="stroke" stroke-width="1" opacity=".7" d="M${at(x(k) + dodge(i))} ${at(y(interval[k][0]))}V${at(y(interval[k][1]))}"/>`)}
<path class="stroke" stroke-width="${series.width}" stroke-dasharray="${series.dash}" d="M${points.map(([a, b]) => `${at(a)} ${at(b)}`).join('L')}"/>
${points.map(([a, b]) => mark(series, at(a), at(b), series.strong ? 3.8 : 3.2))}</g>`
  }
  return html`<figure class="panel"><figcaption><b>${title}</b>${about}</figcaption>
${chart(
  {
    id,
    width: W,
    height: H,
    title,
    description: curves
      .map(({ series, recall }) => `${series.name}: ${ks.map((k) => `${share(recall[k])} at ${k}`).join(', ')}.`)
      .join(' '),
  },
  html`${ticks.map((tick) => html`<path class="${tick === 0 ? 'axis' : 'grid'}" d="M${LEFT} ${at(y(tick))}H${W - RIGHT}"/><text x="${LEFT - 7}" y="${at(y(tick) + 4)}" text-anchor="end">${percent(tick)}</text>`)}
${ks.map((k) => html`<text x="${at(x(k))}" y="${H - BOTTOM + 17}" text-anchor="middle">${k.toLocaleString('en-US')}</text>`)}
<text x="${at((LEFT + W - RIGHT) / 2)}" y="${H - 4}" text-anchor="middle">K, results looked at</text>
${weak.map(draw)}${strong.map(draw)}`,
)}${key(curves.map(({ series }) => series))}</figure>`
}
