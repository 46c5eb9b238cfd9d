import { describe, expect, it } from 'vitest'
import { fitted, nearest, towards } from '../../../src/server/page/plane.js'

describe('fitted', () => {
  it('lays points into the picture, to one scale on both axes, y upwards', () => {
    const points = [
      { x: -1, y: 0 },
      { x: 3, y: 1 },
    ]
    // 100 - 2 * 10 pixels for a width of 4: 20 each; the middle (1, 0.5) in the middle
    expect(fitted(points, { width: 100, height: 60, margin: 10 })).toEqual([
      { x: 10, y: 40 },
      { x: 90, y: 20 },
    ])
    // a low picture: 20 - 2 * 5 pixels for a height of 1
    expect(fitted(points, { width: 100, height: 20, margin: 5 })).toEqual([
      { x: 30, y: 15 },
      { x: 70, y: 5 },
    ])
  })

  it('puts points that are all in one place into the middle', () => {
    expect(fitted([{ x: 7, y: 7 }], { width: 40, height: 20, margin: 5 })).toEqual([{ x: 20, y: 10 }])
  })
})

describe('what is near', () => {
  const pixels = [
    { x: 50, y: 50 },
    { x: 60, y: 52 },
    { x: 90, y: 50 },
    { x: 50, y: 30 },
    { x: 45, y: 70 },
  ]

  it('is the nearest point, where one is near enough', () => {
    expect(nearest(pixels, { x: 58, y: 50 })).toBe(1)
    expect(nearest(pixels, { x: 70, y: 52 }, 10)).toBe(1)
    expect(nearest(pixels, { x: 70, y: 52 }, 9)).toBe(-1)
    expect(nearest([], { x: 0, y: 0 })).toBe(-1)
  })

  it('arrow keys go to the nearest point in their direction, and stay where there is none', () => {
    expect(['ArrowRight', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'a'].map((key) => towards(pixels, 0, key))).toEqual([
      1, 3, 4, 0, 0,
    ])
    expect(towards(pixels, 1, 'ArrowRight')).toBe(2)
    expect(towards(pixels, 2, 'ArrowLeft')).toBe(1)
  })
})
