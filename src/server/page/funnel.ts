import type { Ads, Trace } from './api.js'
import { count, h, plural, svg } from './dom.js'

const BAR = { width: 200, height: 12 } as const

/** What every stage of a request did: a row for each generator, its ads as they grow fewer. */
export function funnelView({ trace, provenance, degraded }: Ads): HTMLElement {
  const { inventory, generators, union, ranking, blend, ms } = trace as unknown as Trace
  const most = Math.max(1, ...generators.map(({ returned }) => returned))
  const dropped = Object.entries(blend.dropped).map(([why, n]) => `${why} ${count(n)}`)
  const head = ['generator', 'finds', '', 'searched', 'brought', 'kept', 'handed on', 'ms']
  const rows = generators.map((g) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, g.generator, g.state !== 'done' && h('span', { class: 'tag' }, g.state)),
      h('td', {}, g.level === 'item' ? 'items' : 'advertisers'),
      h('td', {}, bars([g.returned, g.kept, g.handedOn], most)),
      ...[g.searched, g.returned, g.kept, g.handedOn].map((n) => h('td', { class: 'n' }, count(n))),
      h('td', { class: 'n' }, g.ms.toPrecision(2)),
    ),
  )
  return h(
    'section',
    { 'aria-labelledby': 'funnel-title' },
    h('h2', { id: 'funnel-title' }, 'How they were chosen'),
    h(
      'ol',
      { class: 'stages' },
      stage('ads there are', inventory.ads),
      stage('may be shown now', inventory.open),
      stage('found by a generator', union),
      stage('kept within quotas', blend.kept),
      stage('handed on', blend.handedOn),
    ),
    h(
      'p',
      { class: 'soft' },
      `Ordered by ${ranking.by === 'l1' ? 'the light ranker' : 'the fused ranks of the generators'}, in ${ms.toFixed(0)} ms. `,
      dropped.length > 0 && `Left out after that: ${dropped.join(', ')}. `,
      degraded.length > 0 && `Late or failed: ${degraded.join(', ')}. `,
      provenance.derived && 'The ads are made from the catalog, not by advertisers.',
    ),
    h(
      'p',
      { class: 'soft' },
      'By generator; an ad that several found counts for each. The bar: handed on, in what was kept, in what was brought.',
    ),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Generators' },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...head.map((text) => h('th', { scope: 'col' }, text)))),
        h('tbody', {}, ...rows),
      ),
    ),
  )
}

const stage = (what: string, n: number): HTMLElement => h('li', {}, h('b', {}, count(n)), ` ${what}`)

function bars(values: readonly number[], most: number): SVGElement {
  const width = (n: number): string => ((n / most) * BAR.width).toFixed(1)
  return svg(
    'svg',
    { class: 'bars', viewBox: `0 0 ${BAR.width} ${BAR.height}`, 'aria-hidden': true, focusable: 'false' },
    ...values.map((n, i) => svg('rect', { class: `bar b${i}`, width: width(n), height: BAR.height })),
  )
}

/** How many ads there are, in words for who does not see the list change. */
export const summary = ({ ads, note }: Ads): string => note ?? plural(ads.length, 'ad')
