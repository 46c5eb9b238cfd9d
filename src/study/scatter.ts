import { share } from '../text/numbers.js'

export interface Dot {
  x: number
  y: number
  /** one character */
  mark: string
  /** drawn over others */
  front: boolean
}

export interface ScatterOptions {
  width: number
  height: number
  x: string
  y: string
}

/** Points as plain characters, y upwards: marks of the front over those of the others. No escape codes. */
export function scatter(dots: readonly Dot[], { width, height, x, y }: ScatterOptions): string[] {
  if (dots.length === 0) return []
  const [left, right] = bounds(dots.map((dot) => dot.x))
  const [low, high] = bounds(dots.map((dot) => dot.y))
  const labels = [share(high), share((low + high) / 2), share(low)]
  const gutter = Math.max(...labels.map((label) => label.length))
  const columns = Math.max(8, width - gutter - 2)
  const rows = Math.max(3, height)
  const grid = Array.from({ length: rows }, () => new Array<string>(columns).fill(' '))
  for (const dot of [...dots].sort((a, b) => Number(a.front) - Number(b.front))) {
    const column = Math.round(((dot.x - left) / (right - left)) * (columns - 1))
    const row = Math.round(((high - dot.y) / (high - low)) * (rows - 1))
    grid[row][column] = dot.mark
  }
  const at: Record<number, string> = {
    0: labels[0],
    [(rows - 1) >> 1]: rows % 2 === 1 ? labels[1] : '',
    [rows - 1]: labels[2],
  }
  const body = grid.map((cells, row) => `${(at[row] ?? '').padStart(gutter)} |${cells.join('')}`.trimEnd())
  const ends = `${share(left)}${share(right).padStart(columns - share(left).length)}`
  return [
    `${' '.repeat(gutter)} ${y}`,
    ...body,
    `${' '.repeat(gutter)} +${'-'.repeat(columns)}`,
    `${' '.repeat(gutter + 2)}${ends}`,
    `${' '.repeat(gutter + 2)}${x.padStart(columns)}`.trimEnd(),
  ]
}

/** Least and most, a little apart where they are equal. */
function bounds(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return low < high ? [low, high] : [low - (Math.abs(low) || 1) / 10, high + (Math.abs(high) || 1) / 10]
}
