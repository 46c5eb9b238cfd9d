import type { ReportRow } from '../report.js'
import { html, type Markup } from './markup.js'

const SHAPES = ['circle', 'square', 'diamond', 'up', 'down', 'plus', 'cross', 'pentagon'] as const
type Shape = (typeof SHAPES)[number]

/** How one retriever is drawn, the same in every figure: by shape and dash as well as by colour. */
export interface Series {
  name: string
  /** class that sets the colour */
  hue: 'one' | 'two' | 'three' | 'four' | 'ink' | 'base'
  shape: Shape
  open: boolean
  dash: string
  width: number
  /** a model or a hybrid of the run that is judged */
  strong: boolean
}

const DASHES = ['5 3', '1.5 3', '8 3 1.5 3', '3 2', '10 4', '1 2']

/** A way to draw every retriever of a level, by name: models filled and solid, baselines open and dashed. */
export function seriesOf(rows: readonly ReportRow[]): Map<string, Series> {
  const series = new Map<string, Series>()
  let [models, hybrids, baselines] = [0, 0, 0]
  const judged = rows.find(({ kind }) => kind === 'model')?.run
  for (const { name, kind, run } of rows) {
    const common = { name, strong: run !== undefined && run === judged }
    if (kind === 'model') {
      series.set(name, {
        ...common,
        hue: models === 0 ? 'one' : 'three',
        shape: SHAPES[models === 0 ? 0 : 3 + (models % 2)],
        open: false,
        dash: models < 2 ? '' : DASHES[models % DASHES.length],
        width: common.strong ? 2.5 : 1.75,
      })
      models++
    } else if (kind === 'hybrid') {
      series.set(name, {
        ...common,
        hue: hybrids === 0 ? 'two' : 'four',
        shape: SHAPES[hybrids === 0 ? 1 : 4 - (hybrids % 2)],
        open: false,
        dash: hybrids < 2 ? '' : DASHES[hybrids % DASHES.length],
        width: common.strong ? 2.5 : 1.75,
      })
      hybrids++
    } else {
      const control = name.startsWith('control')
      series.set(name, {
        ...common,
        hue: control ? 'ink' : 'base',
        shape: SHAPES[2 + (baselines % 6)],
        open: true,
        dash: control && baselines === 0 ? '' : DASHES[(baselines + Math.floor(baselines / 6)) % DASHES.length],
        width: control ? 1.5 : 1.25,
      })
      baselines++
    }
  }
  return series
}

/** The mark of a series around a point. */
export function mark(s: Series, x: number | string, y: number | string, r = 4): Markup {
  return html`<svg x="${x}" y="${y}" overflow="visible"><path class="${s.hue} mark${s.open && ' open'}" d="${path(s.shape, r)}"/></svg>`
}

function path(shape: Shape, r: number): string {
  const polygon = (corners: number, turn: number, size = r): string =>
    `M${Array.from({ length: corners }, (_, i) => [Math.cos(turn + (2 * Math.PI * i) / corners) * size, Math.sin(turn + (2 * Math.PI * i) / corners) * size].map((v) => v.toFixed(2)).join(' ')).join('L')}Z`
  const up = -Math.PI / 2
  if (shape === 'circle') return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`
  if (shape === 'square') return polygon(4, up / 2, r * 1.25)
  if (shape === 'diamond') return polygon(4, up, r * 1.3)
  if (shape === 'up') return polygon(3, up, r * 1.3)
  if (shape === 'down') return polygon(3, -up, r * 1.3)
  if (shape === 'pentagon') return polygon(5, up, r * 1.15)
  const arm = (r * 1.2).toFixed(2)
  return shape === 'plus'
    ? `M-${arm} 0H${arm}M0 -${arm}V${arm}`
    : polygon(4, up / 2, r * 1.3).replace(/M(.*)L(.*)L(.*)L(.*)Z/, 'M$1L$3M$2L$4')
}

/** What every line and mark of a figure stands for. */
export function key(series: Iterable<Series>, lines = true): Markup {
  const items = [...series].map(
    (s) =>
      html`<li><svg width="${lines ? 30 : 12}" height="12" aria-hidden="true">${lines && html`<line class="${s.hue} stroke" x1="1" x2="29" y1="6" y2="6" stroke-width="${s.width}" stroke-dasharray="${s.dash}"/>`}${mark(s, lines ? 15 : 6, 6, 3.6)}</svg>${s.name}</li>`,
  )
  return html`<ul class="key">${items}</ul>`
}
