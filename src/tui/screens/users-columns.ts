import type { Column } from '../../text/table.js'
import { categoryEnd, sellerOf, titleOf } from '../../inspect/text/words.js'
import type { HistoryRow, NextPurchase, RetrievedAdvertiser, RetrievedItem } from '../../inspect/types.js'
import { price } from '../../text/numbers.js'
import { age } from '../../text/moments.js'

/** ✓ bought next, ↻ bought before: two characters, so that they line up. */
function marks(row: { boughtNext: boolean; boughtBefore: number }): string {
  return `${row.boughtNext ? '✓' : ' '}${row.boughtBefore > 0 ? '↻' : ' '}`
}

/** A history's columns; ages are counted back from the moment the history ends. */
export function historyColumns(moment: number): Column<HistoryRow>[] {
  return [
    { head: 'age', value: (r) => age(r.time, moment), align: 'right', dim: true },
    { head: 'event', value: (r) => r.type },
    { head: 'title', value: titleOf, weight: 3, min: 14 },
    { head: 'advertiser', value: sellerOf, min: 6, max: 18, drop: 2, dim: true },
    { head: 'category', value: (r) => categoryEnd(r.category), min: 10, max: 24, drop: 3, dim: true },
    { head: 'price', value: (r) => price(r.price), align: 'right', drop: 1 },
  ]
}

export const itemColumns: Column<RetrievedItem>[] = [
  { head: '#', value: (r) => String(r.rank), align: 'right', dim: true },
  { head: '  ', value: marks },
  { head: 'title', value: titleOf, weight: 3, min: 16 },
  { head: 'advertiser', value: sellerOf, min: 6, max: 18, drop: 2, dim: true },
  { head: 'price', value: (r) => price(r.price), align: 'right', drop: 1 },
  { head: 'score', value: (r) => r.score.toFixed(3), align: 'right', dim: true },
]

export const advertiserColumns: Column<RetrievedAdvertiser>[] = [
  { head: '#', value: (r) => String(r.rank), align: 'right', dim: true },
  { head: '  ', value: marks },
  { head: 'advertiser', value: sellerOf, min: 8 },
  { head: 'score', value: (r) => r.score.toFixed(3), align: 'right', dim: true },
]

/** What was bought next, with the rank it was given; `moment` is where the history ended. */
export function nextColumns(moment: number): Column<NextPurchase>[] {
  return [
    { head: 'rank', value: (r) => (r.rank === null ? '-' : r.rank.toLocaleString('en-US')), align: 'right' },
    { head: ' ', value: (r) => (r.repeat ? '↻' : ' ') },
    { head: 'after', value: (r) => age(moment, r.time), align: 'right', dim: true },
    { head: 'event', value: (r) => (r.conversions > 1 ? `${r.type} ${r.conversions}×` : r.type) },
    { head: 'title', value: titleOf, weight: 3, min: 10, max: 60 },
    { head: 'advertiser', value: sellerOf, min: 6, max: 18, drop: 2, dim: true },
    { head: 'category', value: (r) => categoryEnd(r.category), min: 10, max: 24, drop: 3, dim: true },
    { head: 'price', value: (r) => price(r.price), align: 'right', drop: 1 },
  ]
}
