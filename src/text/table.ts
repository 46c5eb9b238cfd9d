import { fit, printable, textWidth } from './width.js'

/** One column of a table that is laid out for a given width. */
export interface Column<T> {
  head: string
  value: (row: T) => string
  align?: 'left' | 'right'
  /** a flexible column may shrink to this many columns; others keep the width of their longest cell */
  min?: number
  max?: number
  /** how many columns it takes at a time when room is shared out; default 1 */
  weight?: number
  /** columns with the highest number are dropped first when there is no room; 0 (default) is never dropped */
  drop?: number
  /** secondary: drawn dim on a screen */
  dim?: boolean
}

export interface Layout<T> {
  columns: Column<T>[]
  widths: number[]
}

/** Blank columns between two columns of a table. */
export const GAP = 2

/**
 * Chooses which columns fit in `width` and how wide each is: fixed columns get their longest cell, flexible ones share
 * what is left, and columns are dropped by their `drop` number where even the minima do not fit.
 */
export function layout<T>(columns: readonly Column<T>[], rows: readonly T[], width: number, gap = GAP): Layout<T> {
  const natural = new Map(
    columns.map((c) => [
      c,
      Math.min(c.max ?? Infinity, Math.max(textWidth(c.head), ...rows.map((r) => textWidth(printable(c.value(r)))), 1)),
    ]),
  )
  const least = (c: Column<T>): number => Math.min(natural.get(c)!, c.min ?? natural.get(c)!)
  const shown = [...columns]
  const total = (of: (c: Column<T>) => number): number =>
    shown.reduce((sum, c) => sum + of(c), gap * Math.max(0, shown.length - 1))
  while (total(least) > width) {
    const worst = shown.reduce((a, b) => ((b.drop ?? 0) >= (a.drop ?? 0) ? b : a), shown[0])
    if (!worst?.drop) break
    shown.splice(shown.indexOf(worst), 1)
  }
  const widths = shown.map(least)
  let spare = width - total(least)
  // what is left goes to the flexible columns a column at a time, so that none grows past its longest cell
  for (let grown = true; spare > 0 && grown;) {
    grown = false
    for (let i = 0; i < shown.length && spare > 0; i++) {
      if (widths[i] >= natural.get(shown[i])!) continue
      const grow = Math.min(shown[i].weight ?? 1, natural.get(shown[i])! - widths[i], spare)
      widths[i] += grow
      spare -= grow
      grown = true
    }
  }
  return { columns: shown, widths }
}

/** The cells of one row, cut and padded to the layout. */
export function cells<T>(l: Layout<T>, row: T): string[] {
  return l.columns.map((c, i) => fit(printable(c.value(row)), l.widths[i], c.align))
}

/** The heading's cells. */
export function heads<T>(l: Layout<T>): string[] {
  return l.columns.map((c, i) => fit(c.head, l.widths[i], c.align))
}

/** The whole table as plain lines: heading and rows, no escape codes, no trailing blanks. */
export function tableLines<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): string[] {
  const l = layout(columns, rows, width)
  const gap = ' '.repeat(GAP)
  return [heads(l), ...rows.map((row) => cells(l, row))].map((c) => c.join(gap).trimEnd())
}

/** How wide each column must be for its longest cell. */
export const columnWidths = (rows: readonly (readonly string[])[]): number[] =>
  rows[0].map((_, c) => Math.max(...rows.map((row) => textWidth(row[c] ?? ''))))

/** Cells of text in columns, the first to the left, the others to the right; two spaces between, no trailing blanks. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = columnWidths(rows)
  return rows.map((row) =>
    row
      .map((cell, c) => fit(cell, widths[c], c === 0 ? 'left' : 'right'))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

/**
 * The same in at most so many columns of the terminal, where leaving some out suffices.
 * @param drop indices of the columns that may be left out, the first to go first
 */
export function columnsWithin(rows: readonly (readonly string[])[], width: number, drop: readonly number[]): string[] {
  for (let gone = 0; ; gone++) {
    const left = drop.slice(0, gone)
    const lines = columns(rows.map((row) => row.filter((_, c) => !left.includes(c))))
    if (gone === drop.length || lines.every((line) => textWidth(line) <= width)) return lines
  }
}
