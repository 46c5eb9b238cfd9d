import { from } from './user-text.js'
import { GAP, cells, heads, layout, tableLines, type Column } from '../../text/table.js'
import { fit } from '../../text/width.js'
import type { HistoryRow, Moved, MovedAdvertiser, TryView } from '../types.js'
import { sellerOf, titleOf } from './words.js'
import { age, minute } from '../../text/moments.js'

/** Rows shown of the two histories. */
const EVENTS = 8

/** "↑ 12", "↓ 3", "=", or "new" for a row that the other list does not show; in the old list "out" where it is gone. */
export function move(row: { rank: number; other: number | null }, side: 'before' | 'after', k: number): string {
  const { rank, other } = row
  if (side === 'after') {
    if (other === null || other > k) return other === null ? 'new' : `new (${other})`
    return other === rank ? '=' : other > rank ? `↑ ${other - rank}` : `↓ ${rank - other}`
  }
  if (other === null || other > k) return other === null ? 'out' : `→ ${other}`
  return ''
}

/** Two results side by side, the second with how far each row moved; `k` is how many each list shows. */
export function tryText(view: TryView, width: number, k: number): string[] {
  const half = Math.max(30, Math.floor((width - 3) / 2))
  const [b, a] = [view.before, view.after]
  const lines = [`histories end at ${minute(view.moment)} UTC, the cutoff of the runs`, '']
  lines.push(...sideBySide(['BEFORE', b.label], ['AFTER', a.label], half), '')
  lines.push(...sideBySide(history(b.history, view.moment, half), history(a.history, view.moment, half), half), '')
  if (view.itemBy !== null)
    lines.push(
      `ITEMS${from(view.itemBy, view.itemRun)}`,
      ...sideBySide(
        table(itemColumns('before', k), b.items, half),
        table(itemColumns('after', k), a.items, half),
        half,
      ),
      '',
    )
  if (view.advertiserBy !== null)
    lines.push(
      `ADVERTISERS${from(view.advertiserBy, view.advertiserRun)}`,
      ...sideBySide(
        table(advertiserColumns('before', k), b.advertisers, half),
        table(advertiserColumns('after', k), a.advertisers, half),
        half,
      ),
      '',
    )
  lines.push('↑ ↓ places moved   new (57): came from place 57   → 57: went to place 57')
  return lines
}

function itemColumns(side: 'before' | 'after', k: number): Column<Moved>[] {
  return [
    { head: '#', value: (r) => String(r.rank), align: 'right' },
    { head: side === 'after' ? 'moved' : 'went', value: (r) => move(r, side, k) },
    { head: 'title', value: titleOf, weight: 3, min: 10, max: 48 },
    { head: 'advertiser', value: sellerOf, min: 6, max: 16, drop: 1 },
    { head: 'score', value: (r) => r.score.toFixed(3), align: 'right' },
  ]
}

function advertiserColumns(side: 'before' | 'after', k: number): Column<MovedAdvertiser>[] {
  return [
    { head: '#', value: (r) => String(r.rank), align: 'right' },
    { head: side === 'after' ? 'moved' : 'went', value: (r) => move(r, side, k) },
    { head: 'advertiser', value: sellerOf, min: 8, max: 40 },
    { head: 'score', value: (r) => r.score.toFixed(3), align: 'right' },
  ]
}

function history(rows: readonly HistoryRow[], moment: number, width: number): string[] {
  if (rows.length === 0) return ['no history']
  const columns: Column<HistoryRow>[] = [
    { head: 'age', value: (r) => age(r.time, moment), align: 'right' },
    { head: 'event', value: (r) => r.type },
    { head: 'title', value: titleOf, weight: 3, min: 8 },
  ]
  const more = rows.length > EVENTS ? ['…'] : []
  return [...tableLines(columns, rows.slice(0, EVENTS), width), ...more]
}

function table<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): string[] {
  if (rows.length === 0) return ['none']
  const l = layout(columns, rows, width)
  return [heads(l), ...rows.map((row) => cells(l, row))].map((line) => line.join(' '.repeat(GAP)))
}

function sideBySide(left: readonly string[], right: readonly string[], half: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    `${fit(left[i] ?? '', half)} │ ${right[i] ?? ''}`.trimEnd(),
  )
}
