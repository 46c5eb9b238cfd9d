import { describe, expect, it } from 'vitest'
import { tableLines, type Column } from '../../src/text/table.js'
import { fit, printable, textWidth, truncate } from '../../src/text/width.js'

interface Row {
  rank: number
  title: string
  advertiser: string
}

const columns: Column<Row>[] = [
  { head: '#', value: (r) => String(r.rank), align: 'right' },
  { head: 'title', value: (r) => r.title, min: 6 },
  { head: 'advertiser', value: (r) => r.advertiser, min: 4, drop: 1 },
]
const rows: Row[] = [
  { rank: 1, title: 'Whole milk, two litres', advertiser: 'Dairy & Sons' },
  { rank: 12, title: 'Bread', advertiser: 'Mill' },
]

describe('a table', () => {
  it('shows everything where there is room', () => {
    expect(tableLines(columns, rows, 80)).toEqual([
      ' #  title                   advertiser', //
      ' 1  Whole milk, two litres  Dairy & Sons',
      '12  Bread                   Mill',
    ])
  })

  it('never is wider than asked', () => {
    for (let width = 12; width < 60; width++)
      for (const line of tableLines(columns, rows, width)) expect(textWidth(line)).toBeLessThanOrEqual(width)
  })

  it('cuts flexible columns with an ellipsis, then drops the column that may go', () => {
    expect(tableLines(columns, rows, 24)[1]).toMatch(/^ 1 {2}\S.*… {2}.*…$/)
    expect(tableLines(columns, rows, 12)).toEqual([' #  title', ' 1  Whole m…', '12  Bread'])
  })
})

describe('text width', () => {
  it('counts wide graphemes as two columns', () => {
    expect(textWidth('日本')).toBe(4)
    expect(textWidth('naïve…')).toBe(6)
    expect(fit('日本語', 5)).toBe('日本…')
    expect(textWidth(fit('日本語', 4))).toBe(4)
  })

  it('leaves nothing of a title that could steer the terminal', () => {
    expect(printable('a\u001B[31mred\nline\u009B2J')).toBe('a [31mred line 2J')
  })

  it('truncates to nothing without failing', () => {
    expect(truncate('abc', 0)).toBe('')
    expect(truncate('abc', 1)).toBe('…')
  })
})
