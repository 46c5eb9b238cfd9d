import asciichart from 'asciichart'
import type { Point } from '../inspect/curves.js'

export interface Series {
  /** one character, drawn where the line ends, so that colour is not what tells lines apart */
  mark: string
  colour?: string
  points: readonly Point[]
}

export interface ChartOptions {
  width: number
  height: number
  label: (y: number) => string
  /** left end of the x axis; default: 0, or the first point below it */
  xMin?: number
  /** right end of the x axis; default: the last point */
  xMax?: number
  /** what x counts; default: steps */
  unit?: string
  /** bottom of the y axis; default: the lowest point */
  yMin?: number
}

/** A run of characters of one colour; `undefined` is the terminal's own. */
export interface Span {
  text: string
  colour?: string
  dim?: boolean
}

interface Cell {
  char: string
  colour?: string
}

/**
 * Draws curves as lines of coloured spans: labels of the y axis on the left, steps below. asciichart draws each line
 * on its own, in row units that all share; they are laid over each other here, earlier series on top.
 */
export function chart(series: readonly Series[], options: ChartOptions): Span[][] {
  const height = Math.max(2, options.height - 1)
  const filled = series.filter((s) => s.points.length > 0)
  const xs = filled.flatMap((s) => [s.points[0].x, s.points[s.points.length - 1].x])
  const xMin = options.xMin ?? Math.min(0, ...xs)
  const xMax = Math.max(options.xMax ?? 0, ...xs, xMin + 1)
  // the scale is that of the raw points, the gutter that of its labels: both known before the columns are
  let [low, high] = range(filled, options.yMin)
  const labels = axisLabels(low, high, height, options.label)
  const gutter = Math.max(1, ...labels.map((l) => l.length))
  const columns = Math.max(4, options.width - gutter - 2)
  const lines = filled.map((s) => resample(s.points, xMin, xMax, columns))
  const grid: Grid = Array.from({ length: height }, () => new Array<Cell | undefined>(columns).fill(undefined))
  if (high <= low) [low, high] = [low - 0.5, high + 0.5]
  for (let i = lines.length - 1; i >= 0; i--) drawLine(grid, lines[i], filled[i], low, high)
  // ends over all lines: a curve that lies under another is still seen to be there
  for (let i = lines.length - 1; i >= 0; i--) drawEnd(grid, lines[i], filled[i], low, high)
  const body = grid.map((row, y) => [{ text: `${labels[y].padStart(gutter)} ┤`, dim: true }, ...spans(row)])
  const steps = [shortStep(xMin), `${shortStep(xMax)} ${options.unit ?? 'steps'}`]
  const axis = `${' '.repeat(gutter + 2)}${steps[0]}${steps[1].padStart(Math.max(0, columns - steps[0].length))}`
  return [...body, [{ text: axis, dim: true }]]
}

type Grid = (Cell | undefined)[][]

/** Values as heights in rows, 0 at the bottom. */
function heights(values: readonly number[], rows: number, low: number, high: number): number[] {
  return values.map((y) => Math.min(rows - 1, Math.max(0, ((y - low) / (high - low)) * (rows - 1))))
}

function drawLine(grid: Grid, line: Line, series: Series, low: number, high: number): void {
  const height = grid.length
  const rows = heights(line.values, height, low, high)
  if (rows.length < 2) return
  // with a range of exactly height - 1, asciichart draws one row a unit; it draws from its column 3
  const drawn = asciichart
    .plot(rows, { min: 0, max: height - 1, height: height - 1, offset: 3, format: () => ' ' })
    .split('\n')
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < rows.length - 1; x++) {
      const char = drawn[y][x + 3]
      if (char !== undefined && char !== ' ') grid[y][line.from + x] = { char, colour: series.colour }
    }
  }
}

function drawEnd(grid: Grid, line: Line, series: Series, low: number, high: number): void {
  const [last] = heights(line.values.slice(-1), grid.length, low, high)
  grid[grid.length - 1 - Math.round(last)][line.from + line.values.length - 1] = {
    char: series.mark,
    colour: series.colour,
  }
}

interface Line {
  /** column of the first value */
  from: number
  values: number[]
}

/** The mean of the points in each column, straight lines across columns without one. Points are in order of x. */
export function resample(points: readonly Point[], xMin: number, xMax: number, columns: number): Line {
  const at = (x: number): number => Math.round(((x - xMin) / (xMax - xMin)) * (columns - 1))
  const from = at(points[0].x)
  const to = at(points[points.length - 1].x)
  const sum = new Float64Array(to - from + 1)
  const count = new Uint32Array(to - from + 1)
  for (const p of points) {
    const c = Math.min(to, Math.max(from, at(p.x))) - from
    sum[c] += p.y
    count[c]++
  }
  const values: number[] = new Array<number>(sum.length)
  for (let c = 0, last = 0; c < sum.length; c++) {
    if (count[c] === 0) continue
    values[c] = sum[c] / count[c]
    for (let g = last + 1; g < c; g++) values[g] = values[last] + ((values[c] - values[last]) * (g - last)) / (c - last)
    last = c
  }
  return { from, values }
}

function range(series: readonly Series[], yMin = Infinity): [number, number] {
  let low = yMin
  let high = -Infinity
  for (const s of series) {
    for (const { y } of s.points) {
      low = Math.min(low, y)
      high = Math.max(high, y)
    }
  }
  return low <= high ? [low, high] : [0, 1]
}

/** Labels of the top, middle and bottom rows; the others are empty. */
function axisLabels(low: number, high: number, height: number, label: (y: number) => string): string[] {
  const labels = new Array<string>(height).fill('')
  if (high <= low) {
    labels[Math.floor((height - 1) / 2)] = label(low)
    return labels
  }
  const rows = height > 4 ? [0, Math.round((height - 1) / 2), height - 1] : [0, height - 1]
  for (const y of rows) labels[y] = label(y === height - 1 ? low : high - ((high - low) * y) / (height - 1))
  return labels
}

function spans(row: readonly (Cell | undefined)[]): Span[] {
  const out: Span[] = []
  for (const cell of row) {
    const last = out[out.length - 1]
    if (last !== undefined && (cell === undefined || last.colour === cell.colour)) last.text += cell?.char ?? ' '
    else out.push({ text: cell?.char ?? ' ', colour: cell?.colour })
  }
  return out
}

function shortStep(x: number): string {
  return x >= 100_000 ? `${Math.round(x / 1000)}k` : String(Math.round(x))
}
