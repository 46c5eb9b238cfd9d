import { describe, expect, it } from 'vitest'
import type { FunnelTrace, GeneratorTrace } from '../../../src/funnel/trace.js'
import { flowOf, outline, place } from '../../../src/server/page/sankey.js'

const generator = (name: string, returned: number): GeneratorTrace => ({
  generator: name,
  level: 'item',
  state: 'done',
  limit: 100,
  returned,
  searched: returned,
  exact: true,
  rounds: 1,
  ms: 1,
  kept: 0,
  handedOn: 0,
})

/** 60 + 40 found, 20 of them twice; 30 beyond quotas; of 50 kept 20 are handed on. */
const trace: FunnelTrace = {
  inventory: { version: 1, ads: 500, open: 400, items: 300, advertisers: 10 },
  generators: [generator('a', 60), generator('late', 0), generator('b', 40)],
  union: 80,
  ranking: { by: 'l1', ms: 1 },
  blend: { kept: 50, handedOn: 20, dropped: { quota: 30, 'beyond k': 25, 'same item': 5 } },
  ms: 3,
}

describe('flowOf', () => {
  const { nodes, links } = flowOf(trace)

  it('has every stage with what is left out of it, and no generator that found nothing', () => {
    expect(nodes.map(({ column, name, ads, lost }) => [column, name, ads, lost])).toEqual([
      [0, 'a', 60, false],
      [0, 'b', 40, false],
      [1, 'found', 100, false],
      [2, 'different', 80, false],
      [2, 'found again', 20, true],
      [3, 'kept', 50, false],
      [3, 'quota', 30, true],
      [4, 'handed on', 20, false],
      [4, 'beyond k', 25, true],
      [4, 'same item', 5, true],
    ])
  })

  it('loses no ad on the way: what a node holds has come in, and goes on or ends', () => {
    nodes.forEach(({ column, ads, lost }, at) => {
      const sum = (of: 'from' | 'to'): number => links.reduce((n, link) => n + (link[of] === at ? link.ads : 0), 0)
      if (column > 0) expect([at, sum('to')]).toEqual([at, ads])
      if (column < 4 && !lost) expect([at, sum('from')]).toEqual([at, ads])
    })
  })

  it('is empty where nothing was found', () => {
    const none = { ...trace, generators: [generator('a', 0)], union: 0 }
    expect(flowOf(none)).toEqual({ nodes: [], links: [] })
  })
})

describe('place', () => {
  it('makes bars and bands as high as they hold ads, one below the other, with room for a label', () => {
    // 200 units for 100 ads: 2 an ad; a gap of 5 between bars
    const { bars, bands, height } = place(flowOf(trace), [0, 100, 200, 300, 400], 10, 200)
    expect(bars.slice(0, 3)).toEqual([
      { x: 0, y: 0, height: 120 },
      { x: 0, y: 125, height: 80 },
      { x: 100, y: 0, height: 200 },
    ])
    // handed on 20 ads: 40, beyond k 25: 50, same item 5: 10
    expect(bars.slice(7).map(({ y, height: tall }) => [y, tall])).toEqual([
      [0, 40],
      [45, 50],
      [100, 10],
    ])
    expect(bands.slice(0, 2)).toEqual([
      { x0: 10, y0: 0, x1: 100, y1: 0, height: 120 },
      { x0: 10, y0: 125, x1: 100, y1: 120, height: 80 },
    ])
    // the two bands out of "found": 80 ads from its top, then 20
    expect(bands[3]).toEqual({ x0: 110, y0: 160, x1: 200, y1: 165, height: 40 })
    expect(height).toBe(205)
    expect(outline({ x0: 0, y0: 0, x1: 10, y1: 20, height: 4 })).toBe(
      'M0.0 0.0C5.0 0.0 5.0 20.0 10.0 20.0v4.0C5.0 24.0 5.0 4.0 0.0 4.0z',
    )
  })
})
