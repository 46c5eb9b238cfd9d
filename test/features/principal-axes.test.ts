import { describe, expect, it } from 'vitest'
import { principalAxes, project } from '../../src/features/principal-axes.js'

describe('principalAxes', () => {
  it('finds the two directions of the widest spread, and the share of the variance along each', () => {
    // around (5, 1, 2): along (3, 4, 0) / 5 by 10, along z by 5, along (4, -3, 0) / 5 by 1; nothing else
    const away = [
      [6, 8, 0],
      [0, 0, 5],
      [0.8, -0.6, 0],
    ]
    const rows = away.flatMap((one) => [one, one.map((x) => -x)])
    const vectors = Float32Array.from(rows.flatMap(([x, y, z]) => [5 + x, 1 + y, 2 + z]))
    const found = principalAxes(vectors, 3, [0, 1, 2, 3, 4, 5])
    expect([...found.mean].map((x) => Number(x.toFixed(5)))).toEqual([5, 1, 2])
    expect([...found.axes].map((x) => Number(x.toFixed(5)) + 0)).toEqual([0.6, 0.8, 0, 0, 0, 1])
    // 2 * 100, 2 * 25 and 2 * 1 of 252
    expect(found.shares[0]).toBeCloseTo(200 / 252, 6)
    expect(found.shares[1]).toBeCloseTo(50 / 252, 6)
    const places = [...project(vectors, found)].map((x) => Number(x.toFixed(4)) + 0)
    expect(places).toEqual([10, 0, -10, 0, 0, 5, 0, -5, 0, 0, 0, 0])
  })

  it('looks at the rows asked for alone, and turns an axis so that its largest component is positive', () => {
    const vectors = Float32Array.of(0, 0, -4, 2, 4, -2, 100, 900)
    const { axes, shares } = principalAxes(vectors, 2, [0, 1, 2])
    expect(axes[0]).toBeCloseTo(2 / Math.sqrt(5), 6)
    expect(axes[1]).toBeCloseTo(-1 / Math.sqrt(5), 6)
    expect(shares[0]).toBeCloseTo(1, 6)
    expect(shares[1]).toBeCloseTo(0, 6)
  })

  it('has nothing to tell of vectors that are all alike', () => {
    expect(principalAxes(Float32Array.of(1, 2, 1, 2), 2, [0, 1]).shares).toEqual([0, 0])
  })
})
