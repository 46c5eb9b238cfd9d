import type { Ads, Trace } from './api.js'
import { count, h, plural, svg } from './dom.js'
import { flowOf, outline, place } from './sankey.js'

const BAR = { width: 200, height: 12 } as const

/** What every stage of a request did: a row for each generator, its ads as they grow fewer. */
export function funnelView({ trace, provenance }: Ads): HTMLElement {
  const told = trace as unknown as Trace
  const { inventory, generators, union, ranking, blend, ms } = told
  const most = Math.max(1, ...generators.map(({ returned }) => returned))
  const { quota = 0, ...later } = blend.dropped
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
      stage('kept within quotas', blend.kept, { quota }),
      stage('handed on', blend.handedOn, later),
    ),
    union > 0 && sankey(told),
    h(
      'p',
      { class: 'soft' },
      `Ordered by ${ranking.by === 'l1' ? 'the light ranker' : 'the fused ranks of the generators'}, in ${ms.toFixed(0)} ms. `,
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
        h(
          'thead',
          {},
          h('tr', {}, ...head.map((text, i) => h('th', { scope: 'col', class: i < 3 ? undefined : 'right' }, text))),
        ),
        h('tbody', {}, ...rows),
      ),
    ),
  )
}

/** A stage with the ads that reach it, and why others do not. */
const stage = (what: string, n: number, lost: Record<string, number> = {}): HTMLElement => {
  const why = Object.entries(lost).filter(([, ads]) => ads > 0)
  return h(
    'li',
    {},
    h('b', {}, count(n)),
    ` ${what}`,
    why.length > 0 && h('small', {}, 'left out: ', why.map(([name, ads]) => `${name} ${count(ads)}`).join(', ')),
  )
}

/** Places of the columns, and the size of bars; to the right of the last there is room for its labels. */
const SANKEY = { columns: [150, 310, 440, 570, 690], bar: 10, height: 230, width: 830 } as const

/** The way of the ads, as wide as they are many: a picture of what the stages and the table say in words. */
function sankey(trace: Trace): HTMLElement {
  const flow = flowOf(trace)
  const { bars: nodes, bands, height } = place(flow, SANKEY.columns, SANKEY.bar, SANKEY.height)
  const lost = (at: number): string => (flow.nodes[at].lost ? ' lost' : '')
  return h(
    'figure',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'The way of the ads' },
    svg(
      'svg',
      {
        class: 'sankey',
        viewBox: `0 -4 ${SANKEY.width} ${Math.ceil(height) + 12}`,
        role: 'img',
        'aria-label': 'Ads from generators to what is handed on; the figures stand above, and in the table below.',
      },
      ...flow.links.map(({ from, to, ads }, i) =>
        svg(
          'path',
          { class: `band${lost(to)}`, d: outline(bands[i]) },
          svg('title', {}, `${flow.nodes[from].name} → ${flow.nodes[to].name}: ${count(ads)}`),
        ),
      ),
      ...flow.nodes.map(({ column, name, ads }, i) => {
        const { x, y, height: tall } = nodes[i]
        const first = column === 0
        return svg(
          'g',
          {},
          svg('rect', { class: `node${lost(i)}`, x, y: y.toFixed(1), width: SANKEY.bar, height: tall.toFixed(1) }),
          svg(
            'text',
            {
              x: first ? x - 6 : x + SANKEY.bar + 5,
              y: (y + Math.min(tall, 60) / 2 + 4).toFixed(1),
              'text-anchor': first ? 'end' : 'start',
            },
            `${name} ${count(ads)}`,
          ),
        )
      }),
    ),
    h(
      'figcaption',
      { class: 'soft' },
      'Generators bring only ads that may be shown. An ad that several found counts for each of them up to "found", ' +
        'and once from "different" on; what is left out ends on its way.',
    ),
  )
}

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
