import { html, type Markup } from './markup.js'

export interface ChartFrame {
  /** unique on the page */
  id: string
  width: number
  height: number
  /** what a screen reader says instead of the drawing: its name, and all figures in words */
  title: string
  description: string
}

/** A drawing with a name and a description. */
export function chart({ id, width, height, title, description }: ChartFrame, drawing: Markup): Markup {
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${drawing}</svg>`
}
