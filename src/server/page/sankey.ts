import type { Trace } from './api.js'

/** Ads at one place of their way; `lost`: they go no further. */
export interface Node {
  name: string
  ads: number
  column: number
  lost: boolean
}

/** All ads of a node of a column that go to one of the next; indices of nodes. */
export interface Link {
  from: number
  to: number
  ads: number
}

export interface Flow {
  nodes: Node[]
  links: Link[]
}

/**
 * The way of the ads of one request: generators, what they found, the different ads among it, what quotas keep, what is
 * handed on. An ad counts for each generator that found it up to the second column, and once from the third on. What
 * comes into a node is what it holds, and what leaves it never more.
 */
export function flowOf({ generators, union, blend }: Trace): Flow {
  const nodes: Node[] = []
  const links: Link[] = []
  const node = (column: number, name: string, ads: number, lost = false): number =>
    nodes.push({ column, name, ads, lost }) - 1
  const link = (from: number, to: number): void =>
    void links.push({ from, to, ads: Math.min(nodes[from].ads, nodes[to].ads) })
  const sources = generators.filter(({ returned }) => returned > 0)
  const all = sources.reduce((sum, { returned }) => sum + returned, 0)
  if (all === 0) return { nodes, links }
  const firsts = sources.map(({ generator, returned }) => node(0, generator, returned))
  const found = node(1, 'found', all)
  for (const one of firsts) link(one, found)
  const step = (
    column: number,
    from: number,
    name: string,
    ads: number,
    lost: [why: string, ads: number][],
  ): number => {
    const on = node(column, name, ads)
    link(from, on)
    for (const [why, n] of lost) if (n > 0) link(from, node(column, why, n, true))
    return on
  }
  const { quota = 0, ...later } = blend.dropped
  const different = step(2, found, 'different', union, [['found again', all - union]])
  const kept = step(3, different, 'kept', blend.kept, [['quota', quota]])
  step(4, kept, 'handed on', blend.handedOn, Object.entries(later))
  return { nodes, links }
}

/** A node as a bar: its top, and its height, in units of the picture. */
export interface Bar {
  x: number
  y: number
  height: number
}

/** A band between two bars: where it begins and ends, and how wide it is. */
export interface Band {
  x0: number
  y0: number
  x1: number
  y1: number
  height: number
}

/** Room of a label, below which no bar gets, and between bars. */
const LINE = 17
const GAP = 5
/** So that one ad can be seen, too. */
const THINNEST = 1

/**
 * Bars from the top of their column on, bands in the order of links.
 * @param columns x of each column @param bar width of a bar @param height of a column without gaps, where it has most
 */
export function place(
  { nodes, links }: Flow,
  columns: readonly number[],
  bar: number,
  height: number,
): { bars: Bar[]; bands: Band[]; height: number } {
  const totals = columns.map((_, c) => nodes.reduce((sum, { column, ads }) => sum + (column === c ? ads : 0), 0))
  const unit = height / Math.max(1, ...totals)
  const thick = (ads: number): number => Math.max(THINNEST, ads * unit)
  const next = columns.map(() => 0)
  const bars = nodes.map(({ column, ads }): Bar => {
    const one = { x: columns[column], y: next[column], height: thick(ads) }
    next[column] += Math.max(LINE, one.height) + GAP
    return one
  })
  const out = bars.map(({ y }) => y)
  const into = [...out]
  const bands = links.map(({ from, to, ads }): Band => {
    const band = { x0: bars[from].x + bar, y0: out[from], x1: bars[to].x, y1: into[to], height: thick(ads) }
    out[from] += ads * unit
    into[to] += ads * unit
    return band
  })
  return { bars, bands, height: Math.max(...next) - GAP }
}

/** The outline of a band. */
export function outline({ x0, y0, x1, y1, height }: Band): string {
  const middle = (x0 + x1) / 2
  return (
    `M${n(x0)} ${n(y0)}C${n(middle)} ${n(y0)} ${n(middle)} ${n(y1)} ${n(x1)} ${n(y1)}v${n(height)}` +
    `C${n(middle)} ${n(y1 + height)} ${n(middle)} ${n(y0 + height)} ${n(x0)} ${n(y0 + height)}z`
  )
}

const n = (x: number): string => x.toFixed(1)
