import { api, type ItemMap } from './api.js'
import { count, h, part, plural, svg, to } from './dom.js'
import { fitted, nearest, towards, type Pixel } from './plane.js'

/** Items that are asked for. */
const SHOWN = 20_000
/** Categories that have a colour of their own; others share one. */
const COLOURS = 8
/** Pixels from a dot within which it is meant. */
const NEAR = 14

/** What is marked on the map: the items of the history that is edited, and of the ads found for it. */
export interface Marked {
  /** "User u7" */
  name: string
  history: readonly string[]
  ads: readonly string[]
}

/** The items by their vectors: what is close is alike. */
export async function mapView(signal: AbortSignal, marked: Marked | undefined): Promise<HTMLElement> {
  const wanted = marked ? [...new Set([...marked.ads, ...marked.history])].slice(0, 100) : []
  const map = await api.map(signal, SHOWN, wanted)
  const [x, y] = map.variance.map((share) => `${Math.round(share * 100)} %`)
  const shown = map.points.length
  if (shown === 0) return h('div', {}, h('h1', {}, 'A map of the items'), h('p', {}, 'The generation has no items.'))
  const others = map.categories.slice(COLOURS)
  const legend = map.categories.slice(0, COLOURS).map(({ category, items }, i) => entry(i, category ?? 'none', items))
  if (others.length > 0)
    legend.push(
      entry(
        COLOURS,
        plural(others.length, 'other'),
        others.reduce((sum, { items }) => sum + items, 0),
      ),
    )
  const drawn = new DrawnMap(map, marked)
  return h(
    'div',
    {},
    h('h1', {}, 'A map of the items'),
    h(
      'p',
      {},
      `${shown === map.items ? `All ${count(shown)} items` : `${count(shown)} of ${count(map.items)} items, drawn by chance`}` +
        `, by their vectors, coloured by their first category. Across and upwards are the two directions in which the ` +
        `vectors spread most; they hold ${x} and ${y} of the variance. Items that are far apart here are unlike. Items ` +
        'that are close may still differ in what no two axes can show: the page of an item has its true neighbours.',
    ),
    h('ul', { class: 'legend' }, ...legend),
    drawn.element,
    ...marks(map, marked),
  )
}

const entry = (colour: number, name: string, items: number): HTMLElement =>
  h(
    'li',
    {},
    svg(
      'svg',
      { class: 'swatch', viewBox: '0 0 12 12', 'aria-hidden': true },
      svg('circle', { class: `c${colour}`, cx: 6, cy: 6, r: 5 }),
    ),
    `${name} ${count(items)}`,
  )

/** What is marked, in words. */
function marks(map: ItemMap, marked: Marked | undefined): HTMLElement[] {
  if (!marked)
    return [
      h('p', { class: 'soft' }, 'Choose a user or make up a history first, and their items and ads stand out here.'),
    ]
  const titles = new Map(map.marked.map(({ item, title }) => [item, title]))
  return (
    [
      ['History of', 'ring', marked.history],
      ['Ads for', 'diamond', marked.ads],
    ] as const
  ).map(([what, sign, items]) => {
    const known = [...new Set(items)].filter((item) => titles.has(item))
    return h(
      'section',
      {},
      h('h2', {}, mark(sign), `${what} ${marked.name}: ${plural(known.length, 'item')}`),
      h('ul', { class: 'links' }, ...known.map((item) => h('li', {}, to('item', item, titles.get(item))))),
    )
  })
}

const mark = (sign: 'ring' | 'diamond'): SVGElement =>
  svg(
    'svg',
    { class: 'swatch', viewBox: '0 0 12 12', 'aria-hidden': true },
    sign === 'ring'
      ? svg('circle', { class: 'ring', cx: 6, cy: 6, r: 4.5 })
      : svg('path', { class: 'diamond', d: 'M6 0l6 6l-6 6l-6 -6z' }),
  )

/** The dots on a canvas. The pointer or the arrow keys choose one, a click or Enter opens its page. */
class DrawnMap {
  readonly element: HTMLElement
  private readonly canvas: HTMLCanvasElement
  private readonly readout = h('p', { class: 'soft' }, 'Point at a dot to see what it is.')
  /** the dots alone: drawn once for a size and a colour scheme */
  private readonly dots = document.createElement('canvas')
  /** points of the map, then what is marked */
  private readonly all: { item: string; title: string | null; x: number; y: number; category: string | null }[]
  private pixels: Pixel[] = []
  private chosen = -1

