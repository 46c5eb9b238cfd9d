import { describe, expect, it } from 'vitest'
import { chart, resample, type ChartOptions, type Series } from '../../src/tui/chart.js'

const lines = (series: Series[], options: Partial<ChartOptions> = {}): string[] =>
  chart(series, { width: 30, height: 6, label: (y) => y.toFixed(1), ...options }).map((spans) =>
    spans
      .map((s) => s.text)
      .join('')
      .trimEnd(),
  )

describe('resample', () => {
  it('takes the mean of the points of a column and straight lines between', () => {
    const points = [
      { x: 0, y: 1 },
      { x: 0, y: 3 },
      { x: 4, y: 6 },
    ]
    expect(resample(points, 0, 4, 5)).toEqual({ from: 0, values: [2, 3, 4, 5, 6] })
  })

  it('starts where the first point is and ends where the last is', () => {
    expect(
      resample(
        [
          { x: 2, y: 5 },
          { x: 3, y: 5 },
        ],
        0,
        4,
        5,
      ),
    ).toEqual({ from: 2, values: [5, 5] })
  })
})

describe('chart', () => {
  it('draws a falling line from the top left, its mark at the bottom right', () => {
    const out = lines([
      {
        mark: 'A',
        points: [
          { x: 0, y: 4 },
          { x: 10, y: 0 },
        ],
      },
    ])
    expect(out).toHaveLength(6)
    expect(out[0]).toMatch(/^4\.0 ┤─*╮/)
    expect(out[4]).toMatch(/^0\.0 ┤ +╰─*A$/)
    expect(out[5]).toMatch(/^ {5}0 +10 steps$/)
  })

  it('keeps its width and height whatever the series', () => {
    const shapes: Series[][] = [
      [{ mark: 'A', points: [{ x: 5, y: 2 }] }],
      [
        {
          mark: 'A',
          points: [
            { x: 1, y: 2 },
            { x: 9, y: 2 },
          ],
        },
      ],
      [
        { mark: 'A', points: Array.from({ length: 500 }, (_, i) => ({ x: i, y: Math.sin(i / 20) })) },
        {
          mark: 'B',
          points: [
            { x: 100, y: 0.5 },
            { x: 200, y: -2 },
          ],
        },
      ],
    ]
    for (const series of shapes) {
      for (const [width, height] of [
        [20, 3],
        [40, 8],
        [120, 20],
      ]) {
        const out = chart(series, { width, height, label: (y) => y.toFixed(2) })
        expect(out).toHaveLength(height)
        for (const row of out) expect(row.map((s) => s.text).join('').length).toBeLessThanOrEqual(width)
      }
    }
  })

  it('tells curves apart by their end marks and by colour', () => {
    const out = chart(
      [
        {
          mark: 'A',
          colour: 'cyan',
          points: [
            { x: 0, y: 0 },
            { x: 10, y: 1 },
          ],
        },
        {
          mark: 'B',
          colour: 'yellow',
          points: [
            { x: 0, y: 1 },
            { x: 5, y: 0 },
          ],
        },
      ],
      { width: 30, height: 6, label: (y) => y.toFixed(1) },
    ).flat()
    expect(out.find((s) => s.text.includes('A'))?.colour).toBe('cyan')
    expect(out.find((s) => s.text.includes('B'))?.colour).toBe('yellow')
  })

  it('shows the end of a curve that lies under another', () => {
    const flat = (to: number): Series['points'] => [
      { x: 0, y: 1 },
      { x: to, y: 1 },
    ]
    const out = lines([
      { mark: 'A', points: flat(10) },
      { mark: 'B', points: flat(5) },
    ])
    expect(out.join('\n')).toMatch(/─B─+A/)
  })

  it('puts a curve in proportion to the y axis that starts at yMin', () => {
    const out = lines(
      [
        {
          mark: 'A',
          points: [
            { x: 0, y: 0.5 },
            { x: 10, y: 1 },
          ],
        },
      ],
      { yMin: 0, height: 6 },
    )
    // five rows for 0 .. 1: .5 is the middle one
    expect(out[2]).toMatch(/^0\.5 ┤─/)
    expect(out[0]).toMatch(/A$/)
  })
})
