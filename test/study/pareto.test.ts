import { describe, expect, it } from 'vitest'
import type { Difference } from '../../src/evaluate/metrics.js'
import { paretoFront } from '../../src/study/pareto.js'
import { recommend } from '../../src/study/recommend.js'
import { scatter } from '../../src/study/scatter.js'

describe('the Pareto front', () => {
  it('holds what nothing beats, by falling recall', () => {
    const points = [
      { recall: 0.3, coverage: 0.1 }, // on it: most recall
      { recall: 0.2, coverage: 0.2 }, // on it
      { recall: 0.2, coverage: 0.1 }, // beaten by both
      { recall: 0.1, coverage: 0.4 }, // on it: most coverage
      { recall: 0.15, coverage: 0.2 }, // beaten: less recall at equal coverage
    ]
    expect(paretoFront(points)).toEqual([0, 1, 3])
  })

  it('keeps equal points, and a single one', () => {
    expect(
      paretoFront([
        { recall: 1, coverage: 1 },
        { recall: 1, coverage: 1 },
      ]),
    ).toEqual([0, 1])
    expect(paretoFront([{ recall: 0, coverage: 0 }])).toEqual([0])
  })
})

describe('the recommended point', () => {
  const against = (difference: number, half: number): Difference => ({
    from: 'best',
    recall: { 100: difference },
    interval: { 100: [difference - half, difference + half] },
    recallNew: {},
    intervalNew: {},
  })
  const front = [
    { key: 'best', run: 'a', coverage: 0.1 },
    { key: 'near', run: 'b', coverage: 0.2 },
    { key: 'far', run: 'c', coverage: 0.5 },
  ]
  const judged = [{ level: 'item' as const, at: '100' }]

  it('is the most diverse one within one standard error of the best', () => {
    // an interval of ±.0196 is a standard error of .01
    expect(
      recommend(front, { near: { item: against(-0.009, 0.0196) }, far: { item: against(-0.011, 0.0196) } }, judged).key,
    ).toBe('near')
    expect(
      recommend(front, { near: { item: against(-0.009, 0.0196) }, far: { item: against(-0.009, 0.0196) } }, judged).key,
    ).toBe('far')
    expect(
      recommend(front, { near: { item: against(-0.02, 0.0196) }, far: { item: against(-0.03, 0.0196) } }, judged).key,
    ).toBe('best')
  })

  it('must not lose at any level that is judged, and one without an interval is never taken', () => {
    const both = [...judged, { level: 'advertiser' as const, at: '100' }]
    expect(
      recommend(
        front,
        { near: { item: against(0, 0.01), advertiser: against(-0.5, 0.01) }, far: { item: against(0, 0.01) } },
        both,
      ).key,
    ).toBe('best')
  })
})

describe('the plot', () => {
  it('puts the least and the most at the ends of the axes, and the front over the others', () => {
    const lines = scatter(
      [
        { x: 0, y: 0, mark: 'a', front: true },
        { x: 1, y: 1, mark: 'b', front: true },
        { x: 1, y: 1, mark: '.', front: false },
      ],
      { width: 15, height: 3, x: 'cov', y: 'recall' },
    )
    expect(lines).toEqual([
      '     recall',
      '1.00 |        b',
      '.500 |',
      '   0 |a',
      '     +---------',
      '      0    1.00',
      '            cov',
    ])
  })

  it('draws one point, and none', () => {
    expect(
      scatter([{ x: 0.5, y: 0.5, mark: 'a', front: true }], { width: 20, height: 3, x: 'x', y: 'y' }).join('\n'),
    ).toContain('a')
    expect(scatter([], { width: 20, height: 3, x: 'x', y: 'y' })).toEqual([])
  })
})
