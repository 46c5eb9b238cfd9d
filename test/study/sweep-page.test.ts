import { describe, expect, it } from 'vitest'
import { frontFigure, type FrontPoint } from '../../src/study/front-figure.js'
import type { Sweep } from '../../src/study/sweep-outcome.js'
import { sweepPage } from '../../src/study/sweep-page.js'

const point = (mark: string, recall: number, coverage: number, front: boolean, take = false): FrontPoint => ({
  mark,
  recall,
  coverage,
  front,
  take,
})

describe('the plot of a front', () => {
  const { text } = frontFigure(
    'Items',
    'about',
    '100',
    [point('1', 0.2, 0.1, true), point('2', 0.1, 0.3, true, true), point('3', 0.05, 0.05, false)],
    'f',
  )
  const circles = [...text.matchAll(/<circle class="mark( open)?" cx="([\d.]+)" cy="([\d.]+)"/g)].map(
    ([, open, x, y]) => ({ open: open !== undefined, x: Number(x), y: Number(y) }),
  )

  it('has more coverage to the right and more recall above', () => {
    const [one, two, three] = circles
    expect(three.x).toBeLessThan(one.x)
    expect(one.x).toBeLessThan(two.x)
    expect(one.y).toBeLessThan(two.y)
    expect(two.y).toBeLessThan(three.y)
    // linear: (0.1 - 0.05) to (0.3 - 0.05) is a fifth of the way
    expect((one.x - three.x) / (two.x - three.x)).toBeCloseTo(0.2, 2)
  })

  it('fills and joins the front, leaves the others open, rings the one to take', () => {
    expect(circles.map(({ open }) => open)).toEqual([false, false, true])
    expect(text).toContain(
      `d="M${circles[0].x.toFixed(1)} ${circles[0].y.toFixed(1)}L${circles[1].x.toFixed(1)} ` +
        `${circles[1].y.toFixed(1)}"`,
    )
    expect(text.match(/r="9.5"/g)).toHaveLength(1)
    expect(text).toContain('2: recall .100, coverage .300, on the front, to take')
  })

  it('draws a single point, and points that are all alike', () => {
    expect(frontFigure('Items', '', '10', [point('1', 0.2, 0, true, true)], 'f').text).not.toMatch(/NaN|Infinity/)
    expect(frontFigure('Items', '', '10', [point('1', 0, 0, true), point('2', 0, 0, true)], 'f').text).not.toMatch(
      /NaN|Infinity/,
    )
  })
})

describe('the page of a sweep', () => {
  const level = (recall: number, coverage: number) => ({
    entries: 5000,
    users: 10,
    positives: 40,
    recall: { '10': recall / 2, '100': recall },
    interval: { '10': [recall / 3, recall] as [number, number], '100': [recall / 2, recall * 2] as [number, number] },
    coverage: { '10': coverage / 2, '100': coverage },
    byType: {},
  })
  const trial = (
    mark: string,
    key: string,
    settings: Sweep['trials'][number]['settings'],
    recall: number,
    coverage: number,
  ): Sweep['trials'][number] => ({
    mark,
    key,
    settings,
    run: `item-${mark}`,
    steps: 200,
    rising: mark === '2',
    seconds: 61,
    levels: { item: level(recall, coverage), advertiser: level(recall * 2, coverage) },
  })
  const sweep: Sweep = {
    version: 1,
    id: 's',
    kind: 'item',
    data: { hash: 'feed' },
    selectionCutoff: 1_500_000_000,
    windowDays: 30,
    cutoff: 1_502_592_000,
    over: ['train.logq.negative'],
    trials: [trial('1', 'a', {}, 0.2, 0.1), trial('2', 'b', { 'train.logq.negative': 0.5 }, 0.19, 0.3)],
    fronts: { item: { '10': ['a', 'b'], '100': ['a', 'b'] }, advertiser: { '10': ['a'], '100': ['a'] } },
    recommended: {
      key: 'b',
      best: 'a',
      judged: [{ level: 'item', at: '100' }],
      rule: 'the rule <b>',
      against: {
        item: {
          from: 'x',
          recall: { '100': -0.01 },
          interval: { '100': [-0.02, 0.001] },
          recallNew: {},
          intervalNew: {},
        },
      },
      commands: ['adseq train item --set train.logq.negative=0.5'],
    },
    failed: [],
    left: 0,
    spentSeconds: 122,
  }
  const page = sweepPage(sweep)

  it('says what to take and at which price, and shows a plot and figures of every level', () => {
    expect(page).toContain('Take 2: logq.negative 0.5. Rule: the rule &lt;b&gt;.')
    expect(page).toContain('item recall@100 -.010 (-.020 to +.0010)')
    expect(page).toContain('<code>adseq train item --set train.logq.negative=0.5</code>')
    expect(page.match(/<svg class="chart"/g)).toHaveLength(2)
    expect(page).toContain(
      '<th scope="row">2 (take) front</th><td>0.5</td><td class="main">.095 <small>.063–.190</small></td><td>.150</td>',
    )
    expect(page).toContain('<td>200+</td><td>1 min 1 s</td>')
  })

  it('runs no script and fetches nothing', () => {
    expect(page).toContain('default-src &#39;none&#39;')
    expect(page).not.toMatch(/<script|src=|https?:/)
  })
})