  constructor(
    private readonly map: ItemMap,
    private readonly marked: Marked | undefined,
  ) {
    const names = map.categories.map(({ category }) => category)
    this.all = [...map.points.map((one) => ({ ...one, category: names[one.category] })), ...map.marked]
    const at = ({ offsetX: x, offsetY: y }: MouseEvent): number => nearest(this.pixels, { x, y }, NEAR)
    this.canvas = h('canvas', {
      class: 'map',
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'map',
      'aria-label': 'Items by their vectors. Arrow keys go to the next item in a direction, Enter opens its page.',
      pointermove: (event) => this.choose(at(event as PointerEvent)),
      pointerleave: () => this.choose(-1),
      click: (event) => this.open(at(event as MouseEvent)),
      keydown: (event) => this.key(event as KeyboardEvent),
    })
    this.element = h('div', {}, this.canvas, this.readout)
    new ResizeObserver(() => this.draw()).observe(this.canvas)
    // the page is left by an address: what listens goes with its canvas
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const recolour = (): void => (this.canvas.isConnected ? this.draw() : dark.removeEventListener('change', recolour))
    dark.addEventListener('change', recolour)
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Enter') return this.open(this.chosen)
    if (!event.key.startsWith('Arrow')) return
    event.preventDefault()
    const middle = { x: this.canvas.clientWidth / 2, y: this.canvas.clientHeight / 2 }
    this.choose(this.chosen < 0 ? nearest(this.pixels, middle) : towards(this.pixels, this.chosen, event.key))
    part('said').textContent = this.readout.textContent
  }

  private choose(index: number): void {
    if (index === this.chosen) return
    this.chosen = index
    const one = this.all[index]
    this.canvas.classList.toggle('over', one !== undefined)
    this.readout.replaceChildren(
      ...(one
        ? [to('item', one.item, one.title), ` · ${one.category ?? 'no category'}`]
        : ['Point at a dot to see what it is.']),
    )
    this.show()
  }

  private open(index: number): void {
    if (index >= 0) location.hash = to('item', this.all[index].item).hash
  }

  /** Lays everything out for the size that the canvas has now. */
  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas
    if (width === 0) return
    const ratio = window.devicePixelRatio
    for (const canvas of [this.canvas, this.dots]) {
      canvas.width = width * ratio
      canvas.height = height * ratio
    }
    this.pixels = fitted(this.all, { width, height, margin: 12 })
    const pen = this.dots.getContext('2d')!
    pen.scale(ratio, ratio)
    pen.globalAlpha = 0.75
    const colours = Array.from({ length: COLOURS + 1 }, (_, i) => colour(`--c${i}`))
    const size = this.map.points.length > 5000 ? 1.6 : 2.6
    // the largest categories first: the others lie above them
    const order = this.map.points
      .map((_, i) => i)
      .sort((a, b) => this.map.points[a].category - this.map.points[b].category)
    for (const i of order) {
      pen.fillStyle = colours[Math.min(COLOURS, this.map.points[i].category)]
      pen.beginPath()
      pen.arc(this.pixels[i].x, this.pixels[i].y, size, 0, 7)
      pen.fill()
    }
    pen.globalAlpha = 1
    const [history, ads] = [new Set(this.marked?.history), new Set(this.marked?.ads)]
    pen.lineWidth = 2
    this.map.marked.forEach(({ item }, i) => {
      const { x, y } = this.pixels[this.map.points.length + i]
      if (ads.has(item)) {
        pen.fillStyle = colour('--ink')
        pen.strokeStyle = colour('--panel')
        pen.beginPath()
        for (const [dx, dy] of [
          [0, -6],
          [6, 0],
          [0, 6],
          [-6, 0],
        ])
          pen.lineTo(x + dx, y + dy)
        pen.closePath()
        pen.fill()
        pen.stroke()
      }
      if (history.has(item)) {
        pen.strokeStyle = colour('--ink')
        pen.beginPath()
        pen.arc(x, y, 8, 0, 7)
        pen.stroke()
      }
    })
    this.show()
  }

  /** The dots, and a circle around the one that is chosen. */
  private show(): void {
    const pen = this.canvas.getContext('2d')!
    pen.setTransform(1, 0, 0, 1, 0, 0)
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height)
    if (this.dots.width > 0) pen.drawImage(this.dots, 0, 0)
    const at = this.pixels[this.chosen]
    if (at === undefined) return
    pen.scale(window.devicePixelRatio, window.devicePixelRatio)
    pen.strokeStyle = colour('--ink')
    pen.lineWidth = 2
    pen.beginPath()
    pen.arc(at.x, at.y, 6, 0, 7)
    pen.stroke()
  }
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name)
